import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeChannel } from '../fakes/channel.ts'
import { fakeClock } from '../fakes/clock.ts'
import { memoryStore } from '../fakes/store.ts'
import { scene, untilAborted } from './scene.ts'

/** Two processes on one store; the first stands still for ever at a checkpoint, as if it had been killed there. */
function processes(place: string) {
  const clock = fakeClock()
  const later = fakeClock(clock.now() + 2 * 60_000)
  const checkpoint = (name: string) => (name === place ? new Promise<void>(() => undefined) : Promise.resolve())
  return { store: memoryStore(), clock, later, checkpoint }
}

const session = 'agent:main:fake:direct:p1'
const at = { channel: 'fake', chat: 'p1' }

test('a message with a key is sent once, by whichever process', async () => {
  const store = memoryStore()
  const first = await scene({ store })
  for (const _ of [1, 2]) await first.road.send('fake', session, { to: at, text: 'May I?', key: 'k' })
  await first.clock.advance(1_000)
  assert.deepEqual(first.channel.texts, ['May I?'])
  const next = await scene({ store })
  await next.road.send('fake', session, { to: at, text: 'May I?', key: 'k' })
  await next.clock.advance(1_000)
  assert.deepEqual(next.channel.texts, [])
})

test('what does no harm when it is read twice is shown again by the next process', async () => {
  const { store, clock, later, checkpoint } = processes('outbox-sent')
  const dead = await scene({ store, clock, checkpoint })
  await dead.road.send('fake', session, { to: at, text: 'May I?', key: 'k', repeatable: true })
  await clock.advance(1_000)
  assert.deepEqual(dead.channel.texts, ['May I?'])
  const next = await scene({ store, clock: later })
  await later.advance(1_000)
  assert.deepEqual(next.channel.texts, ['May I?'])
  assert.deepEqual(await store.outbox.list({ state: 'uncertain' }), [])
})

test('a channel that is opened again, as after a change of its settings, starts nothing twice', async () => {
  const end = Promise.withResolvers<string>()
  const { road, channel, clock, asked } = await scene({ turn: () => end.promise })
  await channel.hear({ text: 'hello' })
  await clock.advance(400)
  await road.close(channel)
  await road.open(channel)
  end.resolve('once')
  await clock.advance(1_000)
  assert.equal(asked.length, 1)
  assert.deepEqual(channel.texts, ['once'])
})

test('a beginning of which nobody knows whether it was shown is told, and the whole answer comes anew', async () => {
  const { store, clock, later, checkpoint } = processes('live-shown')
  const channel = fakeChannel({ live: true })
  const dead = await scene({
    store,
    clock,
    channel,
    checkpoint,
    async turn({ watcher, signal }) {
      watcher.text('The beginning')
      return untilAborted(signal)
    },
  })
  await dead.channel.hear({ text: 'hello' })
  await clock.advance(400)
  assert.deepEqual(channel.texts, ['The beginning'])
  const next = await scene({ store, clock: later, channel: fakeChannel({ live: true }) })
  await later.advance(1_000)
  assert.match(next.channel.texts[0] ?? '', /unfinished beginning/)
  assert.deepEqual(next.channel.texts.slice(1), ['answer to '])
  assert.deepEqual(await store.notes.list('live:'), [])
})

test('what was stopped stays stopped, also when the process ends right after saying so', async () => {
  const { store, clock, later, checkpoint } = processes('command-done')
  const stop: Parameters<typeof scene>[0] = {
    services: (road) => ({ stop: (key) => road().stop(key) }),
  }
  const dead = await scene({ ...stop, store, clock, checkpoint, turn: () => new Promise(() => undefined) })
  await dead.channel.hear({ text: 'work' })
  await clock.advance(400)
  void dead.channel.hear({ text: '/stop' })
  await clock.advance(10)
  const next = await scene({ ...stop, store, clock: later })
  await later.advance(1_000)
  assert.equal(next.asked.length, 0)
  assert.match(next.channel.texts.join(), /Stopped: “work”/)
})

test('a /stop that a former process did not get to stops what is gone on with', async () => {
  const { store, clock, later, checkpoint } = processes('command-obeyed')
  const stop: Parameters<typeof scene>[0] = {
    services: (road) => ({ stop: (key) => road().stop(key) }),
  }
  const slow = () => new Promise<string>(() => undefined)
  const dead = await scene({
    ...stop,
    store,
    clock,
    checkpoint: async (name) => {
      if (name === 'turn-begun') await checkpoint('command-obeyed')
      if (name === 'message-stored' && dead.asked.length === 0 && stopping.said) await checkpoint('command-obeyed')
    },
    turn: slow,
  })
  const stopping = { said: false }
  await dead.channel.hear({ text: 'work' })
  await clock.advance(400)
  stopping.said = true
  void dead.channel.hear({ text: '/stop' })
  await clock.advance(10)
  const next = await scene({ ...stop, store, clock: later, turn: slow })
  await later.advance(1_000)
  assert.match(next.channel.texts.join(), /Stopped: “work”/)
  assert.deepEqual(await store.inbox.open(), [])
})

test('an answer that stands before what arrived goes out with it', async () => {
  const { store, clock, later, checkpoint } = processes('turn-step-user')
  const dead = await scene({
    store,
    clock,
    checkpoint,
    async turn({ question }) {
      await clock.sleep(1_000)
      await question.append([
        { role: 'assistant', parts: [{ type: 'text', text: 'first answer' }] },
        ...question.steering(),
      ])
      return 'second answer'
    },
  })
  await dead.channel.hear({ text: 'first' })
  await clock.advance(400)
  await dead.channel.hear({ text: 'second' })
  await clock.advance(2_000)
  const next = await scene({ store, clock: later, turn: async () => 'second answer' })
  await later.advance(1_000)
  assert.deepEqual(next.channel.texts, ['first answer', 'second answer'])
})

test('a tool that wrote to the chat stands for the answer of one question, not of two', async () => {
  for (const [texts, shown] of [
    [['one'], []],
    [['one', 'two'], ['both']],
  ] as const) {
    const { channel, clock } = await scene({ turn: async () => ({ text: 'both', silent: true }) })
    for (const text of texts) await channel.hear({ text })
    await clock.advance(1_000)
    assert.deepEqual(channel.texts, shown)
  }
})

test('the files of a message, and of the one that it answers, are fetched again after a restart', async () => {
  const { store, clock, later, checkpoint } = processes('message-stored')
  const file = (ref: string) => ({
    kind: 'file' as const,
    mime: 'text/plain',
    name: ref,
    ref,
    bytes: async () => assert.fail('of the former process'),
  })
  const dead = await scene({ store, clock, checkpoint })
  void dead.channel.hear({
    text: 'and this?',
    attachments: [file('new')],
    replyTo: { id: '1', text: '', from: 'Bob', own: false, attachments: [file('old')] },
  })
  await clock.advance(10)
  const next = await scene({
    store,
    clock: later,
    async hear({ text, replyTo }) {
      const files = await Promise.all((replyTo?.attachments ?? []).map((each) => each.bytes()))
      return [text, ...files.map((bytes) => Buffer.from(bytes).toString())].join('\n')
    },
  })
  await later.advance(1_000)
  assert.deepEqual(next.questions, ['and this?\nbytes of old\nbytes of new'])
})
