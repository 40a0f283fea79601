import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Answer, ChatEvent, StopReason } from '../../../src/core/chat.ts'
import { collect } from '../../../src/core/collect.ts'
import type { AssistantPart } from '../../../src/core/message.ts'
import anthropicMessages from '../../../src/providers/anthropic-messages/index.ts'
import openaiChat from '../../../src/providers/openai-chat/index.ts'
import { anyAnswer } from '../../arbitrary/answer.ts'
import { fakeCall, fakeEndpoint } from '../../fakes/endpoint.ts'
import { httpServer } from '../../fakes/http-server.ts'
import { anthropicSpelling, openaiSpelling } from '../../fakes/vendor-spelling.ts'
import type { Spelling } from '../../fakes/vendor-spelling.ts'

const idle = new AbortController().signal
type Protocol = typeof openaiChat

/** An answer read back from bytes that come in the given chunks, without a network between. */
async function readBack(protocol: Protocol, chunks: readonly Uint8Array[], stream: boolean) {
  const fetch = () => Promise.resolve(new Response(ReadableStream.from(chunks)))
  const reply = await protocol(fakeEndpoint({}, { fetch })).open(fakeCall({}, { stream }), idle)
  const events: ChatEvent[] = []
  for await (const event of reply.type === 'events' ? reply.events : []) events.push(event)
  assert.deepEqual(await reply.end, endOf(events))
  return { events, answer: await collect(events) }
}

function endOf(events: readonly ChatEvent[]) {
  const [start, end] = [events[0], events.at(-1)]
  assert.ok(start?.type === 'start' && end?.type === 'end')
  return { stop: end.stop, usage: end.usage, model: start.model || 'model-1' }
}

/** Parts never interleave: every delta stands between the start and the end of its own part. */
function assertInOrder(events: readonly ChatEvent[]) {
  let open: string | undefined
  for (const event of events) {
    if (event.type === 'thinking-delta') assert.ok(open === undefined || open === 'thinking', `thinking within ${open}`)
    if (
      event.type === 'text-delta' ||
      event.type === 'tool-call-start' ||
      event.type === 'redacted-thinking' ||
      event.type === 'end'
    )
      assert.equal(open, undefined)
    if (event.type === 'tool-call-delta') assert.equal(open, event.id)
    if (event.type === 'thinking-delta') open = 'thinking'
    if (event.type === 'tool-call-start') open = event.id
    if (event.type === 'thinking-end') open = undefined
    if (event.type === 'tool-call-end') {
      assert.equal(open, event.call.id)
      open = undefined
    }
  }
}

const stopOf = ({ stop, message }: Answer): StopReason =>
  stop === 'end' && message.parts.some(({ type }) => type === 'tool-call') ? 'tool-calls' : stop

/** What a chat completion can say: thoughts without a signature between them are one. */
function merged(parts: readonly AssistantPart[]): readonly AssistantPart[] {
  return parts.reduce<AssistantPart[]>((list, part) => {
    const last = list.at(-1)
    if (part.type === 'thinking' && last?.type === 'thinking' && last.signature === undefined)
      return [...list.slice(0, -1), { ...part, text: last.text + part.text }]
    if (part.type === 'text' && last?.type === 'text')
      return [...list.slice(0, -1), { ...last, text: last.text + part.text }]
    return [...list, part]
  }, [])
}
const order = ['thinking', 'redacted-thinking', 'text', 'tool-call']
const rank = ({ type }: AssistantPart) => order.indexOf(type === 'redacted-thinking' ? 'thinking' : type)

interface Law {
  readonly protocol: Protocol
  readonly spelling: Spelling
  /** The answer as this wire format can hold it. */
  readonly stream: (parts: readonly AssistantPart[]) => readonly AssistantPart[]
  readonly whole: (parts: readonly AssistantPart[]) => readonly AssistantPart[]
}
const laws: Record<string, Law> = {
  'chat completions': {
    protocol: openaiChat,
    spelling: openaiSpelling,
    stream: merged,
    whole: (parts) => merged([...parts].sort((a, b) => rank(a) - rank(b))),
  },
  messages: {
    protocol: anthropicMessages,
    spelling: anthropicSpelling,
    stream: (parts) => parts,
    whole: (parts) => parts,
  },
}
const spoken = anyAnswer.filter(({ message }) => message.parts.length > 0)

for (const [name, { protocol, spelling, stream, whole }] of Object.entries(laws)) {
  test(`${name}: what a vendor spells as a stream is read back the same`, () =>
    fc.assert(
      fc.asyncProperty(spoken, fc.integer({ min: 1, max: 400 }), async (answer, size) => {
        const bytes = Buffer.from(spelling.stream(answer).join(''))
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        )
        const read = await readBack(protocol, chunks, true)
        assertInOrder(read.events)
        const message = { role: 'assistant', parts: stream(answer.message.parts) }
        assert.deepEqual(read.answer, { ...answer, message, stop: stopOf(answer) })
      }),
      { numRuns: 200 },
    ))

  test(`${name}: what a vendor spells in one piece is read back the same`, () =>
    fc.assert(
      fc.asyncProperty(spoken, async (answer) => {
        const read = await readBack(protocol, [Buffer.from(spelling.whole(answer))], false)
        assertInOrder(read.events)
        const message = { role: 'assistant', parts: whole(answer.message.parts) }
        assert.deepEqual(read.answer, { ...answer, message, stop: stopOf(answer) })
      }),
      { numRuns: 200 },
    ))

  test(`${name}: an answer over a real socket, byte by byte`, async () => {
    const [answer] = fc.sample(spoken, { numRuns: 1, seed: 7 })
    assert.ok(answer)
    const bytes = Buffer.from(spelling.stream(answer).join(''))
    await using server = await httpServer({ chunks: [...bytes].map((byte) => Uint8Array.of(byte)) })
    const reply = await protocol(fakeEndpoint({ apiBase: server.url })).open(fakeCall(), idle)
    const read = await collect(reply.type === 'events' ? reply.events : [])
    assert.deepEqual(read.message.parts, stream(answer.message.parts))
  })
}

const streams = [
  ['openai-chat', openaiChat, 'reasoning-and-calls'],
  ['openai-chat', openaiChat, 'interleaved-calls'],
  ['openai-chat', openaiChat, 'late-usage-crlf'],
  ['anthropic-messages', anthropicMessages, 'thinking-and-tool'],
] as const
for (const [folder, protocol, file] of streams)
  test(`${folder}/${file}: split at every byte it says the same`, async () => {
    const bytes = readFileSync(`test/fixtures/${folder}/${file}.sse`)
    const expected: unknown = JSON.parse(readFileSync(`test/fixtures/${folder}/${file}.json`, 'utf8'))
    const first = await readBack(protocol, [bytes], true)
    assertInOrder(first.events)
    assert.deepEqual(first.answer, expected)
    for (let at = 1; at < bytes.length; at += 1) {
      const { events } = await readBack(protocol, [bytes.subarray(0, at), bytes.subarray(at)], true)
      assert.deepEqual(events, first.events)
    }
  })
