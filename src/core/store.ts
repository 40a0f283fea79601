import type { BudgetStore } from './budget.ts'
import type { Attempt, FailureKind } from './failure.ts'
import type { Json } from './json.ts'
import type { Message, UserMessage } from './message.ts'
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
/** What is kept about a session beside its log. */
export interface SessionState {
  /** Messages up to and including this `seq` are no longer sent to a model. The log itself keeps them, searchable. */
  readonly after?: number
  /** Stands for what is no longer sent. */
  readonly summary?: string
  /** Rules that every summary keeps word for word. */
  readonly pinned?: readonly string[]
  /** True when `summary` was made from text that came from outside. */
  readonly outside?: boolean
  /** A model that this conversation asks instead of its agent's. */
  readonly model?: string
  /** Notices that were given once, by name. */
  readonly told?: readonly string[]
}
/** A place in a log that fits a search; its words are marked as their message is. */
export interface SearchHit extends Pick<UserMessage, 'outside' | 'speaker'> {
  readonly session: string
  readonly seq: number
  readonly at: number
  readonly role: Message['role']
  /** The words around the match, at most some 200 characters. */
  readonly excerpt: string
}
/** Conversations, append-only. */
export interface SessionStore {
  append(session: string, turn: string, at: number, messages: readonly Message[]): Promise<void>
  /** In order of `seq`; `after` skips up to and including that seq, `last` keeps only the newest n. */
  read(session: string, range?: { readonly after?: number; readonly last?: number }): Promise<readonly LogEntry[]>
  /** Newest first. */
  list(page?: { readonly limit?: number; readonly offset?: number }): Promise<readonly SessionInfo[]>
  info(session: string): Promise<SessionInfo | undefined>
  /** Removes the log, its search index and its state. */
  remove(session: string): Promise<boolean>
  /** The messages of one turn, in order. */
  ofTurn(turn: string): Promise<readonly LogEntry[]>
  /** Full text, best match first. All words must occur; no syntax of the query reaches the database. Absent `session`: every session. */
  search(query: string, options?: { readonly session?: string; readonly limit?: number }): Promise<readonly SearchHit[]>
  /** Empty for a session without one. */
  state(session: string): Promise<SessionState>
  /** Merges: a key given replaces the stored one, `undefined` given removes it. */
  change(session: string, state: { readonly [Key in keyof SessionState]: SessionState[Key] | undefined }): Promise<void>
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
  readonly turn?: string
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
  readonly turn?: string
  readonly call?: string
  readonly limit?: number
}
/** Sums of the ledger over one group. */
export interface LedgerSum {
  /** The value grouped by: a cause, an agent, an endpoint, a model, a day as `2026-11-30`. */
  readonly group: string
  /** Wire attempts. */
  readonly calls: number
  readonly failed: number
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly costMicros: number
  /** Answered attempts whose price is not known. */
  readonly unpriced: number
}
export interface LedgerStore {
  /** Rows are committed in groups; `flush` waits for what was added so far. */
  add(row: LedgerRow): void
  flush(): Promise<void>
  /** Newest first. */
  rows(filter?: LedgerFilter): Promise<readonly LedgerRow[]>
  /** Largest cost first. */
  sums(
    by: 'cause' | 'agent' | 'endpoint' | 'model' | 'session' | 'day',
    filter?: Omit<LedgerFilter, 'limit'> & {
      /** Where days begin, as an IANA zone; absent: UTC. */
      readonly zone?: string
    },
  ): Promise<readonly LedgerSum[]>
}

/** A message received and not yet answered. */
export interface InboxItem {
  readonly id: string
  readonly channel: string
  /** The platform's id, unique within chat and channel; a second arrival of the same is dropped. */
  readonly platformId: string
  readonly session: string
  readonly at: number
  /** The InboundMessage as JSON, without bytes. */
  readonly payload: string
  /** Starts so far. */
  readonly tries: number
  /** The turn that took it up. */
  readonly turn?: string
}
/** Messages are stored here before their platform is told that they arrived. */
export interface InboxStore {
  /** False when this platform id was stored before, done or not. */
  add(item: Omit<InboxItem, 'tries' | 'turn'>): Promise<boolean>
  /** Not yet done or set aside, oldest first. */
  open(): Promise<readonly InboxItem[]>
  /** Counts a start of each, before anything of the work is done; resolves to the largest number of starts so far. */
  begin(ids: readonly string[]): Promise<number>
  /** Takes a start back: the process ended in order before the work was done. */
  unbegin(ids: readonly string[]): Promise<void>
  /** Replaces the payload of a message that no turn has taken up. False when one has. */
  replace(channel: string, platformId: string, payload: string): Promise<boolean>
  /** Done without a turn (a command, a deleted message), together with what is said to it: one transaction. */
  done(ids: readonly string[], outbox?: readonly NewOutboxItem[]): Promise<void>
  /** Kept for a person to look at, never started again; together with what is said about it: one transaction. */
  setAside(ids: readonly string[], why: string, outbox?: readonly NewOutboxItem[]): Promise<void>
  /** Messages set aside, newest first. */
  aside(limit?: number): Promise<readonly (InboxItem & { readonly why: string })[]>
  /** A message set aside is open again, as if it had just arrived, or done. False when none with this id is set aside. */
  takeBack(id: string, as: 'open' | 'done'): Promise<boolean>
}

/** One message on its way out: at most one message of the platform. */
export interface OutboxItem {
  readonly id: string
  readonly channel: string
  /** Items of one chat are sent in order. */
  readonly chat: string
  readonly session: string
  readonly turn?: string
  readonly at: number
  /** The OutboundMessage as JSON, without bytes. */
  readonly payload: string
  /**
   * `waiting` → `sending` → `sent`. `uncertain`: the process or the connection ended while it was sent, so that it may have arrived;
   * `dead`: the platform will never take it.
   */
  readonly state: 'waiting' | 'sending' | 'sent' | 'uncertain' | 'dead'
  readonly note?: string
  /** The platform's id, once sent. */
  readonly platformId?: string
}
export type NewOutboxItem = Omit<OutboxItem, 'state' | 'note' | 'platformId'>
export interface OutboxStore {
  /** One whose id is known stays as it is. Resolves to those that are new: they alone are to be sent. */
  add<Item extends NewOutboxItem>(items: readonly Item[]): Promise<readonly Item[]>
  /** Waiting or sending, oldest first; for one chat or all. */
  open(channel?: string): Promise<readonly OutboxItem[]>
  mark(
    id: string,
    state: OutboxItem['state'],
    more?: { readonly note?: string; readonly platformId?: string },
  ): Promise<void>
  /** Newest first. */
  list(
    filter?: Partial<Pick<OutboxItem, 'state' | 'session' | 'channel' | 'chat'>> & { readonly limit?: number },
  ): Promise<readonly OutboxItem[]>
}

/** One turn, from its beginning on. */
export interface TurnRecord {
  readonly id: string
  readonly session: string
  readonly agent: string
  readonly cause: Cause
  readonly at: number
  readonly state: 'running' | 'done' | 'failed' | 'stopped' | 'interrupted'
  readonly endedAt?: number
  /** The TurnReport as JSON, once it ended. */
  readonly report?: string
  /** What the person was told when there is no answer. */
  readonly trouble?: string
}
export interface TurnStore {
  /** One transaction: the record, its inbox messages taken up, the question in the log. */
  begin(turn: {
    readonly id: string
    readonly session: string
    readonly agent: string
    readonly cause: Cause
    readonly at: number
    readonly inbox: readonly string[]
    readonly messages: readonly Message[]
  }): Promise<void>
  /** The end of a turn in one transaction: record, log, outbox, inbox messages done. A turn that has ended already is left as it is. */
  finish(turn: {
    readonly id: string
    readonly at: number
    readonly state: Exclude<TurnRecord['state'], 'running'>
    readonly report?: string
    readonly trouble?: string
    readonly messages: readonly Message[]
    readonly outbox: readonly NewOutboxItem[]
  }): Promise<void>
  /** One transaction: messages that arrived during a turn are taken up by it and stand in the log; what was answered before them goes out. */
  join(turn: {
    readonly id: string
    readonly at: number
    /** All that is written when the turn has ended: it takes nothing in, and they are done. */
    readonly inbox: readonly string[]
    readonly messages: readonly Message[]
    readonly outbox?: readonly NewOutboxItem[]
  }): Promise<void>
  get(id: string): Promise<TurnRecord | undefined>
  /** Newest first. */
  list(filter?: {
    readonly session?: string
    readonly state?: TurnRecord['state']
    readonly limit?: number
  }): Promise<readonly TurnRecord[]>
}

export interface Job {
  readonly id: string
  /** The room `schedule` reads and writes it. */
  readonly payload: string
  /** Epoch milliseconds; absent when it will not run by itself. */
  readonly nextAt?: number
  readonly enabled: boolean
}
export interface JobStore {
  put(job: Job): Promise<void>
  get(id: string): Promise<Job | undefined>
  /** By id. */
  list(): Promise<readonly Job[]>
  remove(id: string): Promise<boolean>
  /**
   * One transaction: moves an enabled job that is due at `dueAt` on to `next` (absent: it is disabled) and puts `item` into the inbox.
   * False when another process did it first or the job changed; then nothing is written.
   */
  fire(
    id: string,
    dueAt: number,
    next: Pick<Job, 'nextAt' | 'payload'>,
    item: Omit<InboxItem, 'tries' | 'turn'>,
  ): Promise<boolean>
}

/** Bytes by content: the same bytes have the same id. */
export interface BlobStore {
  /** Resolves to the id, the SHA-256 in hex. */
  put(bytes: Uint8Array, mime: string): Promise<string>
  get(id: string): Promise<{ readonly bytes: Uint8Array; readonly mime: string } | undefined>
  /** Removes blobs that nobody put or got since `before`; resolves to their number. */
  prune(before: number): Promise<number>
}

/** The right to work on something alone. */
export interface LeaseStore {
  /** True when `owner` holds the lease until `until`; false when another owner's lease has not run out. */
  take(name: string, owner: string, now: number, until: number): Promise<boolean>
  release(name: string, owner: string): Promise<void>
  /** Who took it last and has not released it. */
  holder(name: string): Promise<string | undefined>
  /** Ends all leases of an owner that is known to be dead. */
  releaseAll(owner: string): Promise<void>
}

/** Permissions: asked for, given, used up. */
export interface Grant {
  readonly id: string
  /** What it is about: `pairing:telegram`, `approval:SESSION` … */
  readonly subject: string
  readonly payload: string
  readonly state: 'asked' | 'given' | 'denied' | 'used'
  readonly createdAt: number
  readonly expiresAt?: number
}
export interface GrantStore {
  put(grant: Grant): Promise<void>
  get(id: string): Promise<Grant | undefined>
  /** Oldest first; `subject` may end with `*`. */
  find(subject: string): Promise<readonly Grant[]>
  /** Changes the state of a grant that is in state `from`: true for exactly one caller. */
  move(id: string, from: Grant['state'], to: Grant['state']): Promise<boolean>
  remove(id: string): Promise<void>
}

/** Small facts by name that must outlive the process: JSON values. */
export interface NoteStore {
  get(name: string): Promise<Json | undefined>
  put(name: string, value: Json): Promise<void>
  remove(name: string): Promise<void>
  /** In order of name. */
  list(prefix: string): Promise<readonly { readonly name: string; readonly value: Json }[]>
}

/** Everything durable. Opened when first used. */
export interface Store {
  readonly sessions: SessionStore
  readonly turns: TurnStore
  readonly inbox: InboxStore
  readonly outbox: OutboxStore
  readonly jobs: JobStore
  readonly blobs: BlobStore
  readonly grants: GrantStore
  readonly notes: NoteStore
  readonly budget: BudgetStore
  readonly rests: RestStore
  readonly counters: CounterStore
  readonly ledger: LedgerStore
  readonly leases: LeaseStore
  close(): Promise<void>
}
