import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector, type Dispatcher, fetch, type Response } from 'undici'
import { Problem } from '../core/problem.ts'
import { proxyDispatcher } from './proxy-agent.ts'
import { checkedProxy } from './proxy-url.ts'
import { isPublicAddress } from './public-address.ts'

/** A place that a request is about to connect to. */
export interface Target {
  /** Lower case, without brackets and without a final dot. */
  readonly host: string
  readonly port: number
  /** Empty while only the name is known. */
  readonly address: string
}

export interface GuardOptions {
  /** The most bytes to read, counted after decompression. */
  readonly maxBytes: number
  /** For everything together. */
  readonly timeoutMs: number
  readonly maxRedirects: number
  readonly signal: AbortSignal
  /** Sent to the first host only, but for what tells no secret. */
  readonly headers?: Readonly<Record<string, string>>
  /** Says yes to a place that is not on the public internet. Absent: to none. */
  readonly allow?: (target: Target) => boolean
  /** Addresses of a host name. Absent: as the system finds them. */
  readonly lookup?: (host: string) => Promise<readonly string[]>
  /** The HTTP proxy of the owner. It, not we, connects: then names and addresses are checked only as they are written. */
  readonly proxy?: string | undefined
}

export interface GuardedAnswer {
  /** Where the answer came from, after all redirects. */
  readonly url: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  /** True when there was more than `maxBytes`. */
  readonly truncated: boolean
}

/**
 * Fetches a URL that somebody else wrote. Only http and https, only public addresses: the address that is really connected to is
 * checked, for each redirect anew. Credentials do not follow to another host. A Problem when it is refused, not reached or too slow;
 * the reason of `signal` when that is aborted.
 */
export async function guardedFetch(url: string, options: GuardOptions): Promise<GuardedAnswer> {
  const { signal, timeoutMs } = options
  const late = AbortSignal.timeout(timeoutMs)
  const agent = agentOf(options)
  let at = url
  try {
    const either = AbortSignal.any([signal, late])
    for (let hops = 0, headers = options.headers ?? {}; ; hops += 1) {
      const from = checkUrl(at, options)
      at = from.href
      const response = await fetch(from, { dispatcher: agent, signal: either, redirect: 'manual', headers })
      const next = redirection(response, from)
      if (next === undefined) return await readAnswer(response, from, options.maxBytes)
      await response.body?.cancel()
      if (hops >= options.maxRedirects)
        throw new Problem(`${from.host} sent on more than ${options.maxRedirects} times.`)
      if (next.origin !== from.origin) headers = harmless(headers)
      at = next.href
    }
  } catch (error) {
    signal.throwIfAborted()
    const refused = problemIn(error)
    if (refused) throw refused
    const host = URL.canParse(at) ? new URL(at).host : at
    if (late.aborted) throw new Problem(`${host} took longer than ${timeoutMs / 1_000} s.`, { cause: error })
    throw new Problem(`${host} cannot be reached: ${reason(error)}.`, { cause: error })
  } finally {
    await agent.destroy()
  }
}

/** Names that mean this machine, its neighbours or its cloud, whatever they resolve to. */
const closedNames =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home\.arpa|svc|metadata|metadata\.goog|instance-data)$/

/** The URL, parsed: odd spellings of an address (octal, decimal, hexadecimal) are plain after it. */
function checkUrl(text: string, { allow }: GuardOptions): URL {
  if (!URL.canParse(text)) throw new Problem(`${JSON.stringify(text)} is no URL.`)
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Problem(`Only http and https addresses are fetched, not ${url.protocol}.`)
  if (url.username + url.password !== '') throw new Problem('An address with a user name or password is not fetched.')
  const host = hostOf(url)
  const address = isIP(host) ? host : ''
  const open = address === '' ? !closedNames.test(host) : isPublicAddress(address)
  if (!open && !allow?.({ host, port: portOf(url), address })) throw refusal(host)
  return url
}

type Place = Pick<URL, 'protocol' | 'hostname' | 'port'>
const portOf = ({ port, protocol }: Place) => Number(port || (protocol === 'https:' ? 443 : 80))
const hostOf = ({ hostname }: Place) =>
  hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')

const refusal = (host: string) =>
  new Problem(`${host} is not on the public internet, so it is not fetched.`, {
    mend: 'Use a public address. A private one must be allowed in the configuration.',
  })

function agentOf(options: GuardOptions): Dispatcher {
  const { proxy } = options
  if (!proxy) return guardedAgent(options)
  return proxyDispatcher(checkedProxy(proxy, { mend: 'Write it like "http://127.0.0.1:7890".' }))
}

/** Connections that are checked where they are made: before, on the addresses of the name, and after, on the address of the socket. */
function guardedAgent({ allow, lookup }: GuardOptions): Agent {
  const addressesOf =
    lookup ?? (async (host) => (await systemLookup(host, { all: true })).map(({ address }) => address))
  return new Agent({
    connect(target, callback) {
      const host = hostOf(target)
      const port = portOf(target)
      const open = (address: string) => isPublicAddress(address) || allow?.({ host, port, address }) === true
      const checkedLookup: LookupFunction = (_, { all }, found) => {
        addressesOf(host).then(
          (addresses) => {
            const allowed = addresses.filter(open).map((address) => ({ address, family: isIP(address) }))
            const [first] = allowed
            if (!first) found(refusal(host), '')
            else if (all) found(null, allowed)
            else found(null, first.address, first.family)
          },
          (error: Error) => found(error, ''),
        )
      }
      buildConnector({ lookup: checkedLookup })(target, (...result) => {
        const [, socket] = result
        if (socket && !open(socket.remoteAddress ?? '')) {
          socket.destroy()
          callback(refusal(host), null)
        } else callback(...result)
      })
    },
  })
}

function redirection({ status, headers }: Response, from: URL): URL | undefined {
  const location = headers.get('location')
  if (![301, 302, 303, 307, 308].includes(status) || location === null) return undefined
  if (URL.canParse(location, from.href)) return new URL(location, from)
  throw new Problem(`${from.host} sends on to an address that is no URL.`)
}

/** Headers that may go to a host they were not meant for. */
function harmless(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => /^(?:accept|accept-language|user-agent)$/i.test(name)),
  )
}

async function readAnswer(response: Response, url: URL, maxBytes: number): Promise<GuardedAnswer> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    pieces.push(bytes.subarray(0, maxBytes - size))
    size += bytes.length
    if (size > maxBytes) break
  }
  return {
    url: url.href,
    status: response.status,
    headers: Object.fromEntries(response.headers),
    bytes: Buffer.concat(pieces),
    truncated: size > maxBytes,
  }
}

/** The Problem behind an error of the machinery, if one of our checks made it. */
function problemIn(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error
  return error instanceof Error && error.cause !== undefined ? problemIn(error.cause) : undefined
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return reason(error.cause)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
