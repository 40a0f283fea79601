import type { Clock } from '../../core/clock.ts'

/** A longer rest is nothing to wait for. */
export const longestRest = 60_000

/** Until when Telegram wants to hear nothing for a chat. */
export interface Rests {
  until(chat: string): number
  /** Notes what a refused call asked for. */
  note(chat: string, ms: number): void
}

export function rests(clock: Clock): Rests {
  const times = new Map<string, number>()
  return {
    until: (chat) => times.get(chat) ?? 0,
    note(chat, ms) {
      for (const [other, at] of times) if (at <= clock.now()) times.delete(other)
      times.set(chat, Math.max(times.get(chat) ?? 0, clock.now() + ms))
    },
  }
}
