import type { StopReason, Usage } from './chat.ts'
import type { Attempt } from './failure.ts'

/** What an answer took: who gave it, what it cost, what was tried. */
export interface TurnReport {
  readonly turn: string
  readonly session: string
  readonly agent: string
  /** The candidate that answered, its vendor, and the model in the vendor's own words. Absent when none did. */
  readonly by?: { readonly endpoint: string; readonly vendor: string; readonly model: string }
  readonly attempts: readonly Attempt[]
  /** What was changed to make the calls work, one sentence each. */
  readonly notes: readonly string[]
  readonly usage: Usage
  /** Micro-dollars; absent when a price is not known. */
  readonly costMicros?: number
  readonly ms: number
  readonly stop?: StopReason | 'step-limit' | 'loop' | 'money-limit' | 'time-limit'
  /** Files that tools were told to write, each once. */
  readonly changed?: readonly string[]
  /** Tools that ran, in order. */
  readonly tools?: readonly { readonly name: string; readonly isError: boolean; readonly ms: number }[]
}
