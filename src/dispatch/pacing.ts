import type { ChannelLimits } from '../core/channel.ts'
import type { Clock } from '../core/clock.ts'

export interface Pacing {
  /** Resolves when a message may go to the chat. */
  wait(chat: string, signal: AbortSignal): Promise<void>
}

/** Keeps messages apart, in each chat and over all of them. */
export function pacing(pace: ChannelLimits['pace'], clock: Clock): Pacing {
  if (!pace) return { async wait() {} }
  const free = new Map<string, number>()
  let allFree = 0
  return {
    async wait(chat, signal) {
      const now = clock.now()
      const slot = Math.max(now, allFree)
      const at = Math.max(slot, free.get(chat) ?? 0)
      allFree = slot + pace.allMs
      free.set(chat, at + pace.chatMs)
      if (free.size > 10_000) for (const [key, until] of free) if (until <= now) free.delete(key)
      if (at > now) await clock.sleep(at - now, signal)
    },
  }
}
