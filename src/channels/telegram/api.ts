import { Telegram } from 'telegraf'
import type { Clock } from '../../core/clock.ts'
import { connections } from './agent.ts'
import { download } from './download.ts'
import { ApiFailure, failureOf } from './failure.ts'
import type { TelegramOptions } from './ports.ts'

export interface CallOptions {
  readonly signal?: AbortSignal
  /** How long the answer may take. */
  readonly timeoutMs?: number
}

/** The Bot API for one token. */
export interface Api {
  /** Throws an ApiFailure, or the signal's reason. */
  call<T>(method: string, payload: object, options?: CallOptions): Promise<T>
  /** The bytes of a file by its id, at most `maxBytes`. Throws an ApiFailure, or the signal's reason. */
  file(id: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array>
  /** True once the service said that the token is not accepted: no call is made any more. */
  readonly dead: boolean
  /** The largest file that the server takes, in bytes. */
  readonly maxUpload: number
  /** Calls are made again. */
  revive(): void
}

const usualTimeout = 60_000
const fileTimeout = 5 * 60_000

export function openApi(token: string, options: TelegramOptions): Api {
  const { clock, settings, name } = options
  const root = rootOf(settings.base_url)
  const at = `channel_list.${name}.settings.proxy`
  const agent = connections(root, settings.proxy ?? '', options.proxies ?? {}, at)
  const telegram = new Telegram(token, { apiRoot: root.href, webhookReply: false })
  // The library forgets an agent that is given for an http address.
  telegram.options.agent = agent
  let dead = false

  async function call<T>(method: string, payload: object, { signal, timeoutMs = usualTimeout }: CallOptions = {}) {
    if (dead) throw new ApiFailure('auth', 'The token of the bot is not accepted any more.', { status: 401 })
    try {
      return await within(clock, timeoutMs, signal, async (signal) => {
        // The library's types know each method by its own name and another kind of signal.
        const answer: unknown = await telegram.callApi(method as 'getMe', payload, { signal: signal as never })
        return answer as T
      })
    } catch (error) {
      if (error instanceof ApiFailure && error.kind === 'auth') dead = true
      throw error
    }
  }

  return {
    call,
    maxUpload: settings.base_url ? 2_000 * 1024 * 1024 : 50 * 1024 * 1024,
    get dead() {
      return dead
    },
    revive() {
      dead = false
    },
    async file(id, maxBytes, signal) {
      const { file_path: path = '', file_size: size = 0 } = await call<{ file_path?: string; file_size?: number }>(
        'getFile',
        { file_id: id },
        signal ? { signal } : {},
      )
      if (size > maxBytes) throw new ApiFailure('refused', `The file has ${size} bytes; at most ${maxBytes} are taken.`)
      const address = new URL(`./file/bot${token}/${path.split('/').map(encodeURIComponent).join('/')}`, root)
      return within(clock, fileTimeout, signal, (signal) =>
        download({ address, path: settings.base_url ? path : '', agent, maxBytes, signal }),
      )
    },
  }
}

/** The address of the server, ready for what is joined to it. */
function rootOf(base: string | undefined): URL {
  const text = base || 'https://api.telegram.org'
  return new URL(text.endsWith('/') ? text : `${text}/`)
}

/** Work that is given up after a time, or when the caller gives up. */
async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const request = new AbortController()
  const timer = new AbortController()
  const cancel = () => request.abort()
  let late = false
  signal?.addEventListener('abort', cancel, { once: true })
  clock.sleep(ms, timer.signal).then(
    () => {
      late = true
      request.abort()
    },
    () => undefined,
  )
  try {
    return await work(request.signal)
  } catch (error) {
    signal?.throwIfAborted()
    throw late ? new ApiFailure('uncertain', `Telegram did not answer within ${ms / 1_000} s.`) : failureOf(error)
  } finally {
    timer.abort()
    signal?.removeEventListener('abort', cancel)
  }
}
