import assert from 'node:assert/strict'
import { splitMarkdown } from '../../../src/channels/markdown/split.ts'
import { telegramHtml, telegramVisible } from '../../../src/channels/markdown/telegram.ts'
import { parseTelegramHtml } from '../../fakes/telegram/html.ts'

const letters = (text: string) => text.replaceAll(/\s+/g, '')

/** Every part of a split text fits, is valid for Telegram, and the parts together say what the whole says. */
export function splitHolds(markdown: string, limit: number): readonly string[] {
  const whole = parseTelegramHtml(telegramHtml(markdown)).text
  const chunks = splitMarkdown(markdown, limit, telegramVisible)
  const parsed = chunks.map((chunk) => parseTelegramHtml(telegramHtml(chunk)).text)
  for (const text of parsed) {
    assert.ok(text.length <= limit, `${text.length} of ${limit}: ${text}`)
    assert.ok(text.isWellFormed() || !markdown.isWellFormed(), JSON.stringify(text))
    assert.notEqual(text.trim(), '')
  }
  assert.equal(letters(parsed.join('')), letters(whole))
  return chunks
}
