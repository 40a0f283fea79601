import type { ChatEvent, ChatRequest, StopReason, Usage } from './chat.ts'
import type { Attempt } from './failure.ts'
import type { Bill } from './spent.ts'

/** Why a call is made; budgets and reports go by it. */
export type Cause =
  | 'chat'
  | 'cron'
  | 'heartbeat'
  | 'compaction'
  | 'classifier'
  | 'title'
  | 'tool'
  | 'voice'
  | 'test'
  | 'client'

/** A client's own request bytes, for candidates whose dialect is the same. */
export interface NativeRequest {
  readonly dialect: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/**
 * A candidate's place among the others, told to it by whoever chose it.
 * `one-of-many`: another candidate is free, so impatience is right. `last`: no other is free. `sole`: there is no other at all, so
 * it is asked even while it rests.
 */
export type Standing = 'one-of-many' | 'last' | 'sole'

/** One question to a model. */
export interface Call {
  /** Groups the wire attempts of one call in the ledger. */
  readonly id: string
  /** Builds the request; a candidate that relays `native` never asks for it. */
  request(): ChatRequest
  readonly native?: NativeRequest
  /** False when the answer is wanted in one piece. */
  readonly stream: boolean
  readonly cause: Cause
  readonly session?: string
  readonly agent?: string
  /** The turn it belongs to, for the record. */
  readonly turnId?: string
  /** What the call costs is put on it, however the call ends. */
  readonly bill?: Bill
  /** The client's key of the gateway, by name; caps go by it. */
  readonly client?: string
  /** Calls that share this token stay on the pool member that answered the first of them. */
  readonly turn?: object
  /** Absent means `sole`. */
  readonly standing?: Standing
}

/** Who answered. */
export interface Answerer {
  readonly endpoint: string
  readonly vendor: string
  /** The model's id on the wire, as asked. */
  readonly model: string
}

export interface ReplyEnd {
  readonly stop: StopReason
  readonly usage: Usage
  /** The model's name in the vendor's own words. */
  readonly model: string
  /** Micro-dollars, where the price is known. */
  readonly costMicros?: number
}

interface ReplyHead {
  readonly by: Answerer
  /** Candidates that failed or were skipped before this one. */
  readonly attempts: readonly Attempt[]
  /** What was changed to make the call work, one sentence each. */
  readonly notes: readonly string[]
  /** Settles when the stream does; rejects with the stream's Failure. A reader who leaves early makes it reject with `aborted`. */
  readonly end: Promise<ReplyEnd>
}
export interface EventReply extends ReplyHead {
  readonly type: 'events'
  /** Readable once. */
  readonly events: AsyncIterable<ChatEvent>
}
/** The vendor's bytes, relayed: only for a call with `native`. */
export interface ByteReply extends ReplyHead {
  readonly type: 'bytes'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: AsyncIterable<Uint8Array>
}
export type Reply = EventReply | ByteReply

/** Why and until when a candidate rests. */
export interface Resting {
  readonly until: number
  readonly reason: Attempt
}

/** Anything that can answer a chat: a vendor, a pool of keys, a chain of fallbacks, a fake. */
export interface Provider {
  readonly name: string
  /**
   * Resolves at the commit point: the first content event, or a complete answer. Throws a Failure before it; after it only the
   * stream and `end` can fail. Aborting `signal` at any moment ends both within a second.
   */
  open(call: Call, signal: AbortSignal): Promise<Reply>
  /** Set while the candidate would refuse for its own rest. Absent method = never rests. */
  resting?(): Promise<Resting | undefined>
}
