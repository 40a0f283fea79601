import fc from 'fast-check'
import type { JsonObject } from '../../src/core/json.ts'
import type { AssistantPart, MediaSource, Message, ToolResultPart, UserPart } from '../../src/core/message.ts'

/** Who may have said something. Signatures begin with the name, so that a validator knows whose they are. */
const authors = ['anthropic/claude', 'openai/gpt', 'acme/model-1'] as const

const words = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 40 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('', ' ', '\n\t', 'hello', '你好', '\ud83d', 'a\0b', '</outside-text>', '<|im_start|>'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
)
const ids = fc.constantFrom('', ' ', 'a', 'a', 'a_2', 'b', 'c', 'call-1', 'x'.repeat(60), 'toolu:1/2', 'ü')
const names = fc.constantFrom('look', 'look', 'write', '', 'mcp.files/read', 'n'.repeat(100))
const source: fc.Arbitrary<MediaSource> = fc.oneof(
  fc.constantFrom('AAAA', '').map((base64) => ({ type: 'inline' as const, base64 })),
  fc.constantFrom('blob-1', '').map((id) => ({ type: 'blob' as const, id })),
  fc.constantFrom('https://example.org/a.png', 'file:///a').map((url) => ({ type: 'url' as const, url })),
)
const text = words.map((text) => ({ type: 'text' as const, text }))
const image = fc.record({
  type: fc.constant('image' as const),
  mime: fc.constantFrom('image/png', 'image/jpeg', 'image/svg+xml', 'image/heic'),
  source,
})
const document = fc.record({
  type: fc.constant('document' as const),
  mime: fc.constantFrom('application/pdf', 'text/plain', 'application/msword'),
  source,
})
const audio = fc.record({
  type: fc.constant('audio' as const),
  mime: fc.constantFrom('audio/ogg', 'audio/wav'),
  source,
})
const opaque = fc.record({
  type: fc.constant('opaque' as const),
  dialect: fc.constantFrom('openai-chat', 'anthropic-messages'),
  json: fc.constant({ type: 'odd' }),
})
const outside = fc.option(fc.constantFrom('web', 'mcp:files', 'person:7'), { nil: undefined })
const input: fc.Arbitrary<JsonObject> = fc.dictionary(fc.string({ maxLength: 5 }), fc.oneof(words, fc.integer()), {
  maxKeys: 3,
})
const call = fc.record({ type: fc.constant('tool-call' as const), id: ids, name: names, input })
const result: fc.Arbitrary<ToolResultPart> = fc
  .record({
    id: ids,
    name: names,
    content: fc.array(
      fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: image }, { weight: 1, arbitrary: document }),
      {
        maxLength: 2,
      },
    ),
    isError: fc.boolean(),
    outside,
  })
  .map(({ outside, ...part }) => ({ type: 'tool-result', ...part, ...(outside !== undefined && { outside }) }))

const user: fc.Arbitrary<Message> = fc
  .record({
    parts: fc.array(fc.oneof<fc.Arbitrary<UserPart>[]>(text, text, image, document, audio, opaque), { maxLength: 3 }),
    outside,
  })
  .map(({ parts, outside }) => ({ role: 'user', parts, ...(outside !== undefined && { outside }) }))

const assistant: fc.Arbitrary<Message> = fc.option(fc.constantFrom(...authors), { nil: undefined }).chain((by) => {
  const own = by ?? 'nobody'
  const part: fc.Arbitrary<AssistantPart> = fc.oneof<fc.Arbitrary<AssistantPart>[]>(
    text,
    text,
    call,
    call,
    words.map((text) => ({ type: 'thinking', text, signature: `${own}-signed` })),
    words.map((text) => ({ type: 'thinking', text })),
    fc.constant({ type: 'redacted-thinking', data: `${own}-sealed` }),
    opaque,
  )
  return fc
    .array(part, { maxLength: 4 })
    .map((parts) => ({ role: 'assistant' as const, parts, ...(by !== undefined && { by }) }))
})

const tool: fc.Arbitrary<Message> = fc.array(result, { maxLength: 4 }).map((parts) => ({ role: 'tool', parts }))
const system: fc.Arbitrary<Message> = fc.array(text, { maxLength: 2 }).map((parts) => ({ role: 'system', parts }))

/** A round of work as it is journaled, which a crash may end after any of its messages. */
const round: fc.Arbitrary<readonly Message[]> = fc
  .record({
    calls: fc.array(call, { minLength: 1, maxLength: 4 }),
    split: fc.nat(3),
    crash: fc.option(fc.nat(3), { nil: undefined }),
    by: fc.constantFrom(...authors),
  })
  .map(({ calls, split, crash, by }) => {
    const results = calls.map(({ id, name }): ToolResultPart => ({
      type: 'tool-result',
      id,
      name,
      content: [],
      isError: false,
    }))
    const messages: readonly Message[] = [
      { role: 'user', parts: [{ type: 'text', text: 'do it' }] },
      { role: 'assistant', parts: [{ type: 'thinking', text: 'hm', signature: `${by}-signed` }, ...calls], by },
      { role: 'tool', parts: results.slice(0, split) },
      { role: 'tool', parts: results.slice(split) },
      { role: 'assistant', parts: [{ type: 'text', text: 'done' }], by },
    ]
    return messages.slice(0, crash === undefined ? messages.length : crash + 1)
  })

/** Any log: honest rounds, crashes in every place, and things that should never have been written. */
export const anyLog: fc.Arbitrary<readonly Message[]> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: round },
      { weight: 2, arbitrary: user.map((message) => [message]) },
      { weight: 3, arbitrary: assistant.map((message) => [message]) },
      { weight: 2, arbitrary: tool.map((message) => [message]) },
      { weight: 1, arbitrary: system.map((message) => [message]) },
    ),
    { maxLength: 8 },
  )
  .map((rounds) => rounds.flat())
