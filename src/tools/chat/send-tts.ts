import { z } from 'zod'
import type { Attachment } from '../../core/channel.ts'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import type { Outbox } from '../ports.ts'
import { sendingFailed } from './message.ts'

/** Says a text; resolves to a recording. */
export type Speak = (text: string, signal: AbortSignal) => Promise<Attachment>

/** send_tts: words for the ear, in the chat of this turn. */
export function sendTtsTool({ outbox, speak }: { readonly outbox: Outbox; readonly speak: Speak }): Tool {
  return defineTool({
    name: 'send_tts',
    description: 'Says a text aloud: sends it as a voice message to the chat of this turn.',
    input: z.object({ text: z.string().trim().min(1).max(20_000).describe('What to say. Plain words, no markdown.') }),
    readOnly: false,
    effects: ['send'],
    async run({ text }, context) {
      const spoken = await speak(text, context.signal)
      await outbox.send({ to: context.origin, text: '', attachments: [spoken] }, context).catch((error: unknown) => {
        throw sendingFailed(error)
      })
      return 'Voice message sent to user'
    },
  })
}
