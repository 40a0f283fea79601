import fc from 'fast-check'
import type { Answer } from '../../src/core/chat.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import type { AssistantPart } from '../../src/core/message.ts'

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json)
const input: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 10 }).filter((key) => key !== '__proto__'),
  json,
  { maxKeys: 4, noNullPrototype: true },
)

const text = fc.record({ type: fc.constant('text' as const), text: words })
const thinking = fc.record(
  { type: fc.constant('thinking' as const), text: words, signature: words },
  { requiredKeys: ['type', 'text'] },
)
const redacted = fc.record({ type: fc.constant('redacted-thinking' as const), data: words })
const call = fc.record({
  type: fc.constant('tool-call' as const),
  id: fc.uuid(),
  name: fc.stringMatching(/^[a-z_]{1,20}$/),
  input,
})

/** Parts as vendors send them: no two texts in a row. */
const parts: fc.Arbitrary<readonly AssistantPart[]> = fc
  .array(fc.oneof(text, thinking, redacted, call), { maxLength: 6 })
  .map((list) => list.filter((part, index) => part.type !== 'text' || list[index - 1]?.type !== 'text'))

const count = fc.nat(100_000)

/** Any whole answer. */
export const anyAnswer: fc.Arbitrary<Answer> = fc
  .record({
    id: fc.uuid(),
    model: fc.stringMatching(/^[a-z0-9.-]{1,20}$/),
    message: fc.record({ role: fc.constant('assistant' as const), parts }),
    stop: fc.constantFrom('end' as const, 'length' as const, 'tool-calls' as const, 'refusal' as const),
    usage: fc.record({ input: count, output: count, cacheRead: count, cacheWrite: count }),
  })
  .map((answer) => JSON.parse(JSON.stringify(answer)) as Answer)
