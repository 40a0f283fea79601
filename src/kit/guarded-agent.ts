import type { LookupFunction } from 'node:net'
import { Agent, fetch } from 'undici'
import { Problem } from '../core/problem.ts'
import { isPublicAddress } from './public-address.ts'

/** Every address of a host name. */
export type Lookup = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

/** How a socket finds the addresses of a name: only public ones, and those that were checked are those it connects to. */
export function publicOnly(lookup: Lookup): LookupFunction {
  return asLookup(async (hostname) => {
    const found = await lookup(hostname)
    const open = found.filter(({ address }) => isPublicAddress(address))
    if (open.length === 0 && found.length > 0)
      throw new Problem(`${hostname} leads to an address that is not on the public internet.`)
    return open
  })
}

function asLookup(lookup: Lookup): LookupFunction {
  return (hostname, options, answer) => {
    lookup(hostname).then(
      (found) => {
        const fitting = found.filter(({ family }) => !options.family || family === Number(options.family))
        const [first] = fitting
        if (!first) answer(Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' }), '')
        else if (options.all) answer(null, [...fitting])
        else answer(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => answer(error, ''),
    )
  }
}

export interface GuardedRoute {
  readonly fetch: typeof globalThis.fetch
  close(): Promise<void>
}

/** A fetch that connects straight, to public addresses only unless `trusted`. Host names alone are checked here, not addresses in a URL. */
export function guardedRoute(lookup: Lookup, trusted: boolean): GuardedRoute {
  const dispatcher = new Agent({
    connect: { lookup: trusted ? asLookup(lookup) : publicOnly(lookup) },
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    // undici's own types and the platform's describe the same objects.
    fetch: ((url: string, init?: Parameters<typeof fetch>[1]) =>
      fetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch,
    close: () => dispatcher.destroy(),
  }
}
