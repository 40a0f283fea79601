import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textOf } from '../../src/core/message.ts'
import { scene, wordsOf } from './scene.ts'

const at = { channel: 'fake', chat: 'c1' }

/** A turn that was asked `begin` and runs until `go`; then it tells what else it was given. */
async function busy() {
  const running = Promise.withResolvers<void>()
  const view = await scene({
    async turn({ question }) {
      if (wordsOf(question) !== 'begin') return `answer to ${wordsOf(question)}`
      await running.promise
      const given: string[] = []
      for (let next = question.steering(); next.length > 0; next = question.steering()) {
        await question.append(next)
        given.push(...next.map(textOf))
      }
      return `given: ${given.join(' | ')}`
    },
  })
  await view.channel.hear({ text: 'begin' })
  await view.clock.advance(400)
  return {
    ...view,
    async say(id: string, text: string) {
      await view.channel.hear({ id, text })
      await view.clock.advance(400)
    },
    async edit(id: string, text: string) {
      await view.channel.receiver.edited?.(at, id, text)
      await view.clock.advance(10)
    },
    async remove(id: string) {
      await view.channel.receiver.deleted?.(at, id)
      await view.clock.advance(10)
    },
    async go() {
      running.resolve()
      await view.clock.advance(10)
      assert.deepEqual(await view.store.inbox.open(), [])
      return view.channel.texts
    },
  }
}

test('a message that waits to be taken in by a turn is taken in as it was edited', async () => {
  const it = await busy()
  await it.say('1', 'delete a')
  await it.edit('1', 'delete b')
  assert.deepEqual(await it.go(), ['given: delete b'])
})

test('a message that was deleted while it waited for a turn is not taken in', async () => {
  const it = await busy()
  await it.say('1', 'delete a')
  await it.say('2', 'and tell me')
  await it.remove('1')
  assert.deepEqual(await it.go(), ['given: and tell me'])
})

test('of a burst that waits for a turn each message can be edited or deleted', async () => {
  const it = await busy()
  for (const id of ['1', '2', '3']) await it.channel.hear({ id, text: `part ${id}` })
  await it.clock.advance(400)
  await it.edit('2', 'part two')
  await it.remove('1')
  assert.deepEqual(await it.go(), ['given: part two\npart 3'])
})

test('a message that is edited while it is heard for a turn is taken in as edited', async () => {
  const slow = Promise.withResolvers<string>()
  const running = Promise.withResolvers<void>()
  const view = await scene({
    async turn({ question }) {
      await running.promise
      const next = question.steering()
      await question.append(next)
      return next.map(textOf).join()
    },
    hear: async ({ text }) => (text === 'wrong' ? slow.promise : text),
  })
  await view.channel.hear({ text: 'begin' })
  await view.clock.advance(400)
  await view.channel.hear({ id: '1', text: 'wrong' })
  await view.clock.advance(400)
  await view.channel.receiver.edited?.(at, '1', 'right')
  slow.resolve('wrong')
  await view.clock.advance(10)
  running.resolve()
  await view.clock.advance(10)
  assert.deepEqual(view.channel.texts, ['right'])
})

test('a burst that waits for its lane is asked without the message that was deleted, or not at all', async () => {
  const running = Promise.withResolvers<string>()
  // Ben's turn is in the way: what Ann says does not join it.
  const view = await scene({
    session: 'agent:main:fake:group:c1',
    turn: ({ question }) => (wordsOf(question) === 'begin' ? running.promise : Promise.resolve('ok')),
  })
  await view.channel.hear({ text: 'begin', from: { id: 'p2', name: 'Ben' } })
  await view.clock.advance(400)
  for (const id of ['1', '2']) await view.channel.hear({ id, text: `part ${id}` })
  await view.clock.advance(400)
  await view.channel.hear({ id: '3', text: 'alone' })
  await view.clock.advance(400)
  for (const id of ['1', '3']) await view.channel.receiver.deleted?.(at, id)
  running.resolve('done')
  await view.clock.advance(10)
  assert.deepEqual(view.questions, ['begin', 'part 2'])
  assert.deepEqual(await view.store.inbox.open(), [])
})
