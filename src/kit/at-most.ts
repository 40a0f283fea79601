import type { Clock } from '../core/clock.ts'

/** Waits for work, at most `ms`. What it comes to is left to whoever began it. */
export async function atMost(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const patience = new AbortController()
  await Promise.race([work, clock.sleep(ms, patience.signal)]).catch(() => undefined)
  patience.abort()
}
