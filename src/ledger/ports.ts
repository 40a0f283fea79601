import type { Call } from '../core/provider.ts'
import type { Usage } from '../core/chat.ts'
import type { FailureKind } from '../core/failure.ts'
import type { GrantStore, LedgerStore, SessionStore, TurnStore } from '../core/store.ts'
import type { Price } from '../models/entry.ts'

/** Dollars a day and a month. */
export interface Limits {
  readonly day?: number | undefined
  readonly month?: number | undefined
}

/** What the configuration says about money: its `budget` section, and `gateway.keys` by name. */
export interface BudgetSettings {
  readonly budget: Limits & {
    readonly per_agent?: Readonly<Record<string, Limits>>
    readonly per_cause?: Readonly<Record<string, Limits>>
    readonly unpriced?: 'refuse' | 'allow'
  }
  readonly keys?: Readonly<Record<string, Limits>>
}

/** A call that wants to go out. */
export interface Spending {
  readonly call: Call
  /** The candidate's name as users know it. */
  readonly endpoint: string
  /** Undefined where nobody knows it. */
  readonly price: Price | undefined
}

/** How a call ended. `heard`: bytes of text that came; `reached`: how far it had come. */
export type Spent =
  | { readonly outcome: 'ok'; readonly usage: Usage; readonly heard: number }
  | {
      readonly outcome: FailureKind
      readonly reached: 'nothing' | 'vendor' | 'answer'
      readonly usage: Usage | undefined
      readonly heard: number
    }

/** Leave to spend. */
export interface Leave {
  /** The most that may be asked for, where that is less than the call wants, or the call names no limit. */
  readonly maxTokens?: number
  /** What the reader of the answer should know. */
  readonly notes: readonly string[]
  settle(spent: Spent): Promise<void>
}

/** Everything that `why` reads. */
export interface WhyStore {
  readonly turns: Pick<TurnStore, 'get' | 'list'>
  readonly sessions: Pick<SessionStore, 'ofTurn' | 'state'>
  readonly ledger: Pick<LedgerStore, 'rows'>
  readonly grants: Pick<GrantStore, 'find'>
}
