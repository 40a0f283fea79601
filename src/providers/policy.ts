import type { FailureKind } from '../core/failure.ts'

/** What a kind of failure means for the candidate that failed and for the chain. */
export interface Rule {
  /** The chain asks the next candidate. */
  readonly next: boolean
  /** Asking the same candidate again soon may help. */
  readonly transient: boolean
  /** How long the candidate rests: not at all, by the two growing scales, or briefly. */
  readonly rest: 'none' | 'standard' | 'billing' | 'brief'
  /** What rests: this model over this key, or everything over this key. */
  readonly scope: 'model' | 'key'
}

const rests = (rest: Rule['rest'], transient = false, scope: Rule['scope'] = 'model'): Rule => ({
  next: true,
  transient,
  rest,
  scope,
})
const final: Rule = { next: false, transient: false, rest: 'none', scope: 'model' }

export const policy: Readonly<Record<FailureKind, Rule>> = {
  // A refused key or an empty account refuses every model.
  auth: rests('standard', false, 'key'),
  billing: rests('billing', false, 'key'),
  'rate-limit': rests('standard', true),
  overloaded: rests('standard', true),
  // Not asked again at once: it would keep the person waiting as long once more.
  timeout: rests('standard'),
  network: rests('brief', true),
  // Another model may have a larger window, or accept what this one did not; the candidate itself is well.
  'too-long': rests('none'),
  'bad-request': rests('none'),
  'bad-endpoint': rests('standard'),
  blocked: rests('standard'),
  'not-found': rests('standard'),
  // A person's stop and a vendor's refusal on content are answers; nobody shops around for another.
  refused: final,
  aborted: final,
  empty: rests('none', true),
  cut: rests('brief', true),
  'bad-reply': rests('standard'),
  // Our own doing: the candidate was not asked.
  budget: rests('none'),
  paced: rests('none', true),
  resting: rests('none', true),
  unknown: rests('standard'),
}

const second = 1_000
const hour = 3_600 * second

/** The longest rest after a failure of the network or a cut. */
export const briefRestMs = 30 * second

/** Rest after the n-th failure in a row: 1, 5, 25 minutes, then an hour. */
export function standardRestMs(failures: number): number {
  return Math.min(3_600, 60 * 5 ** Math.min(failures - 1, 3)) * second
}

/** Rest after the n-th failure for lack of money: 5, 10, 20 hours, then a day. */
export function billingRestMs(failures: number): number {
  return Math.min(24, 5 * 2 ** Math.min(failures - 1, 10)) * hour
}

/** Failures further apart than this do not belong to one row. */
export const failureMemoryMs = 24 * hour
