import type { Channel, LiveMessage, OutboundMessage } from '../core/channel.ts'
import type { ChatRef } from '../core/place.ts'

/** A growing message where the channel can show one; elsewhere one that is sent whole at its end. */
export function liveMessage(channel: Channel, to: ChatRef, replyTo: string): LiveMessage {
  return (
    channel.live?.(to, { replyTo }) ?? {
      push() {},
      restart() {},
      finish: (message: OutboundMessage) => channel.send(message),
    }
  )
}
