import type { Clock } from '../../src/core/clock.ts'

/** A clock that stands still until it is moved. */
export interface FakeClock extends Clock {
  /** Moves time on and wakes, in order, whoever sleeps no longer than that. */
  advance(ms: number): Promise<void>
  /** How many sleep now. */
  sleepers(): number
}

export function fakeClock(start = 1_700_000_000_000): FakeClock {
  let time = start
  let sleepers: { readonly at: number; wake(): void }[] = []
  return {
    now: () => time,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error)
        const sleeper = {
          at: time + ms,
          wake() {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        const onAbort = () => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          reject(signal?.reason as Error)
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        sleepers.push(sleeper)
      })
    },
    async advance(ms) {
      const end = time + ms
      for (;;) {
        const next = sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        time = Math.max(time, next.at)
        sleepers = sleepers.filter((sleeper) => sleeper !== next)
        next.wake()
        await settled()
      }
      time = end
      await settled()
    },
    sleepers: () => sleepers.length,
  }
}

/** Lets everything run that waits for no timer and no socket. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
