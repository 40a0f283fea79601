import type { Call } from '../core/provider.ts'
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

/** Everything that `why` reads. */
export interface WhyStore {
  readonly turns: Pick<TurnStore, 'get' | 'list'>
  readonly sessions: Pick<SessionStore, 'ofTurn' | 'state'>
  readonly ledger: Pick<LedgerStore, 'rows'>
  readonly grants: Pick<GrantStore, 'find'>
}
