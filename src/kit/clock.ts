import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'

/** A timer of the platform counts in 32 bits: a longer wait would end at once. */
const longestTimer = 2 ** 31 - 1

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    const options = signal ? { signal } : {}
    try {
      for (let left = ms; left > longestTimer; left -= longestTimer) await wait(longestTimer, undefined, options)
      await wait(ms > longestTimer ? ms % longestTimer : ms, undefined, options)
    } catch (error) {
      throw signal?.reason ?? error
    }
  },
}
