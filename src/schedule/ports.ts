import type { Clock } from '../core/clock.ts'
import type { InboundMessage, OutboundMessage } from '../core/channel.ts'
import type { Log } from '../core/log.ts'
import type { ChatRef } from '../core/place.ts'
import type { Zone } from '../kit/zone.ts'
import type { InboxItem, InboxStore, JobStore, LeaseStore, NoteStore } from '../core/store.ts'
import type { ScheduledJob } from './job.ts'

/** A message as it goes into the inbox. */
export type NewInboxItem = Omit<InboxItem, 'tries' | 'turn'>

/** How the house keeps messages. */
export interface Inbound {
  /** The conversation that a message of the schedule belongs to, and the message as text for the inbox. */
  stored(message: InboundMessage): Promise<{ readonly session: string; readonly payload: string }>
  /** Told of each message that was put into the inbox, so that it is taken up at once. */
  arrived?(item: NewInboxItem): void
}

/** A command's end. */
export interface CommandOutcome {
  readonly ok: boolean
  /** What it printed, or why it did not run. */
  readonly output: string
}

/** What the schedule needs from the house. */
export interface ScheduleParts extends Inbound {
  readonly jobs: JobStore
  readonly inbox: Pick<InboxStore, 'open' | 'begin' | 'done'>
  readonly notes: Pick<NoteStore, 'get' | 'put'>
  readonly leases: LeaseStore
  /** Names this process among others on the same store; a name of its own when absent. */
  readonly owner?: string
  readonly clock: Clock
  readonly log: Log
  /** For jobs that name none. */
  readonly zone: Pick<Zone, 'name'>
  newId(): string
  /** Sends words of a job to a chat, once for each key, also over a restart. Rejects when they cannot even be stored. */
  deliverTo(to: ChatRef, text: string, key: string, job: NonNullable<OutboundMessage['job']>): Promise<void>
  /** Direct chats of owners, where one was last heard first: that one is the chat of jobs that name none. */
  ownerChats(): Promise<readonly ChatRef[]>
  /** Runs a job's command in the sandbox. Rejects only when `signal` ends it. Absent: jobs may not run commands. */
  runCommand?(job: ScheduledJob, signal: AbortSignal): Promise<CommandOutcome>
  /** The longest run of a command in milliseconds; 0 is no limit. */
  commandLimitMs(): number
}

/** What the heartbeat needs from the house. */
export interface HeartbeatParts extends Inbound {
  /** Read before each look. */
  settings(): { readonly enabled: boolean; readonly minutes: number }
  /** The text of HEARTBEAT.md; undefined when there is none. */
  readFile(): Promise<string | undefined>
  readonly notes: Pick<NoteStore, 'get' | 'put'>
  readonly inbox: Pick<InboxStore, 'add' | 'open'>
  readonly clock: Clock
  readonly log: Log
  readonly zone: Zone
  newId(): string
  ownerChats(): Promise<readonly ChatRef[]>
}
