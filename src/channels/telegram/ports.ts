import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { LeaseStore } from '../../core/store.ts'
import type { ProxyEnvironment } from '../../kit/environment-proxy.ts'

/** The `settings` of a channel of type `telegram`. */
export interface TelegramSettings {
  readonly token?: string | undefined
  /** Address of a Bot API server of one's own. */
  readonly base_url?: string | undefined
  readonly proxy?: string | undefined
  readonly streaming?: Streaming | undefined
  readonly mode?: 'polling' | 'webhook' | undefined
}
export interface Streaming {
  readonly enabled: boolean
  readonly throttle_seconds: number
  readonly min_growth_chars: number
}

/** Where Telegram can call us. */
export interface WebhookPlace {
  /** The address of the handler as the platform reaches it: https. */
  readonly url: string
  mount(handle: (request: Request) => Promise<Response>): Disposable
}

export interface TelegramOptions {
  readonly name: string
  readonly settings: TelegramSettings
  readonly clock: Clock
  readonly log: Log
  /** The environment's proxies, for a channel that names none. */
  readonly proxies?: ProxyEnvironment
  /** The right to poll: one process per token. Absent: nobody else is there. */
  readonly lease?: { readonly store: Pick<LeaseStore, 'take' | 'release'>; readonly owner: string }
  /** Needed in mode `webhook`. */
  readonly webhook?: WebhookPlace
  /** A number from 0 to 1, for waits of uneven length. */
  readonly random?: () => number
}
