import type { ChannelLimits, Pace } from '../core/channel.ts'
import type { Clock } from '../core/clock.ts'

export interface Pacing {
  /** Resolves when a message may go to the chat. */
  wait(chat: string, signal: AbortSignal): Promise<void>
}

/** Of more chats those are forgotten that may send at once again. */
const mostChats = 10_000
const everywhere = ''

/** Keeps messages apart, in each chat and over all of them. */
export function pacing(pace: ChannelLimits['pace'], clock: Clock): Pacing {
  if (!pace) return { async wait() {} }
  /** When all that was sent is paid for, at one message each `everyMs`. */
  const paid = new Map<string, number>()

  async function turn(name: string, { burst, everyMs }: Pace, signal: AbortSignal): Promise<void> {
    const now = clock.now()
    const before = Math.max(now, paid.get(name) ?? 0)
    paid.set(name, before + everyMs)
    const wait = before - (burst - 1) * everyMs - now
    if (wait > 0) await clock.sleep(wait, signal)
  }

  return {
    async wait(chat, signal) {
      if (paid.size > mostChats) for (const [name, at] of paid) if (at <= clock.now()) paid.delete(name)
      await turn(chat, pace.chat(chat), signal)
      await turn(everywhere, pace.all, signal)
    },
  }
}
