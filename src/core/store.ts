import type { Attempt, FailureKind } from './failure.ts'
import type { Message } from './message.ts'
import type { Cause } from './provider.ts'

/** One stored message with its place in the session's log. */
export interface LogEntry {
  /** Position in the session, from 1, without gaps. */
  readonly seq: number
  /** Epoch milliseconds. */
  readonly at: number
  /** The turn it belongs to. */
  readonly turn: string
  readonly message: Message
}
export interface SessionInfo {
  readonly key: string
  readonly title?: string
  readonly messages: number
  readonly createdAt: number
  readonly updatedAt: number
}
/** Conversations, append-only. */
export interface SessionStore {
  append(session: string, turn: string, at: number, messages: readonly Message[]): Promise<void>
  /** In order of `seq`; `after` skips up to and including that seq, `last` keeps only the newest n. */
  read(session: string, range?: { readonly after?: number; readonly last?: number }): Promise<readonly LogEntry[]>
  /** Newest first. */
  list(page?: { readonly limit?: number; readonly offset?: number }): Promise<readonly SessionInfo[]>
  info(session: string): Promise<SessionInfo | undefined>
  remove(session: string): Promise<boolean>
}

/** Which candidates rest, for how long and why. */
export interface Rest {
  /** endpoint + key + model, or endpoint + key when the whole key rests. */
  readonly key: string
  readonly until: number
  /** Failures in a row, by the two kinds of counter. */
  readonly failures: number
  readonly billingFailures: number
  readonly lastFailureAt: number
  readonly reason: Attempt
}
export interface RestStore {
  get(key: string): Promise<Rest | undefined>
  put(rest: Rest): Promise<void>
  clear(key: string): Promise<void>
  all(): Promise<readonly Rest[]>
}

/** Rotation counters. */
export interface CounterStore {
  /** Adds one and returns the value before; the first answer is 0. Atomic between processes. */
  next(name: string): Promise<number>
}

/** One wire attempt. Money is in micro-dollars, so that sums are exact. */
export interface LedgerRow {
  readonly call: string
  readonly at: number
  readonly cause: Cause
  readonly session?: string
  readonly agent?: string
  readonly endpoint: string
  readonly vendor: string
  /** Model id on the wire. */
  readonly modelAsked: string
  readonly modelAnswered?: string
  /** A short hash that tells keys of one endpoint apart; never the key. */
  readonly keyTag: string
  readonly outcome: 'ok' | FailureKind
  readonly status?: number
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly costMicros?: number
  readonly priceSource?: string
  readonly firstTokenMs?: number
  readonly totalMs: number
}
export interface LedgerFilter {
  readonly since?: number
  readonly until?: number
  readonly session?: string
  readonly call?: string
  readonly limit?: number
}
export interface LedgerStore {
  /** Rows are committed in groups; `flush` waits for what was added so far. */
  add(row: LedgerRow): void
  flush(): Promise<void>
  /** Newest first. */
  rows(filter?: LedgerFilter): Promise<readonly LedgerRow[]>
}

/** A message received and not yet answered. */
export interface InboxItem {
  readonly id: string
  readonly channel: string
  /** The platform's id; a second arrival of the same is dropped. */
  readonly platformId: string
  readonly session: string
  readonly at: number
  readonly payload: string
  readonly tries: number
}
export interface InboxStore {
  /** False when this platform id was stored before. */
  add(item: Omit<InboxItem, 'tries'>): Promise<boolean>
  open(): Promise<readonly InboxItem[]>
  /** Counts a try; returns the number of tries so far. */
  begin(id: string): Promise<number>
  setAside(id: string, why: string): Promise<void>
}

/** An answer on its way out. */
export interface OutboxItem {
  readonly id: string
  readonly channel: string
  readonly session: string
  readonly at: number
  readonly payload: string
  readonly state: 'waiting' | 'sending' | 'sent' | 'uncertain' | 'dead'
}
export interface OutboxStore {
  waiting(): Promise<readonly OutboxItem[]>
  mark(id: string, state: OutboxItem['state'], note?: string): Promise<void>
}

/** The end of a turn: one transaction. */
export interface TurnStore {
  finish(turn: {
    readonly session: string
    readonly turn: string
    readonly at: number
    readonly messages: readonly Message[]
    readonly outbox: readonly Omit<OutboxItem, 'state'>[]
    readonly inboxId?: string
  }): Promise<void>
}

export interface Job {
  readonly id: string
  readonly payload: string
  readonly nextAt?: number
  readonly enabled: boolean
}
export interface JobStore {
  put(job: Job): Promise<void>
  list(): Promise<readonly Job[]>
  remove(id: string): Promise<boolean>
}

/** Bytes by content: the same bytes have the same id. */
export interface BlobStore {
  /** Resolves to the id, the SHA-256 in hex. */
  put(bytes: Uint8Array, mime: string): Promise<string>
  get(id: string): Promise<{ readonly bytes: Uint8Array; readonly mime: string } | undefined>
}

/** The right to work on something alone. */
export interface LeaseStore {
  /** True when `owner` holds the lease until `until`; false when another owner's lease has not run out. */
  take(name: string, owner: string, now: number, until: number): Promise<boolean>
  release(name: string, owner: string): Promise<void>
}

/** Permissions a person gave. */
export interface Grant {
  readonly id: string
  readonly subject: string
  readonly payload: string
  readonly expiresAt?: number
}
export interface GrantStore {
  put(grant: Grant): Promise<void>
  find(subject: string): Promise<readonly Grant[]>
  /** Single use: true for exactly one caller. */
  consume(id: string): Promise<boolean>
}

/** Everything durable. Opened when first used. */
export interface Store {
  readonly sessions: SessionStore
  readonly rests: RestStore
  readonly counters: CounterStore
  readonly ledger: LedgerStore
  readonly leases: LeaseStore
  close(): Promise<void>
}
