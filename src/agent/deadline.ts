import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'

/** A signal that aborts with a `timeout` after `ms`, unless it is disposed first. */
export function deadline(clock: Clock, ms: number, why: string): Disposable & { readonly signal: AbortSignal } {
  const late = new AbortController()
  const over = new AbortController()
  clock.sleep(ms, over.signal).then(
    () => late.abort(new Failure('timeout', why)),
    () => undefined,
  )
  return { signal: late.signal, [Symbol.dispose]: () => over.abort() }
}
