import type { Clock } from '../core/clock.ts'

/** True once `ms` have passed, false when aborted before. */
export function passes(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  return clock.sleep(ms, signal).then(
    () => true,
    () => false,
  )
}
