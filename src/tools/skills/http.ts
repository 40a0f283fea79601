import type { Clock } from '../../core/clock.ts'
import { Problem } from '../../core/problem.ts'
import type { Json } from '../../core/json.ts'
import { guardedFetch, type GuardedAnswer, type Target } from '../../kit/guarded-fetch.ts'

export interface RegistryHttpOptions {
  readonly clock: Clock
  /** The address that the owner configured. Where it is not on the public internet, it is reached all the same. */
  readonly base: string
  readonly token?: string
  /** The HTTP proxy for an address, if there is one. */
  proxy?(url: string): string | undefined
  /** Milliseconds for one request. */
  readonly timeoutMs: number
  /** Bytes of an answer that is no archive. */
  readonly maxBytes: number
}

export interface Ask {
  readonly accept?: string
  readonly maxBytes?: number
  /** Send the token. Default true. */
  readonly known?: boolean
}

/** Requests to a registry: only to public places and its own, with limits on bytes and time, repeated where that may help. */
export interface RegistryHttp {
  /** Any status but those of a server in trouble. */
  get(url: string, signal: AbortSignal, ask?: Ask): Promise<GuardedAnswer>
  /** A Problem that names the status when it is not 200. */
  json(url: string, signal: AbortSignal): Promise<Json>
}

/** Tries after the first. */
const retries = 3
/** Milliseconds that a server may ask us to wait. */
const longestWait = 30_000

export function registryHttp({ clock, base, token, proxy, timeoutMs, maxBytes }: RegistryHttpOptions): RegistryHttp {
  const own = new URL(base)
  const port = Number(own.port || (own.protocol === 'https:' ? 443 : 80))
  const allow = (target: Target) => target.host === own.hostname.replace(/^\[|\]$/g, '') && target.port === port
  const once = (url: string, signal: AbortSignal, { accept, maxBytes: most = maxBytes, known = true }: Ask) =>
    guardedFetch(url, {
      signal,
      timeoutMs,
      maxBytes: most,
      maxRedirects: 3,
      allow,
      proxy: proxy?.(url),
      headers: {
        'user-agent': 'picoclaw',
        accept: accept ?? 'application/json',
        ...(token && known && { authorization: `Bearer ${token}` }),
      },
    })
  const get: RegistryHttp['get'] = async (url, signal, ask = {}) => {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await once(url, signal, ask)
      const busy = answer.status === 429 || answer.status >= 500
      if (busy && attempt < retries) {
        await clock.sleep(waitOf(answer, attempt), signal)
        continue
      }
      if (answer.truncated) throw new Problem(`${hostOf(url)} sent more than ${ask.maxBytes ?? maxBytes} bytes.`)
      return answer
    }
  }
  return {
    get,
    async json(url, signal) {
      const answer = await get(url, signal)
      if (answer.status !== 200) throw refused(url, answer.status)
      try {
        return JSON.parse(Buffer.from(answer.bytes).toString('utf8')) as Json
      } catch (cause) {
        throw new Problem(`${hostOf(url)} did not answer with JSON.`, {
          cause,
          mend: 'Check the base_url of the registry.',
        })
      }
    },
  }
}

function waitOf({ headers }: GuardedAnswer, attempt: number): number {
  const asked = Number(headers['retry-after'])
  return Math.min(
    longestWait,
    Number.isFinite(asked) && asked >= 0 && headers['retry-after'] ? asked * 1000 : (attempt + 1) * 1000,
  )
}

/** A status as a Problem with the next step. */
export function refused(url: string, status: number): Problem {
  const mends: Readonly<Record<number, string>> = {
    401: 'Correct the token of the registry.',
    403: 'It is closed to us, or a token is needed.',
    404: 'Check the name; see "picoclaw skills search".',
    429: 'Try later, or give the registry a token.',
  }
  const mend = mends[status]
  return new Problem(`${hostOf(url)} answered with HTTP ${status}.`, mend === undefined ? {} : { mend })
}

const hostOf = (url: string) => new URL(url).host
