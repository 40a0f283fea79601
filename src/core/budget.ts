/** A limit on money: what was spent in `scope` since `since` plus what is reserved must not pass `micros`. */
export interface Cap {
  /** `all`, `agent:NAME`, `cause:NAME`, `key:NAME`, `turn:ID`, `session:KEY`. */
  readonly scope: string
  readonly since: number
  /** Micro-dollars. */
  readonly micros: number
}
export interface BudgetStore {
  /** One transaction over all caps: reserves `micros` in each of their scopes, or tells the first cap that has no room. */
  reserve(reservation: {
    readonly id: string
    readonly at: number
    readonly micros: number
    readonly caps: readonly Cap[]
    /** The reservation counts no longer after this. */
    readonly expiresAt: number
  }): Promise<
    { readonly ok: true } | { readonly ok: false; readonly cap: Cap; readonly spent: number; readonly reserved: number }
  >
  /** Ends a reservation with what was really spent, in each of the scopes. */
  settle(id: string, at: number, micros: number, scopes: readonly string[]): Promise<void>
  /** Micro-dollars spent and reserved in a scope since a moment. */
  spent(scope: string, since: number, now: number): Promise<{ readonly spent: number; readonly reserved: number }>
}
