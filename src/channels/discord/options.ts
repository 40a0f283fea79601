import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { NoteStore } from '../../core/store.ts'

export interface DiscordSettings {
  readonly token?: string | undefined
  /** The HTTP proxy of the gateway; `fetch` goes its own way. Empty: none. */
  readonly proxy?: string | undefined
  readonly streaming: {
    readonly enabled: boolean
    readonly throttle_seconds: number
    readonly min_growth_chars: number
  }
}

export interface DiscordOptions {
  /** Its name in the configuration. */
  readonly name: string
  readonly settings: DiscordSettings
  /** While true, messages of a guild that do not address the bot are not handed on. Asked for each. */
  readonly mentionOnly: () => boolean
  readonly clock: Clock
  readonly log: Log
  /** Where the last message heard in each channel is kept, for what comes while nobody listens. */
  readonly notes: Pick<NoteStore, 'get' | 'put' | 'remove' | 'list'>
  /** The way to the REST API and to files; through a proxy where one is set. Absent: straight. */
  readonly fetch?: typeof globalThis.fetch
  /** Other addresses than Discord's own. */
  readonly base?: { readonly api: string; readonly cdn: string }
  /** Other waits than the usual ones. */
  readonly pace?: Partial<Pace>
}

/** All in milliseconds. */
export interface Pace {
  /** Between two fresh logins; Discord asks for 5 s. */
  readonly identifyMs: number
  /** Until a connection says hello. */
  readonly helloMs: number
  /** Until a login is answered. */
  readonly readyMs: number
  /** Until a session is resumed; then it is given up for a fresh login. */
  readonly resumeMs: number
  /** Until a connection that shall close is cut. */
  readonly closeMs: number
  /** Before each further try to connect. The last one repeats. */
  readonly retryMs: readonly number[]
  /** Silence after which a connection does not count as up. */
  readonly silenceMs: number
}
export const usualPace: Pace = {
  identifyMs: 5_000,
  helloMs: 10_000,
  readyMs: 15_000,
  resumeMs: 10_000,
  closeMs: 500,
  retryMs: [0, 0, 1_000, 2_000, 5_000, 10_000, 30_000],
  silenceMs: 120_000,
}
