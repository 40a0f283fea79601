import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await wait(ms, undefined, signal ? { signal } : {})
    } catch (error) {
      throw signal?.reason ?? error
    }
  },
}
