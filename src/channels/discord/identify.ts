import type { Clock } from '../../core/clock.ts'

const hour = 3_600_000

/**
 * Lets fresh logins through one at a time, `gapMs` apart. After twenty within an hour only one in two minutes passes: Discord revokes the
 * token of a bot that logs in a thousand times a day.
 */
export function identifyGate(
  clock: Clock,
  gapMs: number,
): { waitForIdentify(_: number, signal: AbortSignal): Promise<void> } {
  const passed: number[] = []
  let tail = Promise.resolve()
  const pass = async (signal: AbortSignal) => {
    signal.throwIfAborted()
    const now = clock.now()
    while ((passed[0] ?? now) < now - hour) passed.shift()
    const gap = passed.length >= 20 ? Math.max(gapMs, 120_000) : gapMs
    const wait = (passed.at(-1) ?? -Infinity) + gap - now
    if (wait > 0) await clock.sleep(wait, signal)
    passed.push(clock.now())
  }
  return {
    waitForIdentify(_, signal) {
      const turn = tail.then(() => pass(signal))
      tail = turn.catch(() => undefined)
      return turn
    },
  }
}
