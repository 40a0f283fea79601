import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeliveryFailure } from '../../src/core/channel.ts'
import { fakeChannel } from '../fakes/channel.ts'
import { fakeClock } from '../fakes/clock.ts'
import { memoryStore } from '../fakes/store.ts'
import { scene, untilAborted, wordsOf } from './scene.ts'

/** A process that stands still for ever at a checkpoint, as if it had been killed there. */
function dyingAt(place: string, count = 1) {
  let left = count
  return (name: string) =>
    name === place && (left -= 1) === 0 ? new Promise<void>(() => undefined) : Promise.resolve()
}

/** A store that outlives a process. A dead process's clock stands still, so that it renews no lease; the next one begins two minutes later. */
function twoProcesses() {
  const clock = fakeClock()
  return {
    store: memoryStore(),
    clock,
    later: fakeClock(clock.now() + 2 * 60_000),
    last: fakeClock(clock.now() + 4 * 60_000),
  }
}

test('a message that was stored is answered by the next process', async () => {
  const { store, clock, later } = twoProcesses()
  const dead = await scene({ store, clock, checkpoint: dyingAt('message-begun') })
  await dead.channel.hear({ text: 'hello' })
  await clock.advance(400)
  assert.deepEqual(dead.channel.texts, [])
  await clock.advance(400)
  const next = await scene({ store, clock: later })
  await later.advance(1_000)
  assert.deepEqual(next.channel.texts, ['answer to hello'])
  assert.deepEqual(await store.inbox.open(), [])
})

test('a turn that had begun goes on under its own name, with its question said once', async () => {
  const { store, clock, later } = twoProcesses()
  const dead = await scene({ store, clock, checkpoint: dyingAt('turn-answered') })
  await dead.channel.hear({ text: 'hello' })
  await clock.advance(400)
  const next = await scene({ store, clock: later, turn: async ({ question }) => `resumed ${question.resumed}` })
  await later.advance(1_000)
  assert.deepEqual(next.channel.texts, ['resumed true'])
  assert.equal(next.asked[0]?.question.turn, dead.asked[0]?.question.turn)
  const log = await store.sessions.read('agent:main:fake:direct:p1')
  assert.equal(log.filter(({ message }) => message.role === 'user').length, 1)
})

test('an answer that was stored is sent, and the model is not asked again', async () => {
  const { store, clock, later } = twoProcesses()
  const dead = await scene({ store, clock, checkpoint: dyingAt('turn-finished') })
  await dead.channel.hear({ text: 'hello' })
  await clock.advance(400)
  assert.deepEqual(dead.channel.texts, [])
  const next = await scene({ store, clock: later })
  await later.advance(1_000)
  assert.deepEqual(next.channel.texts, ['answer to hello'])
  assert.equal(next.asked.length, 0)
})

test('a message that was being sent is not repeated: it is marked, and its chat is told', async () => {
  const { store, clock, later } = twoProcesses()
  const dead = await scene({ store, clock, checkpoint: dyingAt('outbox-sent') })
  await dead.channel.hear({ text: 'hello' })
  await clock.advance(400)
  assert.deepEqual(dead.channel.texts, ['answer to hello'])
  const next = await scene({ store, clock: later })
  await later.advance(1_000)
  assert.deepEqual(next.channel.texts, ['My last message here may not have arrived. /again sends it once more.'])
  assert.equal((await store.outbox.list({ state: 'uncertain' })).length, 1)
  assert.equal(await next.road.again('agent:main:fake:direct:p1', { channel: 'fake', chat: 'c1' }), 1)
  await later.advance(10)
  assert.equal(next.channel.texts.at(-1), 'answer to hello')
})

test('a platform that drops doubles gets the same message again', async () => {
  const { store, clock, later } = twoProcesses()
  const channel = fakeChannel({ keyed: true })
  const dead = await scene({ store, clock, channel, checkpoint: dyingAt('outbox-sent') })
  await dead.channel.hear({ text: 'hello' })
  await clock.advance(400)
  await scene({ store, clock: later, channel })
  await later.advance(1_000)
  assert.deepEqual(channel.texts, ['answer to hello'])
  assert.deepEqual(await store.outbox.open(), [])
})

test('a platform that may have forgotten a message by now does not get it again', async () => {
  const { store, clock, last } = twoProcesses()
  const channel = fakeChannel({ keyed: true, keyForgotten: () => true })
  const dead = await scene({ store, clock, channel, checkpoint: dyingAt('outbox-sent') })
  await dead.channel.hear({ text: 'hello' })
  await clock.advance(400)
  await scene({ store, clock: last, channel })
  await last.advance(1_000)
  assert.deepEqual(channel.texts, [
    'answer to hello',
    'My last message here may not have arrived. /again sends it once more.',
  ])
})

test('what was in doubt when its platform went out of reach is in doubt for the next process, too', async () => {
  const { store, clock, last } = twoProcesses()
  let up = false
  const channel = fakeChannel({
    keyed: true,
    keyForgotten: () => true,
    onSend(count) {
      if (count === 0) return { arrives: new DeliveryFailure('uncertain', 'reset') }
      if (!up) throw new DeliveryFailure('not-sent', 'ENOTFOUND')
    },
  })
  const dead = await scene({ store, clock, channel })
  await dead.channel.hear({ text: 'hello' })
  await clock.advance(10_000)
  up = true
  await scene({ store, clock: last, channel })
  await last.advance(1_000)
  assert.deepEqual(channel.texts, [
    'answer to hello',
    'My last message here may not have arrived. /again sends it once more.',
  ])
})

test('an answer that had grown goes on in the message that was shown', async () => {
  const { store, clock, later } = twoProcesses()
  const channel = fakeChannel({ live: true })
  const dead = await scene({
    store,
    clock,
    channel,
    turn({ watcher }) {
      watcher.text('half')
      return new Promise(() => undefined)
    },
  })
  await dead.channel.hear({ text: 'hello' })
  await clock.advance(400)
  assert.deepEqual(channel.texts, ['half'])
  await scene({ store, clock: later, channel, turn: async () => 'the whole answer' })
  await later.advance(1_000)
  assert.deepEqual(channel.texts, ['the whole answer'])
})

test('a message that ended two processes is set aside and told', async () => {
  const { store, clock, later, last } = twoProcesses()
  const first = await scene({ store, clock, turn: () => new Promise(() => undefined) })
  await first.channel.hear({ text: 'poison' })
  await clock.advance(400)
  await scene({ store, clock: later, turn: () => new Promise(() => undefined) })
  await later.advance(400)
  const third = await scene({ store, clock: last })
  await last.advance(1_000)
  assert.equal(third.asked.length, 0)
  assert.match(third.channel.texts[0] ?? '', /set aside/)
  assert.equal((await store.inbox.aside()).length, 1)
  assert.deepEqual(await store.inbox.open(), [])
  const fourth = await scene({ store, clock: last })
  await last.advance(1_000)
  assert.equal(fourth.channel.texts.length, 0)
})

test('a turn that is parked at the end of a process goes on in the next', async () => {
  const { store, clock } = twoProcesses()
  const first = await scene({
    store,
    clock,
    turn: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  })
  await first.channel.hear({ text: 'long' })
  await clock.advance(400)
  const drained = first.road.drain(8_000)
  await clock.advance(8_000)
  await drained
  assert.deepEqual(first.channel.texts, [])
  const next = await scene({ store, clock, turn: async ({ question }) => `went on with ${wordsOf(question) || 'it'}` })
  await clock.advance(1_000)
  assert.deepEqual(next.channel.texts, ['went on with it'])
})

test('turns that are parked again and again are no poison', async () => {
  const { store } = twoProcesses()
  let now = fakeClock().now()
  for (let process = 0; process < 4; process += 1) {
    const clock = fakeClock((now += 2 * 60_000))
    const view = await scene({ store, clock, turn: ({ signal }) => untilAborted(signal) })
    if (process === 0) await view.channel.hear({ text: 'long' })
    await clock.advance(400)
    assert.equal(view.asked.length, 1, `process ${process}`)
    const drained = view.road.drain(8_000)
    await clock.advance(8_000)
    await drained
  }
  const clock = fakeClock((now += 2 * 60_000))
  const last = await scene({ store, clock, turn: async () => 'done at last' })
  await clock.advance(400)
  assert.deepEqual(last.channel.texts, ['done at last'])
})

test('a turn of another channel in the same session is not ended while its message waits', async () => {
  const { store, clock, later } = twoProcesses()
  const dead = await scene({ store, clock, checkpoint: dyingAt('turn-answered') })
  await dead.channel.hear({ text: 'from one channel' })
  await clock.advance(400)
  // Before that channel opens again, somebody speaks in the same session elsewhere.
  const other = await scene({
    store,
    clock: later,
    channel: fakeChannel({ name: 'other' }),
    session: 'agent:main:fake:direct:p1',
  })
  await other.channel.hear({ text: 'from another' })
  await later.advance(1_000)
  assert.deepEqual(other.channel.texts, ['answer to from another'])
  const next = await scene({ store, clock: later, turn: async ({ question }) => `resumed ${question.resumed}` })
  await later.advance(1_000)
  assert.deepEqual(next.channel.texts, ['resumed true'])
})
