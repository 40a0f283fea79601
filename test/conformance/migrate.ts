import { textOf } from '../../src/core/message.ts'
import { readLines } from '../../src/migrate/session-files.ts'
import { messagesOf } from '../../src/migrate/session-messages.ts'
import type { Adapters } from './adapters.ts'

export const adapters: Adapters = {
  async readSessionFile({ lines, skip }: { lines: readonly string[]; skip: number }) {
    const messages = await messagesOf(readLines(lines.join('\n'), skip), async () => '')
    return { texts: messages.map(textOf) }
  },
}
