import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeliveryFailure, type DeliveryKind } from '../../../src/core/channel.ts'
import { silent } from '../../../src/core/log.ts'
import { liveMessage } from '../../../src/channels/discord/live.ts'
import type { LiveOptions } from '../../../src/channels/discord/live.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { eventually, started } from './bench.ts'

function table(more: Partial<LiveOptions> = {}) {
  const clock = fakeClock()
  const shown: string[] = []
  const live = liveMessage({
    clock,
    log: silent,
    throttleMs: 3_000,
    minGrowth: 10,
    first: (text) => text.slice(0, 30),
    async post(text) {
      shown.push(`post ${text}`)
      return 'id'
    },
    async edit(id, text) {
      shown.push(`${id} ${text}`)
    },
    async send(message) {
      shown.push(`send ${message.replaces ?? 'new'} ${message.text}`)
      return message.replaces ?? 'new'
    },
    ...more,
  })
  return { clock, shown, live }
}
const final = { to: { channel: 'discord', chat: '1' }, text: 'final' }

test('a message is shown when it has grown and edited no more often than allowed', async () => {
  const { clock, shown, live } = table()
  live.push('short')
  await clock.advance(10_000)
  assert.deepEqual(shown, [])
  live.push(' but growing')
  await clock.advance(0)
  assert.deepEqual(shown, ['post short but growing'])
  live.push(' and more and')
  await clock.advance(2_999)
  assert.equal(shown.length, 1)
  await clock.advance(1)
  assert.deepEqual(shown.slice(1), ['id short but growing and more and'])
  assert.equal(await live.settle?.(), 'id')
})

test('what the turn does is shown at once under the text, and goes when words come', async () => {
  const { clock, shown, live } = table()
  live.activity?.('reading a file')
  await clock.advance(0)
  live.push('these are words')
  await clock.advance(3_000)
  assert.deepEqual(shown, ['post -# reading a file', 'id these are words'])
})

test('after a restart the new words replace the old ones', async () => {
  const { clock, shown, live } = table()
  live.push('the first answer')
  await clock.advance(0)
  live.restart('cut')
  live.push('a second')
  await clock.advance(3_000)
  assert.deepEqual(shown, ['post the first answer', 'id a second'])
})

test('a text that no longer fits one message stays as it is', async () => {
  const { clock, shown, live } = table()
  live.push('0123456789'.repeat(4))
  await clock.advance(0)
  live.push('0123456789'.repeat(4))
  await clock.advance(30_000)
  assert.deepEqual(shown, [`post ${'0123456789'.repeat(3)}`])
})

test('a rate limit stops the edits, not the final text', async () => {
  let limited = true
  const shown: string[] = []
  const { clock, live } = table({
    async edit(_, text) {
      if (limited) throw new DeliveryFailure('rate-limit', 'wait', { retryAfterMs: 60_000 })
      shown.push(text)
    },
    async send({ text, replaces }) {
      shown.push(`send ${replaces} ${text}`)
      return 'id'
    },
  })
  live.push('the first words')
  await clock.advance(0)
  live.push(' and the next ones')
  await clock.advance(3_000)
  limited = false
  await clock.advance(59_000)
  assert.deepEqual(shown, [])
  await live.finish(final)
  assert.deepEqual(shown, ['send id final'])
  await clock.advance(120_000)
  assert.equal(shown.length, 1)
})

test('when a first post may have arrived, the same post tells its id before the end', async () => {
  let posts = 0
  const { clock, shown, live } = table({
    async post(text) {
      posts += 1
      if (posts === 1) throw new DeliveryFailure('uncertain', 'lost')
      shown.push(`post ${text}`)
      return 'id'
    },
  })
  live.push('the first words')
  await clock.advance(0)
  await live.finish(final)
  assert.deepEqual(shown, ['post the first words', 'send id final'])
})

test('when a first post may have arrived, the next one finds it and edits it to the text of now', async () => {
  let posts = 0
  const { clock, shown, live } = table({
    async post(text) {
      posts += 1
      if (posts === 1) throw new DeliveryFailure('uncertain', 'lost')
      shown.push(`found by ${text}`)
      return 'id'
    },
  })
  live.push('the first words')
  await clock.advance(0)
  live.push(' and the next ones')
  await clock.advance(3_000)
  assert.deepEqual(shown, ['found by the first words and the next o', 'id the first words and the next o'])
})

test('a first post is not made again when Discord may have forgotten it', async () => {
  const kinds: DeliveryKind[] = ['uncertain']
  const { clock, shown, live } = table({
    async post(text) {
      shown.push(`post ${text}`)
      throw new DeliveryFailure(kinds.shift() ?? 'not-sent', 'no network')
    },
  })
  live.push('the first words')
  await clock.advance(0)
  live.push(' and the next ones')
  await clock.advance(20 * 60_000)
  // Every three seconds, for two minutes.
  assert.equal(shown.length, 41)
  live.push(', and what came much later')
  await clock.advance(3_000)
  await live.finish(final)
  assert.deepEqual(shown.slice(41), ['send new final'])
})

test('a chat that is closed gets no further tries', async () => {
  let posts = 0
  const { clock, live } = table({
    async post() {
      posts += 1
      throw new DeliveryFailure('gone', 'closed')
    },
  })
  live.push('the first words')
  await clock.advance(0)
  live.push('and more of them')
  await clock.advance(60_000)
  assert.equal(posts, 1)
  assert.equal(await live.settle?.(), undefined)
})

test('a message of a former process goes on', async () => {
  const { clock, shown, live } = table({ shown: 'old' })
  live.push('the words again')
  await clock.advance(0)
  assert.deepEqual(shown, ['old the words again'])
  assert.equal(await live.settle?.(), 'old')
})

test('end to end: a growing answer is one message of Discord that ends as the final text', async () => {
  await using made = await started()
  const { discord, channel, at } = made
  const written = () => discord.written(discord.place.thread)
  const ids: string[] = []
  const question = discord.place.message(discord.place.thread, discord.place.alice, { content: 'question' })
  const live = channel.live?.(at.thread, { replyTo: question.id, onShown: async (id) => void ids.push(id) })
  discord.rest.faults.push({ match: /POST .*messages$/, outcome: 'drop-after' })
  live?.push('Once upon a time')
  await eventually(() => ids.length === 1)
  live?.push(' there was a crab.')
  await eventually(() => written()[0]?.content === 'Once upon a time there was a crab.')
  const id = await live?.finish({ to: at.thread, text: 'The end.', key: 'turn-1' })
  assert.deepEqual(
    written().map((message) => [message.id, message.content, message.message_reference?.message_id]),
    [[id, 'The end.', question.id]],
  )
  assert.deepEqual(ids, [id])
})

test('where growing is switched off there is no live message', async () => {
  await using made = await started({
    settings: { token: 'T0KEN', streaming: { enabled: false, throttle_seconds: 3, min_growth_chars: 200 } },
  })
  assert.equal(made.channel.live, undefined)
})

test('a growing message that a former process posted without learning its id is gone on with', async () => {
  await using made = await started()
  const { discord, channel, at } = made
  const former = channel.live?.(at.dm, { key: 'turn-1' })
  former?.push('The first words.')
  const id = await eventualId(former?.settle?.())
  const next = channel.live?.(at.dm, { key: 'turn-1' })
  next?.push('Other words.')
  assert.equal(await next?.settle?.(), id)
  assert.equal(discord.written(discord.place.dm).length, 1)
})

const eventualId = async (id: Promise<string | undefined> | undefined) => {
  const told = await id
  assert.ok(told)
  return told
}
