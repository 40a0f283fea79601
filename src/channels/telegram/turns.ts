import type { Clock } from '../../core/clock.ts'

/** Growing messages of all chats together take a third of what the service lets a bot send; the rest is for answers. */
const everyMs = 100

/** Resolves when the caller may change a growing message; callers get their turns in order. */
export function liveTurns(clock: Clock): (signal: AbortSignal) => Promise<void> {
  let next = 0
  return async (signal) => {
    const now = clock.now()
    const mine = Math.max(now, next)
    next = mine + everyMs
    if (mine > now) await clock.sleep(mine - now, signal)
  }
}
