import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeliveryFailure } from '../../src/core/channel.ts'
import type { Undelivered } from '../../src/dispatch/deliver.ts'
import { fakeChannel } from '../fakes/channel.ts'
import { fakeClock } from '../fakes/clock.ts'
import { memoryStore } from '../fakes/store.ts'
import { scene } from './scene.ts'

const to = { channel: 'fake', chat: 'c1' }
const job = { name: 'brief', run: 'cron:brief:1' }

/** A platform whose chat c1 blocks us until `open` is set. */
async function blocked(store = memoryStore(), clock = fakeClock()) {
  const platform = { open: false }
  const lost: Undelivered[] = []
  const view = await scene({
    store,
    clock,
    channel: fakeChannel({
      onSend(_, { to: { chat, thread } }) {
        if (chat === 'c1' && thread === undefined && !platform.open) throw new DeliveryFailure('gone', 'blocked')
      },
    }),
    deliveries: {
      async failed(one) {
        lost.push(one)
      },
    },
  })
  const send = async (text: string, place: typeof to & { thread?: string } = to) => {
    await view.road.send('fake', 's', { to: place, text, job })
    await view.clock.advance(1_000)
  }
  return { ...view, platform, lost, send }
}

test('a closed chat is not tried again, also by the next process, until somebody writes from it', async () => {
  const { store, channel, send, clock } = await blocked()
  await send('one')
  await send('two')
  assert.deepEqual(channel.calls, ['send one'])
  const next = await blocked(store, fakeClock(clock.now() + 60_000))
  await next.send('three')
  assert.deepEqual(next.channel.calls, [])
  next.platform.open = true
  await next.channel.hear({ text: 'hello' })
  await next.clock.advance(1_000)
  await next.send('four')
  assert.deepEqual(next.channel.texts, ['answer to hello', 'four'])
  assert.deepEqual(await store.notes.list('closed:'), [])
  assert.deepEqual(
    (await store.outbox.list({ state: 'dead' })).map(({ note }) => note),
    ['blocked', 'blocked', 'blocked'],
  )
})

test('whoever is told of lost messages can tell for how long their chat is closed', async () => {
  const { channel, send, lost, platform, clock } = await blocked()
  await send('one')
  await send('two')
  // Somebody writes, and the chat is closed all the same.
  await channel.hear({ text: 'hello' })
  await clock.advance(1_000)
  const [first] = lost
  assert.equal(lost.length, 3)
  assert.deepEqual(first?.message.job, job)
  assert.deepEqual(
    lost.map(({ state, why, closedSince }) => [state, why, closedSince]),
    lost.map(() => ['dead', 'blocked', first?.closedSince]),
  )
  platform.open = true
  await channel.hear({ text: 'now?' })
  await clock.advance(1_000)
  platform.open = false
  await send('three')
  assert.ok((lost.at(-1)?.closedSince ?? 0) > (first?.closedSince ?? 0))
})

test('a thread is no worse for what its chat does', async () => {
  const { channel, send } = await blocked()
  await send('one')
  await send('two', { ...to, thread: 't' })
  assert.deepEqual(channel.texts, ['two'])
})

test('a place is within reach while its channel is up and its chat open', async () => {
  const { road, channel, send, store } = await blocked()
  assert.equal(road.reaches(to), true)
  await send('one')
  assert.equal(road.reaches(to), false)
  assert.equal(road.reaches({ ...to, chat: 'c2' }), true)
  assert.equal(road.reaches({ ...to, channel: 'another' }), false)
  const down = await scene({ store, channel: { ...channel, health: () => ({ state: 'down' }) } })
  assert.equal(down.road.reaches({ ...to, chat: 'c2' }), false)
})

test('only the first piece of a long answer stands for its job', async () => {
  const lost: Undelivered[] = []
  const { road, clock } = await scene({
    channel: fakeChannel({
      maxText: 20,
      onSend() {
        throw new DeliveryFailure('gone', 'blocked')
      },
    }),
    deliveries: {
      async failed(one) {
        lost.push(one)
      },
    },
  })
  await road.send('fake', 's', { to, text: 'word '.repeat(20), job })
  await clock.advance(1_000)
  assert.ok(lost.length > 3)
  assert.deepEqual(
    lost.flatMap(({ message }) => message.job ?? []),
    [job],
  )
})
