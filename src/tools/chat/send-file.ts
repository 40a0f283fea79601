import { z } from 'zod'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import type { Outbox } from '../ports.ts'
import { attach, type AttachOptions } from './attach.ts'
import { sendingFailed } from './message.ts'
import { destinationOf, targetOf } from './target.ts'

export interface SendFileOptions {
  readonly outbox: Outbox
  readonly files: AttachOptions
}

/** send_file: a file of the workspace for the chat. */
export function sendFileTool({ outbox, files }: SendFileOptions): Tool {
  return defineTool({
    name: 'send_file',
    description: 'Sends a file to the chat of this turn, or to another one.',
    input: z.object({
      path: z.string().min(1).describe('The file, relative to the workspace.'),
      filename: z.string().min(1).optional().describe('The name that people see.'),
      caption: z.string().optional().describe('A text to go with it.'),
      channel: z.string().min(1).optional().describe('Another channel.'),
      chat_id: z.string().min(1).optional().describe('Another chat.'),
    }),
    readOnly: false,
    effects: ['send'],
    destination: destinationOf,
    async run({ path, filename, caption = '', ...addressed }, context) {
      const to = targetOf(addressed, context)
      const attachment = await attach(files, path, filename)
      await outbox.send({ to, text: caption, attachments: [attachment] }, context).catch((error: unknown) => {
        throw sendingFailed(error)
      })
      return `File "${attachment.name}" sent to user`
    },
  })
}
