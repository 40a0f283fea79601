import type { Clock } from '../../src/core/clock.ts'

export interface FakeClock extends Clock {
  /** Lets `ms` pass: sleepers wake in order, and what they set off runs before the next one wakes. */
  advance(ms: number): Promise<void>
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A clock that stands still until told. */
export function fakeClock(start = 1_700_000_000_000): FakeClock {
  let now = start
  const sleepers = new Set<{ readonly at: number; wake(): void }>()
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error)
        const sleeper = {
          at: now + ms,
          wake() {
            sleepers.delete(sleeper)
            signal?.removeEventListener('abort', cancel)
            resolve()
          },
        }
        const cancel = () => {
          sleepers.delete(sleeper)
          reject(signal?.reason as Error)
        }
        signal?.addEventListener('abort', cancel, { once: true })
        sleepers.add(sleeper)
      }),
    async advance(ms) {
      const end = now + ms
      await settle()
      for (;;) {
        const next = [...sleepers].filter((sleeper) => sleeper.at <= end).sort((left, right) => left.at - right.at)[0]
        if (!next) break
        now = Math.max(now, next.at)
        next.wake()
        await settle()
      }
      now = end
      await settle()
    },
  }
}
