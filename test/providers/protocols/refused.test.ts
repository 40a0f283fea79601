import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRequest } from '../../../src/core/chat.ts'
import { Failure } from '../../../src/core/failure.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import anthropicMessages from '../../../src/providers/anthropic-messages/index.ts'
import openaiChat from '../../../src/providers/openai-chat/index.ts'
import { fakeCall, fakeEndpoint } from '../../fakes/endpoint.ts'
import { httpServer, json } from '../../fakes/http-server.ts'

const idle = new AbortController().signal
const done = json({ choices: [{ message: { content: 'ok' }, finish_reason: 'stop' }] })
const message = json({ content: [{ type: 'text', text: 'ok' }], stop_reason: 'end_turn' })
const openaiError = (text: string, param: string | null, code: string | null) =>
  json({ error: { message: text, type: 'invalid_request_error', param, code } }, 400)
const anthropicError = (text: string) =>
  json({ type: 'error', error: { type: 'invalid_request_error', message: text } }, 400)

interface Case {
  readonly name: string
  readonly protocol?: typeof openaiChat
  readonly request: Partial<ChatRequest>
  readonly refusal: ReturnType<typeof json>
  readonly absent?: string
  readonly has?: JsonObject
  readonly remembers: string
}
const cases: readonly Case[] = [
  {
    name: 'max_tokens goes under its other name',
    request: { maxTokens: 99 },
    refusal: openaiError(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'max_tokens',
      'unsupported_parameter',
    ),
    absent: 'max_tokens',
    has: { max_completion_tokens: 99 },
    remembers: 'max_tokens>max_completion_tokens',
  },
  {
    name: 'a temperature of another value is left out',
    request: { temperature: 0.2 },
    refusal: openaiError(
      "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
      'temperature',
      'unsupported_value',
    ),
    absent: 'temperature',
    remembers: 'temperature=0.2',
  },
  {
    name: 'stream_options is left out, though only the sentence names it',
    request: {},
    refusal: openaiError('Unrecognized request argument supplied: stream_options', null, null),
    absent: 'stream_options',
    remembers: 'stream_options',
  },
  {
    name: 'a field that FastAPI does not know is left out',
    request: { topP: 0.5 },
    refusal: json(
      { detail: [{ type: 'extra_forbidden', loc: ['body', 'top_p'], msg: 'Extra inputs are not permitted' }] },
      422,
    ),
    absent: 'top_p',
    remembers: 'top_p',
  },
  {
    name: 'too many tokens are lowered',
    protocol: anthropicMessages,
    request: { maxTokens: 200_000 },
    refusal: anthropicError(
      'max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens for claude-x',
    ),
    has: { max_tokens: 64_000 },
    remembers: 'max_tokens<=64000',
  },
  {
    name: 'of two that exclude each other one goes',
    protocol: anthropicMessages,
    request: { temperature: 0.2, topP: 0.5 },
    refusal: anthropicError('`temperature` and `top_p` cannot both be specified for this model. Please use only one.'),
    absent: 'top_p',
    has: { temperature: 0.2 },
    remembers: 'top_p',
  },
]
for (const { name, protocol = openaiChat, request, refusal, absent, has, remembers } of cases)
  test(`a refused parameter: ${name}; it is reported, remembered, and left out at once the next time`, async () => {
    const answer = protocol === openaiChat ? done : message
    await using server = await httpServer(refusal, answer, answer)
    const endpoint = fakeEndpoint({ apiBase: server.url })
    const first = await protocol(endpoint).open(fakeCall(request), idle)
    assert.equal(first.notes.length, 1)
    assert.match(first.notes[0] ?? '', /^acme\/model-1 .*\.$/)
    assert.deepEqual([...endpoint.refusedParams], [remembers])
    const second = await protocol(endpoint).open(fakeCall(request), idle)
    assert.deepEqual(second.notes, [])
    const bodies = server.requests.map(({ body }) => JSON.parse(body.toString()) as JsonObject)
    assert.equal(bodies.length, 3)
    for (const body of bodies.slice(1)) {
      if (absent !== undefined) assert.equal(body[absent], undefined)
      for (const [key, value] of Object.entries(has ?? {})) assert.deepEqual(body[key], value)
    }
  })

test('two refused parameters are given up one after the other', async () => {
  await using server = await httpServer(
    openaiError("Unsupported parameter: 'temperature'", 'temperature', 'unsupported_parameter'),
    openaiError("Unsupported parameter: 'top_p'", 'top_p', 'unsupported_parameter'),
    done,
  )
  const reply = await openaiChat(fakeEndpoint({ apiBase: server.url })).open(
    fakeCall({ temperature: 1, topP: 1 }),
    idle,
  )
  assert.equal(reply.notes.length, 2)
})

test('what cannot be done without stays, and the refusal stands; nothing is remembered', async () => {
  for (const param of ['messages[0].content', 'model', 'temperature']) {
    await using server = await httpServer(openaiError('Invalid value', param, 'invalid_value'))
    const endpoint = fakeEndpoint({ apiBase: server.url })
    await assert.rejects(
      openaiChat(endpoint).open(fakeCall(), idle),
      (error) => error instanceof Failure && error.kind === 'bad-request',
    )
    assert.equal(server.requests.length, 1)
    assert.equal(endpoint.refusedParams.size, 0)
  }
})

test('a try without the parameter that fails for another reason teaches nothing', async () => {
  await using server = await httpServer(
    openaiError('no', 'temperature', 'unsupported_parameter'),
    json({ error: { message: 'boom' } }, 500),
  )
  const endpoint = fakeEndpoint({ apiBase: server.url })
  await assert.rejects(
    openaiChat(endpoint).open(fakeCall({ temperature: 1 }), idle),
    (error) => error instanceof Failure && error.kind === 'overloaded',
  )
  assert.equal(endpoint.refusedParams.size, 0)
})
