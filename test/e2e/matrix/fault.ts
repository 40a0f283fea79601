import type { FailureKind } from '../../../src/core/failure.ts'
import type { ModelEntry } from '../../../src/models/entry.ts'
import type { Serve } from './faulty-server.ts'

/** What follows from a fault, for the chain and for who reads. */
export interface Outcome {
  readonly kind: FailureKind
  readonly status?: number
  /** What the person reads when nobody answers. */
  readonly says: RegExp
  /** Who rests, and for how many seconds after the first, second and third failure in a row. */
  readonly rest?: { readonly scope: 'model' | 'key'; readonly seconds: readonly [number, ...number[]] }
  /** How often a candidate is tried when nobody answers: as the only one, and as one of several. */
  readonly rounds: { readonly alone: number; readonly together: number }
  /** The candidate is passed over. */
  readonly skipped?: true
}
export interface Fault extends Outcome {
  readonly name: string
  /** Absent: nobody listens at the address. */
  readonly serve?: Serve
  readonly protocol?: 'anthropic-messages'
  readonly entry?: Partial<ModelEntry>
  /** It is final: no other candidate is asked. */
  readonly final?: true
  /** In a stream it comes after the first word: what was shown cannot be taken back, and nobody else is asked. */
  readonly afterFirstWord?: true
  /** The person stops as soon as the question has arrived. */
  readonly stopped?: true
  /** Each faulty candidate was asked once before. */
  readonly again?: true
  /** What is different for an only candidate. */
  readonly alone?: Partial<Outcome>
}

/** Asked once, and that is that. */
export const once = { alone: 1, together: 1 }
const minute = [60, 300, 1_500] as const
const moment = [5, 10, 20] as const
/** A model rests briefly, and the whole chain is asked again where that helps. */
export const briefly = (rounds: Outcome['rounds']) => ({ rest: { scope: 'model', seconds: moment }, rounds }) as const
export const passing = briefly({ alone: 3, together: 2 })
/** Others stand in while the model rests; an only one is asked three times. */
export const busy = { rest: { scope: 'model', seconds: minute }, rounds: { alone: 3, together: 1 } } as const
export const standing = { rest: { scope: 'model', seconds: minute }, rounds: once } as const
export const ofKey = { rest: { scope: 'key', seconds: minute }, rounds: once } as const
export const ofAccount = { rest: { scope: 'key', seconds: [18_000, 36_000] }, rounds: once } as const
export const noRest = { rounds: once } as const
/** For servers that say nothing: however slow this machine is, the limit is what ends it. */
export const patience: Partial<ModelEntry> = { requestTimeoutMs: 60, firstTokenTimeoutMs: 60, idleTimeoutMs: 60 }
/** For servers that fall silent in the middle: only what comes after the first word is short of time. */
export const laterPatience: Partial<ModelEntry> = {
  requestTimeoutMs: 20_000,
  firstTokenTimeoutMs: 20_000,
  idleTimeoutMs: 60,
}
