import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../../src/core/problem.ts'
import type { LeaseStore } from '../../../src/core/store.ts'
import { until } from '../../fakes/http-server.ts'
import { bot, inbox } from './bot.ts'

const polls = (it: { readonly fake: { readonly calls: readonly { method: string }[] } }) =>
  it.fake.calls.filter(({ method }) => method === 'getUpdates').length

test('the service is told that an update arrived only when it is stored', async () => {
  const stored = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  await using it = await bot({
    inbox: inbox(() => {
      asked.resolve()
      return stored.promise
    }),
  })
  it.fake.say('keep this')
  await asked.promise
  assert.equal(it.fake.pending.length, 1)
  assert.equal(polls(it), 1)
  stored.resolve()
  await it.fake.called('getUpdates', 2)
  await until(() => it.fake.pending.length === 0)
  assert.equal(it.inbox.messages.length, 1)
})

test('stopping waits for what is being stored, and tells the service', async () => {
  const stored = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  await using it = await bot({
    inbox: inbox(() => {
      asked.resolve()
      return stored.promise
    }),
  })
  it.fake.say('keep this')
  await asked.promise
  let stopped = false
  const stopping = it.channel.stop().then(() => (stopped = true))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(stopped, false)
  stored.resolve()
  await stopping
  assert.equal(it.inbox.messages.length, 1)
  assert.deepEqual(it.fake.pending, [])
})

test('a message that was not stored at the end comes again at the next start', async () => {
  const asked = Promise.withResolvers<void>()
  await using it = await bot({
    inbox: inbox(async () => {
      asked.resolve()
      throw new Error('too late')
    }),
  })
  it.fake.say('keep this')
  await asked.promise
  await it.channel.stop()
  const again = inbox()
  const second = it.again()
  await second.start(again)
  assert.equal((await again.heard(1)).text, 'keep this')
  await second.stop()
})

test('a message that cannot be stored holds up no other, is offered again, and is left out at last', async () => {
  let refused = 0
  await using it = await bot({
    inbox: inbox(async ({ text }) => {
      if (text !== 'poison') return
      refused += 1
      throw new Error('the store will not')
    }),
  })
  it.fake.say('one')
  it.fake.say('poison')
  it.fake.say('two')
  assert.equal((await it.inbox.heard(2)).text, 'two')
  for (let round = 2; round <= 5; round += 1) {
    await it.clock.advance(30_000)
    await until(() => refused === round)
    assert.equal(it.fake.pending[0]?.update_id, 11)
  }
  it.fake.say('three')
  await it.clock.advance(30_000)
  await it.inbox.heard(3)
  await it.clock.advance(30_000)
  await until(() => it.fake.pending.length === 0)
  assert.deepEqual(
    it.inbox.messages.map(({ text }) => text),
    ['one', 'two', 'three'],
  )
  assert.match(it.lines.join('\n'), /left out/)
})

test('a store that takes nothing loses nothing, however long it lasts', async () => {
  let broken = true
  await using it = await bot({
    inbox: inbox(async () => {
      if (broken) throw new Error('disk full')
    }),
  })
  it.fake.say('one')
  it.fake.say('two')
  for (let round = 2; round <= 8; round += 1) {
    await it.fake.called('getUpdates', round - 1)
    await until(() => it.lines.filter((line) => line.includes('disk full')).length >= 2 * (round - 1))
    await it.clock.advance(30_000)
  }
  broken = false
  await it.clock.advance(30_000)
  await it.inbox.heard(2)
  assert.deepEqual(
    it.inbox.messages.map(({ text }) => text),
    ['one', 'two'],
  )
})

test('another program that polls with the token is told of; polling goes on', async () => {
  await using it = await bot()
  await it.fake.called('getUpdates')
  const foreign = fetch(`${it.fake.url}/bot${it.fake.token}/getUpdates?timeout=0`)
  await (await foreign).json()
  await until(() => it.channel.health?.().state === 'down')
  assert.match(it.channel.health?.().why ?? '', /Another program reads/)
  assert.equal(it.fake.overlaps, 1)
  it.fake.say('after the conflict')
  await it.clock.advance(1_000)
  await it.inbox.heard(1)
  assert.equal(it.channel.health?.().state, 'up')
  assert.equal(it.lines.filter((line) => line.includes('Another program')).length, 1)
})

test('restarts never poll twice at once', async () => {
  await using it = await bot()
  for (let round = 0; round < 25; round += 1) {
    await it.fake.called('getUpdates', round + 1)
    await it.channel.stop()
    await it.channel.start(it.inbox)
  }
  assert.equal(it.fake.overlaps, 0)
})

test('a poll that is never answered is given up, and the next one hears what was said meanwhile', async () => {
  await using it = await bot({ start: false })
  it.fake.fault('getUpdates', { silent: true })
  await it.channel.start(it.inbox)
  await it.fake.called('getUpdates')
  it.fake.say('anybody there?')
  await it.clock.advance(40_000)
  await until(() => it.channel.health?.().state === 'down')
  assert.match(it.channel.health?.().why ?? '', /did not answer within 40 s/)
  await it.clock.advance(1_000)
  await it.inbox.heard(1)
  const { state, heardAt } = it.channel.health?.() ?? {}
  assert.deepEqual({ state, heardAt }, { state: 'up', heardAt: it.clock.now() })
})

test('faults of the service and broken connections are waited out, longer each time, at most 30 s', async () => {
  await using it = await bot({ start: false })
  const faults = [
    { status: 502, description: 'Bad Gateway' },
    { html: '<h1>Bad</h1>', status: 503 },
    { cut: 'before' },
    { html: '<p>Sign in to the hotel</p>', status: 200 },
    ...Array.from({ length: 3 }, () => ({ status: 500 })),
  ] as const
  it.fake.fault('getUpdates', ...faults)
  await it.channel.start(it.inbox)
  const waits = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
  for (const [round, wait] of waits.entries()) {
    await it.fake.called('getUpdates', round + 1)
    await it.wake(wait)
  }
  it.fake.say('back again')
  await it.inbox.heard(1)
})

test('too many polls: the service says when the next may come', async () => {
  await using it = await bot({ start: false })
  it.fake.fault('getUpdates', {
    status: 429,
    description: 'Too Many Requests: retry after 60',
    parameters: { retry_after: 60 },
  })
  await it.channel.start(it.inbox)
  await it.wake(60_000)
  assert.equal(polls(it), 1)
  await it.wake(1_000)
  await it.fake.called('getUpdates', 2)
})

test('a webhook that somebody left behind is removed', async () => {
  await using it = await bot({ start: false })
  it.fake.state.webhook = { url: 'http://127.0.0.1:9/x', secret: '' }
  await it.channel.start(it.inbox)
  await it.fake.called('deleteWebhook')
  await it.wake(1_000)
  it.fake.say('hello')
  await it.inbox.heard(1)
})

test('a wrong token is a problem at the start, with its place; a token that dies later ends the channel', async () => {
  await using it = await bot({ start: false })
  const settings = { token: '1:wrong', base_url: it.fake.url }
  const wrong = it.again({ settings })
  await assert.rejects(
    wrong.start(it.inbox),
    (error: Problem) => error.detail.at === 'channel_list.telegram.settings.token',
  )
  assert.throws(() => it.again({ settings: { token: '' } }), Problem)
  assert.throws(() => it.again({ settings: { token: 'half' } }), Problem)
  it.fake.fault('getUpdates', { status: 401, description: 'Unauthorized' })
  await it.channel.start(it.inbox)
  await until(() => it.channel.health?.().state === 'down')
  assert.match(it.channel.health?.().why ?? '', /BotFather/)
  assert.equal(it.channel.health?.().needs, 'person')
  const before = it.fake.calls.length
  await it.clock.advance(120_000)
  await assert.rejects(it.channel.send({ to: { channel: 'telegram', chat: '1001' }, text: 'x' }), { kind: 'auth' })
  assert.equal(it.fake.calls.length, before)
  await it.channel.stop()
  await it.channel.start(it.inbox)
  assert.equal(it.channel.health?.().state, 'up')
})

test('a channel that stops by a fault of its own asks to be started again', async () => {
  const random = () => {
    throw new Error('a fault of our own')
  }
  await using it = await bot({ start: false, options: { random } })
  it.fake.fault('getUpdates', { status: 500, description: 'Internal Server Error' })
  await it.channel.start(it.inbox)
  await until(() => it.channel.health?.().needs === 'restart')
  assert.equal(it.channel.health?.().state, 'down')
})

test('a service out of reach at the start is tried again', async () => {
  await using it = await bot({ start: false })
  it.fake.fault('getMe', { cut: 'before' }, { cut: 'before' })
  await it.channel.start(it.inbox)
  assert.equal(it.channel.health?.().state, 'down')
  await it.wake(1_000)
  await it.fake.called('getMe', 2)
  await it.wake(2_000)
  it.fake.say('hello')
  await it.inbox.heard(1)
})

test('two processes with one token: the second waits for the lease, and takes it when it is free', async () => {
  let owner: string | undefined
  const store: Pick<LeaseStore, 'take' | 'release'> = {
    async take(name, asking) {
      assert.equal(name, 'telegram:123456')
      owner ??= asking
      return owner === asking
    },
    async release(_, giving) {
      if (owner === giving) owner = undefined
    },
  }
  await using it = await bot({ options: { lease: { store, owner: 'first' } } })
  await it.fake.called('getUpdates')
  const second = it.again({ lease: { store, owner: 'second' } })
  await second.start(it.inbox)
  await until(() => second.health?.().state === 'down')
  assert.match(second.health?.().why ?? '', /Another picoclaw process/)
  await it.channel.stop()
  assert.equal(owner, undefined)
  await it.clock.advance(1_000)
  await it.fake.called('getUpdates', 2)
  assert.equal(it.fake.overlaps, 0)
  await second.stop()
})
