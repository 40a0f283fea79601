import type { Differences } from './equal.ts'
import type { Fields } from './outcome.ts'
import { isRecord } from './outcome.ts'

const onText = (change: (text: string) => string) => (value: unknown) =>
  typeof value === 'string' ? change(value) : value

/** A text block alone is the same as its text; `stream` and cache marks are not compared. */
function plainAnthropic(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainAnthropic)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'cache_control' && key !== 'stream')
      .map(([key, inner]) => [
        key,
        (key === 'content' || key === 'system') && typeof inner === 'string'
          ? [{ type: 'text', text: inner }]
          : plainAnthropic(inner),
      ]),
  )
}

const trimLines = onText((text) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n'),
)

/** How an outcome is prepared before it is compared, for units whose description says so. What is expected is prepared alike. */
export const adjustments: Readonly<Record<string, (value: unknown) => unknown>> = {
  htmlToMarkdown: trimLines,
  htmlToText: trimLines,
  matrixHtml: onText((html) => html.replaceAll(/>\s+</g, '><').trim()),
  slackStripMention: onText((text) => text.replaceAll(/ +/g, ' ').trim()),
  stripToolCallsFromText: onText((text) => text.trim()),
  splitMessage: (value) =>
    isRecord(value) && Array.isArray(value['chunks'])
      ? { ...value, chunks: value['chunks'].map((chunk) => String(chunk).trim()) }
      : value,
  requestHeaders: lowerKeys,
  anthropicMessagesBody: plainAnthropic,
}

function lowerKeys(value: unknown): unknown {
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toLowerCase(), inner]))
}

/** What always holds for a unit, whatever the vector says. */
export const invariants: Readonly<Record<string, (input: unknown, value: unknown) => Differences>> = {
  splitMessage(input, value) {
    const { text = '', limit = 0 } = isRecord(input) ? input : {}
    const pieces = isRecord(value) && Array.isArray(value['chunks']) ? value['chunks'].map(String) : []
    return [
      ...pieces
        .filter((piece) => piece.length > Number(limit))
        .map((piece) => `a piece of ${piece.length} units is over the limit`),
      ...pieces
        .filter((piece) => !piece.isWellFormed())
        .map((piece) => `a surrogate pair is cut in ${JSON.stringify(piece)}`),
      ...(letters(pieces.join('\n')) === letters(String(text)) ? [] : ['the pieces do not add up to the text']),
    ]
  },
  sanitizeHistory(_, value) {
    const messages = isRecord(value) && Array.isArray(value['messages']) ? value['messages'].filter(isRecord) : []
    const [first] = messages.filter(({ role }) => role !== 'system')
    return [
      ...(first && first['role'] !== 'user' ? ['the first message is not the user’s'] : []),
      ...callsAndResults(messages),
    ]
  },
}

/** A text without white space and without lines that only open or close a fence. */
const letters = (text: string): string => text.replaceAll(/^[ \t]*```[\w+-]*[ \t]*$/gm, '').replaceAll(/\s+/g, '')

/** Messages in OpenAI form: every result follows its call, every call has its result before anybody else speaks, no id is empty. */
function callsAndResults(messages: readonly Fields[]): Differences {
  const open = new Set<unknown>()
  const found: string[] = []
  for (const { role, tool_calls, tool_call_id } of messages) {
    if (role === 'tool') {
      if (!tool_call_id || !open.delete(tool_call_id)) found.push(`the result ${String(tool_call_id)} has no call`)
      continue
    }
    for (const id of open) found.push(`the call ${String(id)} has no result`)
    open.clear()
    for (const call of Array.isArray(tool_calls) ? tool_calls.filter(isRecord) : []) {
      if (!call['id']) found.push('a call has no id')
      open.add(call['id'])
    }
  }
  return [...found, ...[...open].map((id) => `the call ${String(id)} has no result`)]
}
