import type { InboundMessage } from '../core/channel.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Message, UserMessage } from '../core/message.ts'
import type { Cause } from '../core/provider.ts'
import type { TurnReport } from '../core/report.ts'
import type { Store } from '../core/store.ts'
import type { Role } from '../core/tool.ts'
import type { Work } from './work.ts'
import type { CommandServices } from './commands/services.ts'

/** What a turn says while it runs. */
export interface TurnWatcher {
  text(delta: string): void
  restart(why: string): void
  /** A line about what is being done. */
  activity(line: string): void
  /** Something the person should know, once. */
  notice(text: string): void
}

export interface TurnOutcome {
  /** What is not in the log yet. */
  readonly messages: readonly Message[]
  readonly text: string
  readonly report: TurnReport
  /** True when nothing is to be said: a tool has answered in this chat already, or nothing needed saying. */
  readonly silent?: boolean
}

/** Whether a message may come in. */
export type Verdict =
  | { readonly pass: true; readonly role: Role; readonly text: string }
  | {
      readonly pass: false
      /** What the person is told, if anything. */
      readonly hint?: string
      /** Set when all that it lacks is to address the bot. */
      readonly unaddressed?: true
    }

/** One question on its way to a model. */
export interface TurnQuestion {
  readonly turn: string
  readonly session: string
  readonly agent: string
  readonly role: Role
  readonly cause: Cause
  readonly message: InboundMessage
  /** True when a former process began this turn: its question is in the log already. */
  readonly resumed: boolean
  readonly skills: readonly string[]
  /** What the person said; empty when resumed. */
  readonly question: readonly UserMessage[]
  /** Durable when it resolves. */
  append(messages: readonly Message[]): Promise<void>
  /** The next message of the same person that arrived since, in its parts; nothing when none waits. Each is given out once. */
  steering(): readonly UserMessage[]
}

/** What a person said, ready for a model. */
export interface HeardMessage {
  /** Empty when nothing of the message was understood: then `trouble` is all there is to say. */
  readonly messages: readonly UserMessage[]
  /** What was understood of a voice note, to be shown first. */
  readonly echo?: string
  /** One sentence for the person about a voice note that was not understood. */
  readonly trouble?: string
}

/** Everything the road needs from the rooms, handed over by app/. */
export interface Desk {
  admit(channel: string, message: InboundMessage): Promise<Verdict>
  /** Who answers, and the conversation a message belongs to. */
  route(message: InboundMessage): Promise<{ readonly agent: string; readonly session: string }>
  /** Voice becomes text, files become stored parts. Never throws for a file that cannot be had: the text tells so. */
  hear(
    message: InboundMessage,
    who: Pick<Work, 'agent' | 'session' | 'role'>,
    signal: AbortSignal,
  ): Promise<HeardMessage>
  /** Runs one turn. Throws a Failure or a Problem when there is no answer. */
  turn(question: TurnQuestion, watcher: TurnWatcher, signal: AbortSignal): Promise<TurnOutcome>
  /** True when a tool has written to the turn's own chat since this was last asked: what the model says to the same is not said twice. */
  answered?(turn: string): boolean
  /** Told how a turn ended, once that is stored. */
  ended?(
    message: InboundMessage,
    end: { readonly state: 'done' | 'failed' | 'stopped'; readonly trouble?: string },
  ): Promise<void>
  /** Told that a turn was answered and its conversation rests. Nothing waits for what follows from that. */
  rested?(session: string, agent: string): void
  /** Skills that were armed for the next message of a conversation; they are so no longer. */
  disarm(session: string): Promise<readonly string[]>
  /** Ends what works for a conversation beside its turn; a line for each. Absent session: everywhere. */
  stopOthers(session?: string): readonly string[]
  readonly services: CommandServices
}

/** What the road stands on. */
export interface Ground {
  readonly store: Pick<Store, 'sessions' | 'turns' | 'inbox' | 'outbox' | 'blobs' | 'leases' | 'notes'>
  readonly clock: Clock
  readonly log: Log
  newId(): string
  /** Names this process among others on the same store. */
  readonly owner: string
  /** True when a process of that name has ended for certain. Absent: nobody knows. */
  isDead?(owner: string): boolean
  /** Turns at a time; 0 is no limit. Asked anew for each. */
  parallelTurns(): number
  /** A place where a process may be killed in a test. Does nothing otherwise. */
  checkpoint(name: string): Promise<void>
}
