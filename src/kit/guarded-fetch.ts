import { lookup as systemLookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Lookup } from './guarded-agent.ts'
import { isPublicAddress } from './public-address.ts'

export interface GuardedOptions {
  /** The most bytes an answer may have, counted after decompression. */
  readonly maxBytes: number
  /** For everything together, redirects and the whole body included. */
  readonly timeoutMs: number
  readonly maxRedirects?: number
  readonly signal?: AbortSignal
  /** Hosts (`name` or `name:port`, addresses as a URL spells them) that may lie in a private network. */
  readonly allow?: readonly string[]
  /** How names become addresses; the system's way when absent. */
  readonly lookup?: Lookup
  readonly clock: Clock
}

export interface GuardedAnswer {
  /** Where the last redirect led. */
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
}

/**
 * Gets a page that somebody else named, from the public internet alone: the address that is connected to is the one that was checked, again
 * at each redirect. Proxies are not used. A Problem when the URL leads elsewhere, a limit passes or nothing can be reached; the signal's
 * reason when that ends it.
 */
export async function guardedFetch(url: string | URL, options: GuardedOptions): Promise<GuardedAnswer> {
  const { clock, signal, timeoutMs } = options
  signal?.throwIfAborted()
  const limit = new AbortController()
  const done = new AbortController()
  const late = new Problem(`${shown(url)} did not answer within ${timeoutMs / 1_000} s.`)
  clock.sleep(timeoutMs, done.signal).then(
    () => limit.abort(late),
    () => undefined,
  )
  const either = AbortSignal.any([limit.signal, ...(signal ? [signal] : [])])
  try {
    return await follow(url, options, either)
  } catch (error) {
    throw either.aborted ? either.reason : asProblem(error, url)
  } finally {
    done.abort()
  }
}

async function follow(first: string | URL, options: GuardedOptions, signal: AbortSignal): Promise<GuardedAnswer> {
  const { maxBytes, maxRedirects = 5, allow = [], lookup = allAddresses } = options
  let url = permitted(first, allow)
  for (let redirects = 0; ; redirects += 1) {
    const { guardedRoute } = await import('./guarded-agent.ts')
    const route = guardedRoute(lookup, isAllowed(url, allow))
    try {
      const answer = await route.fetch(url.href, { redirect: 'manual', signal })
      const target = redirectStatus.has(answer.status) ? answer.headers.get('location') : null
      if (target === null) {
        const bytes = await readAtMost(answer, maxBytes, url)
        return { url: url.href, status: answer.status, headers: new Headers([...answer.headers]), bytes }
      }
      if (redirects === maxRedirects)
        throw new Problem(`${shown(first)} redirects more than ${maxRedirects} times. The last was ${shown(url)}.`)
      url = permitted(URL.parse(target, url.href) ?? target, allow)
    } finally {
      await route.close()
    }
  }
}

const redirectStatus: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const allAddresses: Lookup = (hostname) => systemLookup(hostname, { all: true })

/** Names that lead to the inside of a machine or of a cloud. */
const innerName =
  /^(?:(?:.+\.)?localhost|metadata|metadata\.goog|(?:.+\.)?metadata\.google\.internal|instance-data(?:\..+)?)$/

/** The URL, when it may be asked. What a name leads to is checked when it is connected to. */
function permitted(given: string | URL, allow: readonly string[]): URL {
  const url = URL.parse(String(given))
  if (!url) throw new Problem(`${shown(given)} is not a URL.`, { mend: 'Write it like "https://example.com/page".' })
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Problem(`${shown(url)} is not an http:// or https:// URL.`)
  if (url.username !== '' || url.password !== '')
    throw new Problem(`The URL of ${url.host} holds a login.`, { mend: 'Leave the part before the @ out.' })
  if (isAllowed(url, allow)) return url
  const host = hostOf(url)
  if (innerName.test(host) || (isIP(host) > 0 && !isPublicAddress(host)))
    throw new Problem(`${shown(url)} is not on the public internet.`)
  return url
}

/** The host without brackets and without the dot that ends a full name. */
const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase()

function isAllowed(url: URL, allow: readonly string[]): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const spellings: ReadonlySet<string> = new Set(
    [hostOf(url), url.hostname].flatMap((host) => [host, `${host}:${port}`]),
  )
  return allow.some((host) => spellings.has(host.toLowerCase()))
}

async function readAtMost(answer: Response, maxBytes: number, url: URL): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  const body: ReadableStream<Uint8Array> | null = answer.body
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw new Problem(`${shown(url)} is larger than ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function asProblem(error: unknown, url: string | URL): Problem {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (error instanceof Problem) return error
  if (inner instanceof Problem) return inner
  const reason = inner instanceof Error ? ('code' in inner && String(inner.code)) || inner.message : String(inner)
  return new Problem(`${shown(url)} cannot be reached (${reason}).`, { cause: error })
}

/** A URL as errors show it: without login, query and fragment, which may hold secrets. */
function shown(given: string | URL): string {
  const url = URL.parse(String(given))
  return url ? `${url.protocol}//${url.host}${url.pathname}` : 'The given address'
}
