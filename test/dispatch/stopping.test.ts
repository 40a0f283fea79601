import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UserMessage } from '../../src/core/message.ts'
import { fakeClock } from '../fakes/clock.ts'
import { memoryStore } from '../fakes/store.ts'
import { scene, untilAborted, wordsOf } from './scene.ts'

const stop: Parameters<typeof scene>[0] = {
  services: (road) => ({ stop: (session) => road().stop(session) }),
}

test('what a stopped turn had been given is stopped with it, also after a restart', async () => {
  const store = memoryStore()
  const view = await scene({
    ...stop,
    store,
    async turn({ question, signal }) {
      const given: UserMessage[] = []
      try {
        return await untilAborted(signal)
      } finally {
        for (let next = question.steering(); next.length > 0; next = question.steering()) given.push(...next)
        await question.append(given)
      }
    },
  })
  for (const text of ['work', 'delete it all', 'and the copies']) {
    await view.channel.hear({ text })
    await view.clock.advance(400)
  }
  await view.channel.hear({ text: '/stop' })
  await view.clock.advance(10)
  assert.deepEqual(await store.inbox.open(), [])
  const next = await scene({ ...stop, store, clock: fakeClock(view.clock.now()) })
  await next.clock.advance(1_000)
  assert.deepEqual(next.questions, [])
})

test('what waits behind a stopped turn and was not given to it is stopped, too', async () => {
  const view = await scene({ ...stop, turn: ({ signal }) => untilAborted(signal) })
  for (const text of ['work', 'delete it all']) {
    await view.channel.hear({ text })
    await view.clock.advance(400)
  }
  await view.channel.hear({ text: '/stop' })
  await view.clock.advance(10)
  assert.deepEqual(view.questions, ['work'])
  assert.deepEqual(await view.store.inbox.open(), [])
})

test('what a turn that failed was given and did not take in is asked anew', async () => {
  const failing = Promise.withResolvers<string>()
  const view = await scene({
    async turn({ question }) {
      if (wordsOf(question) !== 'first') return 'ok'
      await failing.promise.catch((error: unknown) => {
        question.steering()
        throw error
      })
      return ''
    },
  })
  await view.channel.hear({ text: 'first' })
  await view.clock.advance(400)
  await view.channel.hear({ text: 'second' })
  await view.clock.advance(400)
  failing.reject(new Error('no'))
  await view.clock.advance(10)
  assert.deepEqual(view.questions, ['first', 'second'])
})

test('a turn that ended while its message waited for the session is not gone on with', async () => {
  const store = memoryStore()
  const clock = fakeClock()
  const session = 'agent:main:fake:direct:p1'
  const dead = await scene({
    store,
    clock,
    turn: () => new Promise(() => undefined),
  })
  await dead.channel.hear({ text: 'work' })
  await clock.advance(400)
  const [turn] = await store.turns.list()
  // The other process lives: its lease is kept up until it is done.
  const next = await scene({ store, clock })
  await clock.advance(1_000)
  await store.turns.finish({ id: turn?.id ?? '', at: clock.now(), state: 'done', messages: [], outbox: [] })
  await store.leases.release(`session:${session}`, (await store.leases.holder(`session:${session}`)) ?? '')
  await clock.advance(1_000)
  assert.deepEqual(next.questions, [])
  assert.deepEqual(await store.inbox.open(), [])
})

test('/stop reaches a voice note that is still being heard for the turn that runs', async () => {
  const heard = Promise.withResolvers<string>()
  const signals: AbortSignal[] = []
  const view = await scene({
    ...stop,
    turn: ({ signal }) => untilAborted(signal),
    async hear({ text }, signal) {
      if (text !== '[voice]') return text
      signals.push(signal)
      return heard.promise
    },
  })
  await view.channel.hear({ text: 'work' })
  await view.clock.advance(400)
  await view.channel.hear({ text: '[voice]' })
  await view.clock.advance(400)
  await view.channel.hear({ text: '/stop' })
  await view.clock.advance(10)
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true],
  )
  assert.match(view.channel.texts[0] ?? '', /“work”[^]*“\[voice\]”, which had not begun/)
  heard.resolve('delete it all')
  await view.clock.advance(1_000)
  assert.deepEqual(view.questions, ['work'])
  assert.deepEqual(await view.store.inbox.open(), [])
})

test('a voice note that was stopped joins no later turn of its person', async () => {
  const heard = Promise.withResolvers<string>()
  const view = await scene({
    ...stop,
    turn: ({ signal }) => untilAborted(signal),
    hear: async ({ text }) => (text === '[voice]' ? heard.promise : text),
  })
  for (const text of ['work', '[voice]', '/stop', 'something else']) {
    await view.channel.hear({ text })
    await view.clock.advance(400)
  }
  assert.deepEqual(view.questions, ['work', 'something else'])
  heard.resolve('delete it all')
  await view.clock.advance(10)
  assert.deepEqual(view.asked[1]?.question.steering(), [])
  assert.equal((await view.store.inbox.open()).length, 1)
})

test('a message that could not be heard for the turn that runs is told by a turn of its own', async () => {
  const running = Promise.withResolvers<string>()
  const view = await scene({
    turn: () => running.promise,
    async hear({ text }) {
      if (text === '[voice]') throw new Error('The recording is gone.')
      return text
    },
  })
  for (const text of ['work', '[voice]']) {
    await view.channel.hear({ text })
    await view.clock.advance(400)
  }
  running.resolve('done')
  await view.clock.advance(10)
  assert.deepEqual(view.channel.texts.length, 2)
  assert.deepEqual(await view.store.inbox.open(), [])
})
