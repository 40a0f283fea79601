import type { Channel, OutboundMessage } from '../core/channel.ts'
import { splitText } from '../kit/split-text.ts'

/** A message as single messages of a platform, in order: its texts, then a message for each file. The first one answers and replaces. */
export function pieces(
  channel: Pick<Channel, 'limits' | 'split'>,
  message: OutboundMessage,
): readonly OutboundMessage[] {
  const { attachments = [], replyTo, replaces, ...rest } = message
  const texts =
    message.text.trim() === '' ? [] : (channel.split?.(message.text) ?? splitText(message.text, channel.limits.maxText))
  return [
    ...texts.map((text) => ({ ...rest, text })),
    ...attachments.map((file) => ({ ...rest, text: '', attachments: [file] })),
  ].map((piece, index) =>
    index === 0
      ? {
          ...piece,
          ...(replyTo !== undefined && { replyTo }),
          ...(replaces !== undefined && texts.length > 0 && { replaces }),
        }
      : piece,
  )
}
