import type { Call } from '../core/provider.ts'
import type { Leave } from '../core/spent.ts'
import type { Price } from '../models/entry.ts'

/** Asked before each wire attempt; throws a Failure `budget` when the money is not there. Undefined: nothing limits the call. */
export type Purse = (spending: {
  readonly call: Call
  readonly endpoint: string
  readonly price: Price | undefined
}) => Promise<Leave | undefined>
