import type { Usage } from '../core/chat.ts'
import type { FailureKind } from '../core/failure.ts'
import type { Call } from '../core/provider.ts'
import type { Price } from '../models/entry.ts'

/** How a call ended, for whoever keeps the money. `heard`: bytes of text that came; `reached`: how far it had come. */
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
  /** The most that may be asked for. */
  readonly maxTokens?: number
  readonly notes: readonly string[]
  settle(spent: Spent): Promise<void>
}

/** Asked before each wire attempt; throws a Failure `budget` when the money is not there. Undefined: nothing limits the call. */
export type Purse = (spending: {
  readonly call: Call
  readonly endpoint: string
  readonly price: Price | undefined
}) => Promise<Leave | undefined>
