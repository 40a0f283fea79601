import type { InboundMessage } from '../core/channel.ts'
import type { TurnReport } from '../core/report.ts'
import type { LogEntry } from '../core/store.ts'
import type { Message } from '../core/message.ts'

/** What a turn says while it runs. */
export interface TurnWatcher {
  text(delta: string): void
  restart(why: string): void
}

export interface TurnOutcome {
  readonly messages: readonly Message[]
  readonly text: string
  readonly report: TurnReport
}

/** Everything the road needs from the rooms, handed over by app/. */
export interface Desk {
  /** The conversation a message belongs to. */
  sessionOf(message: InboundMessage): string
  history(session: string): Promise<readonly LogEntry[]>
  /** Runs one turn. Throws a Failure or a Problem when there is no answer. */
  turn(
    question: {
      readonly turn: string
      readonly session: string
      readonly message: InboundMessage
      readonly question: Message
      readonly history: readonly LogEntry[]
    },
    watcher: TurnWatcher,
    signal: AbortSignal,
  ): Promise<TurnOutcome>
  /** Stores the end of a turn. */
  remember(session: string, turn: string, messages: readonly Message[]): Promise<void>
  newId(): string
}
