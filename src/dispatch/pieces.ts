import type { Channel, ChannelLimits, OutboundMessage } from '../core/channel.ts'
import { splitText } from '../kit/split-text.ts'

/** Characters of a long text that are shown where the whole comes as a file. */
const beginning = 1_000

/**
 * A message as single messages of a platform, in order: its texts, then a message for each file. A short text stands under the first file,
 * where the platform can. The first one answers, replaces and stands for its job.
 */
export function pieces(
  channel: Pick<Channel, 'limits' | 'split' | 'captions'>,
  whole: OutboundMessage,
): readonly OutboundMessage[] {
  const message = withFile(whole, channel.limits)
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

/** A text that is too long to be read in a chat, as its beginning and a file. */
function withFile(message: OutboundMessage, { fileAbove = Infinity }: ChannelLimits): OutboundMessage {
  const { text, attachments = [] } = message
  if (text.length <= fileAbove) return message
  const bytes = Buffer.from(text)
  const file = { kind: 'file', mime: 'text/markdown', name: 'answer.md', size: bytes.length } as const
  return {
    ...message,
    text: `${splitText(text, beginning)[0] ?? ''}\n\n… The whole answer is in the file.`,
    attachments: [{ ...file, bytes: async () => bytes }, ...attachments],
  }
}
