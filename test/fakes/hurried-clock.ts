import type { Clock } from '../../src/core/clock.ts'
import { systemClock } from '../../src/kit/clock.ts'

export interface HurriedClock extends Clock {
  /** Sets the clock forward: whoever sleeps until then wakes at once. */
  hurry(ms: number): void
}

interface Sleeper {
  readonly at: number
  wake(): void
}

/** The machine's own time, which a test may set forward. */
export function hurriedClock(): HurriedClock {
  let ahead = 0
  const sleepers = new Set<Sleeper>()
  const now = () => systemClock.now() + ahead
  return {
    now,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      const early = new AbortController()
      const sleeper = { at: now() + ms, wake: () => early.abort() }
      sleepers.add(sleeper)
      try {
        await systemClock.sleep(ms, signal ? AbortSignal.any([signal, early.signal]) : early.signal)
      } catch {
        signal?.throwIfAborted()
      } finally {
        sleepers.delete(sleeper)
      }
    },
    hurry(ms) {
      ahead += ms
      for (const sleeper of sleepers) if (sleeper.at <= now()) sleeper.wake()
    },
  }
}
