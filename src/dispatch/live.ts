import type { Channel, LiveMessage } from '../core/channel.ts'
import type { Delivery } from './answer.ts'
import type { Work } from './work.ts'

type Shown = Omit<NonNullable<Parameters<NonNullable<Channel['live']>>[1]>, 'replyTo'>

/** A growing message where the channel can show one; elsewhere nothing is shown before the end. */
export function liveMessage(channel: Channel | undefined, work: Work, shown: Shown = {}): LiveMessage {
  const { at, id } = work.message
  const growing = channel?.live?.(at, { replyTo: id, ...shown })
  if (growing?.settle) return growing
  return {
    push() {},
    restart() {},
    settle: async () => shown.shown,
    finish: () => Promise.reject(new Error('Sent through the outbox.')),
  }
}

/** The terminal shows its answers itself, as they come. */
export const terminal: Delivery = {
  async live({ channel, message }) {
    return (
      channel.live?.(message.at, { replyTo: message.id }) ?? {
        push() {},
        restart() {},
        finish: (whole) => channel.send(whole),
      }
    )
  },
  outgoing: async () => [],
  async deliver({ channel }, live, message) {
    await (live ? live.finish(message) : channel.send(message))
  },
}
