import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Failure } from '../../../src/core/failure.ts'
import type { Reply } from '../../../src/core/provider.ts'
import anthropicMessages from '../../../src/providers/anthropic-messages/index.ts'
import openaiChat from '../../../src/providers/openai-chat/index.ts'
import { replaceModel } from '../../../src/providers/relay.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { fakeCall, fakeEndpoint, testKey } from '../../fakes/endpoint.ts'
import { httpServer, json, sse, until } from '../../fakes/http-server.ts'

const idle = new AbortController().signal
const start = {
  type: 'message_start',
  message: { id: 'm', model: 'claude', usage: { input_tokens: 4, output_tokens: 1 } },
}
const text = (words: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: words } })
const stop = [
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
  { type: 'message_stop' },
]

const native = (body: string, headers: Record<string, string> = {}, dialect = 'anthropic-messages') => ({
  native: { dialect, headers, body: Buffer.from(body) },
  request: () => {
    throw new Error('A relay never asks for the request.')
  },
})
async function bytesOf(reply: Reply): Promise<string> {
  assert.ok(reply.type === 'bytes')
  const chunks: Uint8Array[] = []
  for await (const chunk of reply.bytes) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
const kindOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof Failure ? error.kind : String(error)),
  )

test("a client's own bytes go through, but for model and credentials", async () => {
  const script = sse(start, { type: 'ping' }, text('Hi'), ...stop)
  await using server = await httpServer({
    ...script,
    headers: { 'content-type': 'text/event-stream', 'request-id': 'r1', 'set-cookie': 'a=b' },
  })
  const body = `{ "messages": [{"role":"user","content":"\\u0041 model: \\"model\\""}],\n "model" : "sonnet", "metadata":{"model":"inner"}, "stream":true }`
  const headers = {
    Authorization: 'Bearer client-secret',
    'X-Api-Key': 'client-secret',
    Cookie: 'client-secret',
    'x-litellm-api-key': 'client-secret',
    Connection: 'keep-alive',
    Host: 'gateway.local',
    'Content-Length': '1',
    'anthropic-beta': 'a-1,b-2',
    'anthropic-version': '2024-01-01',
    'user-agent': 'claude-cli/2',
    'x-app': 'cli',
  }
  const endpoint = fakeEndpoint(
    { apiBase: `${server.url}/v1`, model: 'claude-4.5' },
    { quirks: { hyphenateDots: true } },
  )
  const reply = await anthropicMessages(endpoint).open(fakeCall({}, native(body, headers)), idle)
  assert.ok(reply.type === 'bytes')
  assert.equal(reply.status, 200)
  assert.equal(reply.headers['request-id'], 'r1')
  assert.equal(reply.headers['set-cookie'], undefined)
  assert.equal(await bytesOf(reply), script.chunks?.join(''))
  assert.deepEqual(await reply.end, {
    stop: 'end',
    usage: { input: 4, output: 3, cacheRead: 0, cacheWrite: 0 },
    model: 'claude',
  })
  const [request] = server.requests
  assert.equal(request?.body.toString(), body.replace('"sonnet"', '"claude-4-5"'))
  assert.equal(request?.headers['x-api-key'], testKey)
  assert.equal(request?.headers['anthropic-beta'], 'a-1,b-2')
  assert.equal(request?.headers['anthropic-version'], '2024-01-01')
  assert.equal(request?.headers['user-agent'], 'claude-cli/2')
  assert.ok(!JSON.stringify(request?.headers).includes('client-secret'))
  await until(() => server.busySockets() === 0)
})

test("a login's token travels as a bearer, with its beta beside the client's", async () => {
  await using server = await httpServer(
    json({ id: 'm', content: [{ type: 'text', text: 'ok' }], stop_reason: 'end_turn' }),
  )
  const endpoint = fakeEndpoint({ apiBase: server.url, auth: 'oauth' }, { token: () => Promise.resolve('fresh-token') })
  const reply = await anthropicMessages(endpoint).open(
    fakeCall({}, native('{"model":"x"}', { 'anthropic-beta': 'a-1' })),
    idle,
  )
  await bytesOf(reply)
  assert.equal(server.requests[0]?.headers['authorization'], 'Bearer fresh-token')
  assert.equal(server.requests[0]?.headers['anthropic-beta'], 'a-1,oauth-2025-04-20')
  assert.equal(server.requests[0]?.headers['x-api-key'], undefined)
})

test('an answer in one piece is relayed whole, and its usage read', async () => {
  const answer = {
    id: 'c',
    model: 'm',
    choices: [{ message: { content: 'ok' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 2, completion_tokens: 1 },
  }
  await using server = await httpServer(json(answer))
  const reply = await openaiChat(fakeEndpoint({ apiBase: server.url })).open(
    fakeCall({}, native('{"model":"x"}', {}, 'openai-chat')),
    idle,
  )
  assert.equal(await bytesOf(reply), JSON.stringify(answer))
  assert.equal((await reply.end).usage.input, 2)
})

test('another dialect is translated', async () => {
  await using server = await httpServer(sse(start, text('Hi'), ...stop))
  const call = fakeCall({}, { native: { dialect: 'openai-chat', headers: {}, body: Buffer.from('{}') } })
  const reply = await anthropicMessages(fakeEndpoint({ apiBase: server.url })).open(call, idle)
  assert.equal(reply.type, 'events')
})

test('a failure before the commit point is thrown, not relayed', async () => {
  for (const [script, kind] of [
    [json({ type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } }, 429), 'rate-limit'],
    [sse(start, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }), 'overloaded'],
    [sse(start), 'cut'],
    [json({ content: [], stop_reason: 'end_turn' }), 'empty'],
  ] as const) {
    await using server = await httpServer(script)
    assert.equal(
      await kindOf(anthropicMessages(fakeEndpoint({ apiBase: server.url })).open(fakeCall({}, native('{}')), idle)),
      kind,
    )
    await until(() => server.busySockets() === 0)
  }
})

test('an error event in the middle is relayed as it is; end tells its kind', async () => {
  const script = sse(start, text('Hi'), { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })
  await using server = await httpServer(script)
  const reply = await anthropicMessages(fakeEndpoint({ apiBase: server.url })).open(fakeCall({}, native('{}')), idle)
  assert.equal(await bytesOf(reply), script.chunks?.join(''))
  assert.equal(await kindOf(reply.end), 'overloaded')
})

test('a cut in the middle breaks the bytes: never a clean end', async () => {
  for (const ending of ['end', 'cut'] as const) {
    await using server = await httpServer({ ...sse(start, text('Hi')), ending })
    const reply = await anthropicMessages(fakeEndpoint({ apiBase: server.url })).open(fakeCall({}, native('{}')), idle)
    assert.equal(await kindOf(bytesOf(reply)), 'cut')
    assert.equal(await kindOf(reply.end), 'cut')
  }
})

test('a ping is handed on at once, and a client that goes away closes the connection', async () => {
  await using server = await httpServer({ ...sse(start, text('Hi'), { type: 'ping' }), ending: 'hang' })
  const user = new AbortController()
  const reply = await anthropicMessages(fakeEndpoint({ apiBase: server.url }, { clock: fakeClock() })).open(
    fakeCall({}, native('{}')),
    user.signal,
  )
  assert.ok(reply.type === 'bytes')
  let seen = ''
  const iterator = reply.bytes[Symbol.asyncIterator]()
  while (!seen.includes('ping')) seen += Buffer.from((await iterator.next()).value as Uint8Array).toString()
  const next = kindOf(iterator.next())
  user.abort()
  assert.equal(await next, 'aborted')
  assert.equal(await kindOf(reply.end), 'aborted')
  await until(() => server.openSockets() === 0)
})

test('replacing the model changes nothing else, whatever the JSON', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.constantFrom(undefined, 0, 1, 2),
      fc.oneof(fc.string(), fc.jsonValue()),
      fc.string(),
      (object, space, before, model) => {
        const own = Object.fromEntries(Object.entries(object).filter(([key]) => key !== '__proto__'))
        const value = { ...own, model: before }
        const changed = replaceModel(Buffer.from(JSON.stringify(value, undefined, space)), model).toString()
        assert.equal(changed, JSON.stringify({ ...value, model }, undefined, space))
      },
    ),
  )
})

const replaced = (body: string) => replaceModel(Buffer.from(body), 'new').toString()

test('a missing model is put first, an escaped key is found, and what is no object stays', () => {
  assert.equal(replaced(' { "a": 1 }'), ' {"model":"new", "a": 1 }')
  assert.equal(replaced('{}'), '{"model":"new"}')
  assert.equal(replaced('{"mod\\u0065l":null,"a":"\\\\\\""}'), '{"mod\\u0065l":"new","a":"\\\\\\""}')
  assert.equal(replaced('{"model":"a","model":"b"}'), '{"model":"new","model":"new"}')
  assert.equal(replaced('[1]'), '[1]')
  assert.equal(replaced('oops'), 'oops')
})
