import type { Attempt, FailureKind } from '../core/failure.ts'
import type { Rest } from '../core/store.ts'
import { billingRestSeconds, briefRestSeconds, longestRestSeconds, policy, standardRestSeconds } from './policy.ts'

export interface Trouble {
  readonly key: string
  readonly length: 'brief' | 'standard' | 'billing'
  /** The rest before this failure, if it still counts. */
  readonly last: Rest | undefined
  /** True when this failure and the last one were under way together: they count once. */
  readonly together: boolean
  readonly now: number
  readonly reason: Attempt
  /** What the vendor asks for; up to a day of it is heard. */
  readonly retryAfterMs?: number
}

/** The rest that a failure leads to. */
export function restAfter(trouble: Trouble): Rest {
  const { key, last, together, now, reason } = trouble
  const { failures, billingFailures, seconds } = counted(trouble)
  const lastFailureAt = together && last ? last.lastFailureAt : now
  return { key, until: now + seconds * 1_000, failures, billingFailures, lastFailureAt, reason }
}

function counted({ length, last, together, reason, retryAfterMs }: Trouble): Counted {
  const before = { failures: last?.failures ?? 0, billingFailures: last?.billingFailures ?? 0 }
  // Brief rests do not count as failures in a row: a night without network must not end in an hour's rest at the first 503.
  if (length === 'brief') return { ...before, seconds: briefRestSeconds(briefBefore(last)) }
  const step = together ? 0 : 1
  const failures = Math.max(1, before.failures + step)
  const asked = retryAfterMs === undefined ? undefined : Math.min(retryAfterMs / 1_000, longestRestSeconds)
  if (length === 'standard') return { ...before, failures, seconds: standardSeconds(failures, asked, reason.kind) }
  const billingFailures = Math.max(1, before.billingFailures + step)
  return { failures, billingFailures, seconds: Math.max(billingRestSeconds(billingFailures), asked ?? 0) }
}
interface Counted extends Pick<Rest, 'failures' | 'billingFailures'> {
  readonly seconds: number
}

/**
 * A vendor that asks for more than our own rest gets it. One that says it is free earlier is believed once: when it fails again, our
 * own rests grow as always. What only a person can mend does not pass earlier for a vendor's word.
 */
function standardSeconds(failures: number, asked: number | undefined, kind: FailureKind): number {
  if (asked !== undefined && failures === 1 && policy[kind].retry) return asked
  return Math.max(standardRestSeconds(failures), asked ?? 0)
}

/** Seconds of the rest before if that was a brief one, else 0. */
function briefBefore(last: Rest | undefined): number {
  return last && policy[last.reason.kind].rest === 'brief' ? Math.max(0, last.until - last.lastFailureAt) / 1_000 : 0
}
