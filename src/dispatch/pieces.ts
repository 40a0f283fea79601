import type { Channel, OutboundMessage } from '../core/channel.ts'
import { splitText } from '../kit/split-text.ts'

/**
 * A message as single messages of a platform, in order: its texts, then a message for each file. A short text stands under the first file,
 * where the platform can. The first one answers, replaces and stands for its job.
 */
export function pieces(
  channel: Pick<Channel, 'limits' | 'split' | 'captions'>,
  message: OutboundMessage,
): readonly OutboundMessage[] {
  const { attachments = [], replyTo, replaces, job, ...rest } = message
  const texts =
    message.text.trim() === '' ? [] : (channel.split?.(message.text) ?? splitText(message.text, channel.limits.maxText))
  const [text] = texts
  const fits = replaces === undefined && texts.length === 1 && text !== undefined && channel.captions?.(text) === true
  const caption = fits && attachments.length > 0 ? text : undefined
  return [
    ...(caption === undefined ? texts : []).map((words) => ({ ...rest, text: words })),
    ...attachments.map((file, index) => ({ ...rest, text: index === 0 ? (caption ?? '') : '', attachments: [file] })),
  ].map((piece, index) =>
    index === 0
      ? {
          ...piece,
          ...(replyTo !== undefined && { replyTo }),
          ...(job && { job }),
          ...(replaces !== undefined && texts.length > 0 && { replaces }),
        }
      : piece,
  )
}
