import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../../src/core/failure.ts'
import type { Standing } from '../../../src/core/provider.ts'
import type { ModelEntry } from '../../../src/models/entry.ts'
import anthropicMessages from '../../../src/providers/anthropic-messages/index.ts'
import openaiChat from '../../../src/providers/openai-chat/index.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { fakeCall, fakeEndpoint } from '../../fakes/endpoint.ts'
import { httpServer, sse, until } from '../../fakes/http-server.ts'
import type { ScriptedReply } from '../../fakes/http-server.ts'

const idle = new AbortController().signal
const word = { choices: [{ index: 0, delta: { content: 'half' } }] }
const role = { choices: [{ index: 0, delta: { role: 'assistant' } }] }
const open = (reply: ScriptedReply): ScriptedReply => ({ ...reply, ending: 'hang' })

const kindOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof Failure ? error.kind : String(error)),
  )

test('stopping before the commit point ends the call and its connection within a second', async () => {
  for (const script of [open(sse(role)), open({ chunks: [] }), { ending: 'headers-never' } as const]) {
    await using server = await httpServer(script)
    const user = new AbortController()
    const opened = kindOf(openaiChat(fakeEndpoint({ apiBase: server.url })).open(fakeCall(), user.signal))
    await until(() => server.requests.length === 1)
    const start = performance.now()
    user.abort()
    assert.equal(await opened, 'aborted')
    await until(() => server.requests[0]?.gone === true && server.openSockets() === 0)
    assert.ok(performance.now() - start < 1_000)
  }
})

test('stopping in the middle ends stream, end and connection, whether somebody reads or not', async () => {
  for (const reads of [true, false]) {
    await using server = await httpServer(open(sse(role, word)))
    const user = new AbortController()
    const reply = await openaiChat(fakeEndpoint({ apiBase: server.url })).open(fakeCall(), user.signal)
    assert.ok(reply.type === 'events')
    const iterator = reply.events[Symbol.asyncIterator]()
    if (reads) {
      await iterator.next()
      await iterator.next()
    }
    const next = reads ? kindOf(iterator.next()) : undefined
    user.abort()
    assert.equal(await kindOf(reply.end), 'aborted')
    assert.equal(await (next ?? kindOf(iterator.next())), 'aborted')
    await until(() => server.openSockets() === 0)
  }
})

test('a signal that was aborted before asks nobody', async () => {
  await using server = await httpServer()
  assert.equal(
    await kindOf(openaiChat(fakeEndpoint({ apiBase: server.url })).open(fakeCall(), AbortSignal.abort())),
    'aborted',
  )
  assert.equal(server.requests.length, 0)
})

test('a reader who leaves closes the connection, and end rejects with aborted', async () => {
  await using server = await httpServer(open(sse(role, word)))
  const reply = await openaiChat(fakeEndpoint({ apiBase: server.url })).open(fakeCall(), idle)
  assert.ok(reply.type === 'events')
  for await (const event of reply.events) if (event.type === 'text-delta') break
  assert.equal(await kindOf(reply.end), 'aborted')
  await until(() => server.openSockets() === 0)
})

test('a server that keeps the connection open after its last word keeps nobody waiting', async () => {
  await using server = await httpServer(
    open(sse({ choices: [{ delta: { content: 'hi' }, finish_reason: 'stop' }] }, '[DONE]')),
  )
  const clock = fakeClock()
  const reply = await openaiChat(fakeEndpoint({ apiBase: server.url }, { clock })).open(fakeCall(), idle)
  assert.ok(reply.type === 'events')
  for await (const _ of reply.events);
  assert.equal((await reply.end).stop, 'end')
  await clock.advance(1_001)
  await until(() => server.openSockets() === 0)
})

test('an answer that is complete but for its usage does not fail when nothing more comes', async () => {
  await using server = await httpServer(open(sse({ choices: [{ delta: { content: 'hi' }, finish_reason: 'stop' }] })))
  const clock = fakeClock()
  const reply = await openaiChat(fakeEndpoint({ apiBase: server.url }, { clock })).open(fakeCall(), idle)
  assert.ok(reply.type === 'events')
  const read = (async () => {
    const seen: string[] = []
    for await (const event of reply.events) seen.push(event.type)
    return seen
  })()
  await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(5_001)
  assert.equal((await read).at(-1), 'end')
})

test('the next call uses the same connection', async () => {
  const done = sse({ choices: [{ delta: { content: 'hi' }, finish_reason: 'stop' }] }, '[DONE]')
  await using server = await httpServer(done, done)
  for (let count = 0; count < 2; count += 1) {
    const reply = await openaiChat(fakeEndpoint({ apiBase: server.url })).open(fakeCall(), idle)
    for await (const _ of reply.type === 'events' ? reply.events : []);
    await until(() => server.busySockets() === 0)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.equal(server.openSockets(), 1)
})

interface Waiting {
  readonly name: string
  readonly script: ScriptedReply
  readonly standing: Standing
  readonly entry?: Partial<ModelEntry>
  readonly stream?: boolean
  /** Still waiting after this many milliseconds. */
  readonly patient: number
  /** Over after this many. */
  readonly late: number
}
const waits: readonly Waiting[] = [
  {
    name: 'the first-token limit while another is free',
    script: open({ chunks: [] }),
    standing: 'one-of-many',
    patient: 29_000,
    late: 30_001,
  },
  {
    name: 'the request limit for the last one',
    script: open({ chunks: [] }),
    standing: 'last',
    patient: 119_000,
    late: 120_001,
  },
  {
    name: 'the request limit for the only one',
    script: { ending: 'headers-never' },
    standing: 'sole',
    patient: 119_000,
    late: 120_001,
  },
  {
    name: 'comments are no life',
    script: open({ chunks: [': hi\n\n', ': hi\n\n'] }),
    standing: 'one-of-many',
    patient: 29_000,
    late: 30_001,
  },
  {
    name: 'the smaller of both limits',
    script: open({ chunks: [] }),
    standing: 'one-of-many',
    entry: { requestTimeoutMs: 5_000 },
    patient: 4_000,
    late: 5_001,
  },
  {
    name: 'an answer in one piece has the request limit',
    script: { ending: 'headers-never' },
    standing: 'one-of-many',
    stream: false,
    patient: 119_000,
    late: 120_001,
  },
  {
    name: 'a role chunk is life: then the idle limit holds',
    script: open(sse(role)),
    standing: 'one-of-many',
    patient: 119_000,
    late: 120_001,
  },
]
for (const { name, script, standing, entry, stream = true, patient, late } of waits)
  test(`time limits: ${name}`, async () => {
    await using server = await httpServer(script)
    const clock = fakeClock()
    const endpoint = fakeEndpoint({ apiBase: server.url, ...entry }, { clock })
    let outcome = 'waiting'
    const opened = kindOf(openaiChat(endpoint).open(fakeCall({}, { standing, stream }), idle)).then(
      (kind) => (outcome = kind),
    )
    await until(() => server.requests.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 30))
    await clock.advance(patient)
    assert.equal(outcome, 'waiting')
    await clock.advance(late - patient)
    assert.equal(await opened, 'timeout')
    await until(() => server.openSockets() === 0)
  })

test('message_start and ping are life', async () => {
  const start = { type: 'message_start', message: { id: 'm', model: 'm' } }
  await using server = await httpServer(open(sse(start, { type: 'ping' })))
  const clock = fakeClock()
  const opened = kindOf(
    anthropicMessages(fakeEndpoint({ apiBase: server.url }, { clock })).open(
      fakeCall({}, { standing: 'one-of-many' }),
      idle,
    ),
  )
  await until(() => server.requests.length === 1)
  await new Promise((resolve) => setTimeout(resolve, 30))
  await clock.advance(119_000)
  assert.equal(server.openSockets(), 1)
  await clock.advance(1_001)
  assert.equal(await opened, 'timeout')
})

test('a reader who takes his time is not the vendor being late', async () => {
  await using server = await httpServer(open(sse(role, word, word)))
  const clock = fakeClock()
  const reply = await openaiChat(fakeEndpoint({ apiBase: server.url }, { clock })).open(fakeCall(), idle)
  assert.ok(reply.type === 'events')
  const iterator = reply.events[Symbol.asyncIterator]()
  await iterator.next()
  await clock.advance(1_000_000)
  assert.equal((await iterator.next()).done, false)
  assert.equal((await iterator.next()).done, false)
  const next = kindOf(iterator.next())
  await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(120_001)
  assert.equal(await next, 'timeout')
  assert.equal(await kindOf(reply.end), 'timeout')
})
