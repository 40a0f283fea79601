import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { collect } from '../../../src/core/collect.ts'
import { Failure } from '../../../src/core/failure.ts'
import type { FailureKind } from '../../../src/core/failure.ts'
import type { Reply } from '../../../src/core/provider.ts'
import anthropicMessages from '../../../src/providers/anthropic-messages/index.ts'
import openaiChat from '../../../src/providers/openai-chat/index.ts'
import { fakeCall, fakeEndpoint, testKey } from '../../fakes/endpoint.ts'
import { httpServer, json, sse, until } from '../../fakes/http-server.ts'
import type { ScriptedReply } from '../../fakes/http-server.ts'

const idle = new AbortController().signal
const page = (status: number): ScriptedReply => ({
  status,
  headers: { 'content-type': 'text/html' },
  chunks: ['<!DOCTYPE html><html><body>Sign in</body></html>'],
})
const word = { id: 'c', model: 'm', choices: [{ index: 0, delta: { content: 'half' } }] }
const role = { id: 'c', model: 'm', choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }
const messageStart = { type: 'message_start', message: { id: 'm', model: 'm', usage: { input_tokens: 1 } } }
const delta = (text: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })
const refusal = (message: string, code: string) => ({ error: { message, type: 'invalid_request_error', code } })

const events = (reply: Reply) => (reply.type === 'events' ? reply.events : [])

/** Opens and reads; where the failure came from is part of the outcome. */
async function ask(protocol: typeof openaiChat, apiBase: string, stream = true) {
  const endpoint = fakeEndpoint({ apiBase })
  try {
    const reply = await protocol(endpoint).open(fakeCall({}, { stream }), idle)
    try {
      await collect(events(reply))
    } catch (error) {
      assert.ok(error instanceof Failure)
      await assert.rejects(reply.end, (same) => same === error)
      return { stage: 'after', failure: error }
    }
  } catch (error) {
    assert.ok(error instanceof Failure, String(error))
    return { stage: 'before', failure: error }
  }
  throw new Error('It did not fail.')
}

const cases: readonly [string, typeof openaiChat, ScriptedReply, FailureKind, 'before' | 'after'][] = [
  ['a web page with 200', openaiChat, page(200), 'bad-endpoint', 'before'],
  ['a web page with 404', openaiChat, page(404), 'bad-endpoint', 'before'],
  ['a web page with 403', openaiChat, page(403), 'blocked', 'before'],
  ['a web page with 502', openaiChat, page(502), 'overloaded', 'before'],
  ['a web page instead of a message', anthropicMessages, page(200), 'bad-endpoint', 'before'],
  [
    'a redirect',
    openaiChat,
    { status: 301, headers: { location: 'https://elsewhere.test/' } },
    'bad-endpoint',
    'before',
  ],
  [
    'truncated JSON',
    openaiChat,
    { headers: { 'content-type': 'application/json' }, chunks: ['{"choices":[{"mess'] },
    'cut',
    'before',
  ],
  [
    'JSON that is none',
    openaiChat,
    { headers: { 'content-type': 'application/json' }, chunks: ['{oops}'] },
    'bad-reply',
    'before',
  ],
  ['an empty body', openaiChat, {}, 'empty', 'before'],
  ['words that are no stream', openaiChat, { chunks: ['Hello!'] }, 'bad-reply', 'before'],
  ['empty choices', openaiChat, sse({ id: 'c', choices: [] }, '[DONE]'), 'empty', 'before'],
  [
    'a length limit before the first word',
    openaiChat,
    sse({ choices: [{ delta: {}, finish_reason: 'length' }] }),
    'empty',
    'before',
  ],
  [
    'a content filter before the first word',
    openaiChat,
    sse({ choices: [{ delta: {}, finish_reason: 'content_filter' }] }),
    'refused',
    'before',
  ],
  ['an empty message', anthropicMessages, json({ content: [], stop_reason: 'end_turn' }), 'empty', 'before'],
  ['a stream that ends after its role', openaiChat, sse(role), 'cut', 'before'],
  ['a stream that ends in the middle', openaiChat, sse(role, word), 'cut', 'after'],
  ['a socket that breaks in the middle', openaiChat, { ...sse(role, word), ending: 'cut' }, 'cut', 'after'],
  ['a message that ends in the middle', anthropicMessages, sse(messageStart, delta('half')), 'cut', 'after'],
  [
    'a frame that breaks off',
    openaiChat,
    { chunks: [`data: ${JSON.stringify(word)}\n\ndata: {"choices":[{"del`] },
    'cut',
    'after',
  ],
  ['a broken frame', openaiChat, sse(word, '{oops', word), 'bad-reply', 'after'],
  [
    'an error event before the first word',
    openaiChat,
    sse(role, { error: { message: 'Overloaded', code: 503 } }),
    'overloaded',
    'before',
  ],
  [
    'an error event in the middle',
    openaiChat,
    sse(word, { error: { message: 'Provider went away', code: 429 } }),
    'rate-limit',
    'after',
  ],
  [
    'an error event of a message',
    anthropicMessages,
    sse(messageStart, delta('half'), { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
    'overloaded',
    'after',
  ],
  [
    'an error that calls itself a success',
    openaiChat,
    json({ error: { message: 'Rate limit exceeded', type: 'rate_limit_error' } }),
    'rate-limit',
    'before',
  ],
  [
    'a wrong key',
    openaiChat,
    json(refusal(`Incorrect API key provided: ${testKey}.`, 'invalid_api_key'), 401),
    'auth',
    'before',
  ],
  [
    'an empty balance',
    openaiChat,
    json(refusal('You exceeded your current quota', 'insufficient_quota'), 429),
    'billing',
    'before',
  ],
  [
    'a model nobody knows',
    anthropicMessages,
    json({ type: 'error', error: { type: 'not_found_error', message: 'model: claude-x' } }, 404),
    'not-found',
    'before',
  ],
  ['a path nobody serves', openaiChat, json({ detail: 'Not Found' }, 404), 'bad-endpoint', 'before'],
  [
    'too long a prompt',
    anthropicMessages,
    json(
      {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' },
      },
      400,
    ),
    'too-long',
    'before',
  ],
]
for (const [name, protocol, reply, kind, stage] of cases)
  test(`${name} is ${kind}, ${stage} the commit point`, async () => {
    await using server = await httpServer(reply)
    const outcome = await ask(protocol, `${server.url}/v1`)
    assert.equal(outcome.failure.kind, kind, outcome.failure.message)
    assert.equal(outcome.stage, stage)
    assert.match(outcome.failure.message, /^acme\/model-1: .*\(.*http:\/\/127\.0\.0\.1:\d+\/v1\/.*\)\. [A-Z].*\.$/s)
    assert.ok(!outcome.failure.message.includes(testKey))
    assert.ok(!JSON.stringify(outcome.failure.detail).includes(testKey))
    assert.ok((outcome.failure.detail.preview ?? '').length <= 512)
    await until(() => server.busySockets() === 0)
  })

test('an answer in one piece fails before the commit point even when a stream came', async () => {
  await using server = await httpServer(sse(role, word))
  const { stage, failure } = await ask(openaiChat, server.url, false)
  assert.deepEqual([stage, failure.kind], ['before', 'cut'])
})

test('a port that nobody listens on is named, with advice', async () => {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  const { failure } = await ask(openaiChat, `http://127.0.0.1:${port}/v1`)
  assert.equal(failure.kind, 'network')
  assert.match(failure.message, new RegExp(`nobody listens on 127\\.0\\.0\\.1:${port} .*Start the server`))
})

test('an address that is none is a bad endpoint', async () => {
  const { failure } = await ask(openaiChat, 'localhost:8000/v1')
  assert.equal(failure.kind, 'bad-endpoint', failure.message)
})

test('how long to wait is read from the answer', async () => {
  await using server = await httpServer({
    ...json({ error: { message: 'slow down' } }, 429),
    headers: { 'retry-after': '7' },
  })
  const { failure } = await ask(openaiChat, server.url)
  assert.equal(failure.detail.retryAfterMs, 7_000)
  assert.match(failure.message, /left alone for 7 s/)
})

test('only reasoning is an answer', async () => {
  await using server = await httpServer(
    sse(
      { choices: [{ delta: { reasoning_content: 'hm' } }] },
      { choices: [{ delta: {}, finish_reason: 'stop' }] },
      '[DONE]',
    ),
  )
  const reply = await openaiChat(fakeEndpoint({ apiBase: server.url })).open(fakeCall(), idle)
  const { message } = await collect(events(reply))
  assert.deepEqual(message.parts, [{ type: 'thinking', text: 'hm' }])
})

test('a line of ten megabytes comes through', async () => {
  const long = 'x'.repeat(10_000_000)
  await using server = await httpServer(
    sse({ choices: [{ delta: { content: long }, finish_reason: 'stop' }] }, '[DONE]'),
  )
  const reply = await openaiChat(fakeEndpoint({ apiBase: server.url })).open(fakeCall(), idle)
  const { message } = await collect(events(reply))
  assert.ok(message.parts[0]?.type === 'text' && message.parts[0].text === long)
})

test('broken arguments come as raw text', async () => {
  const call = { index: 0, id: 't', function: { name: 'look', arguments: '{"a": oops' } }
  await using server = await httpServer(
    sse({ choices: [{ delta: { tool_calls: [call] }, finish_reason: 'tool_calls' }] }, '[DONE]'),
  )
  const reply = await openaiChat(fakeEndpoint({ apiBase: server.url })).open(fakeCall(), idle)
  const { message } = await collect(events(reply))
  assert.deepEqual(message.parts, [{ type: 'tool-call', id: 't', name: 'look', input: { raw: '{"a": oops' } }])
})
