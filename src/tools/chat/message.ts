import { z } from 'zod'
import { Problem } from '../../core/problem.ts'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import type { Outbox } from '../ports.ts'
import { attach, type AttachOptions } from './attach.ts'
import { destinationOf, targetOf } from './target.ts'

export interface MessageOptions {
  readonly outbox: Outbox
  /** Absent: messages carry no files. */
  readonly files?: AttachOptions
}

const input = z.object({
  content: z.string().optional().describe('The text, as markdown.'),
  channel: z.string().min(1).optional().describe('Another channel.'),
  chat_id: z.string().min(1).optional().describe('Another chat.'),
  reply_to_message_id: z.string().min(1).optional().describe('The message that this one answers.'),
  media: z.array(z.string().min(1)).max(10).optional().describe('Files to send with it.'),
})

/** message: writes to a chat while the turn goes on. */
export function messageTool({ outbox, files }: MessageOptions): Tool {
  return defineTool<z.ZodType<z.output<typeof input>>>({
    name: 'message',
    description:
      'Sends a message to a chat at once, beside the answer of this turn. Without channel and chat_id it goes to the chat of this turn.',
    input: files ? input : input.omit({ media: true }),
    readOnly: false,
    effects: ['send'],
    destination: destinationOf,
    async run({ content = '', media = [], reply_to_message_id: replyTo, ...addressed }, context) {
      if (content.trim() === '' && media.length === 0)
        throw new Problem(files ? 'content or media is required' : 'content is required')
      const to = targetOf(addressed, context)
      const attachments = files ? await Promise.all(media.map((path) => attach(files, path))) : []
      await outbox
        .send({ to, text: content, attachments, ...(replyTo !== undefined && { replyTo }) }, context)
        .catch((error: unknown) => {
          throw sendingFailed(error)
        })
      return `Message sent to ${to.channel}:${to.chat}`
    },
  })
}

/** An error of the outbox with what was being done. */
export function sendingFailed(error: unknown): Problem {
  const mend = error instanceof Problem && error.detail.mend ? { mend: error.detail.mend } : {}
  return new Problem(`sending message: ${error instanceof Error ? error.message : String(error)}`, {
    ...mend,
    cause: error,
  })
}
