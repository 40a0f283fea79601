import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../fakes/http-server.ts'
import { bot, to } from './bot.ts'

const some = 'twenty characters, or a few more'
const texts = (it: { readonly fake: { readonly calls: readonly { method: string; values: object }[] } }) =>
  it.fake.calls
    .filter(({ method }) => method === 'sendMessage' || method === 'editMessageText')
    .map(({ method, values }) => `${method === 'sendMessage' ? 'new' : 'edit'}: ${(values as { text: string }).text}`)

test('a message begins when there is enough to show, and grows no more often than it may', async () => {
  await using it = await bot()
  const shown: string[] = []
  const live = it.channel.live?.(to, { replyTo: '1', onShown: async (id) => void shown.push(id) })
  live?.push('short')
  await it.clock.advance(10_000)
  assert.deepEqual(texts(it), [])
  live?.push(` and then ${some}`)
  await it.fake.called('sendMessage')
  await until(() => shown.length === 1)
  for (const word of ['one', 'two', 'three', 'four', 'five', 'six']) live?.push(` ${word}`)
  await it.wake(3_000)
  await it.fake.called('editMessageText')
  assert.deepEqual(texts(it), [
    `new: short and then ${some}`,
    `edit: short and then ${some} one two three four five six`,
  ])
  assert.deepEqual(shown, [String(it.fake.shown[0]?.id)])
  assert.equal(await live?.settle?.(), shown[0])
  live?.push(some)
  await it.clock.advance(60_000)
  assert.equal(texts(it).length, 2)
  assert.equal(it.fake.shown[0]?.replyTo, 1)
})

test('the first showing is on record before anything else is shown', async () => {
  await using it = await bot()
  const recorded = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const live = it.channel.live?.(to, {
    onShown() {
      asked.resolve()
      return recorded.promise
    },
  })
  live?.push(some)
  await asked.promise
  live?.push(some)
  await it.clock.advance(60_000)
  assert.equal(texts(it).length, 1)
  let settled = false
  const settling = live?.settle?.().then(() => (settled = true))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(settled, false)
  recorded.resolve()
  await settling
})

test('what the turn does is shown below, and a message that a former process began goes on', async () => {
  await using it = await bot()
  const id = await it.channel.send({ to, text: 'half an answer' })
  const live = it.channel.live?.(to, { shown: id })
  live?.activity?.('reading my_notes_*.md')
  await it.wake(3_000)
  await it.fake.called('editMessageText')
  live?.push(some)
  live?.activity?.('')
  await it.wake(3_000)
  await it.fake.called('editMessageText', 2)
  await live?.settle?.()
  assert.deepEqual(texts(it).slice(1), ['edit: <i>reading my_notes_*.md</i>', `edit: ${some}`])
  assert.equal(it.fake.shown.length, 1)
})

test('too many edits: growing pauses for the chat, and a pause too long to wait for does not hold up the answer', async () => {
  await using it = await bot()
  const live = it.channel.live?.(to)
  live?.push(some)
  await it.fake.called('sendMessage')
  it.fake.fault('editMessageText', { status: 429, description: 'Too Many Requests', parameters: { retry_after: 30 } })
  live?.push(some)
  await it.wake(3_000)
  await it.fake.called('editMessageText')
  live?.push(some)
  await it.wake(30_000)
  await it.fake.called('editMessageText', 2)
  it.fake.fault('editMessageText', {
    status: 429,
    description: 'Too Many Requests',
    parameters: { retry_after: 14_000 },
  })
  live?.push(some)
  await it.wake(3_000)
  await it.fake.called('editMessageText', 3)
  await live?.settle?.()
  live?.push(some)
  await it.clock.advance(60_000)
  assert.equal(texts(it).length, 4)
  await it.channel.send({ to, text: 'the answer' })
  assert.equal(it.fake.shown.at(-1)?.text, 'the answer')
})

test('an answer waits for a short pause that was asked for while it grew, without a call', async () => {
  await using it = await bot()
  const live = it.channel.live?.(to)
  live?.push(some)
  await it.fake.called('sendMessage')
  it.fake.fault('editMessageText', { status: 429, description: 'Too Many Requests', parameters: { retry_after: 30 } })
  live?.push(some)
  await it.wake(3_000)
  await it.fake.called('editMessageText')
  const replaces = await live?.settle?.()
  assert.ok(replaces !== undefined)
  await it.clock.advance(10_000)
  for (const work of [
    () => it.channel.edit?.(to, replaces, 'the answer'),
    () => it.channel.send({ to, text: 'and more' }),
  ])
    await assert.rejects(async () => work(), { kind: 'rate-limit', retryAfterMs: 20_000 })
  assert.equal(texts(it).length, 2)
  await it.channel.send({ to: { ...to, chat: '-100500' }, text: 'elsewhere' })
  await it.clock.advance(20_000)
  await it.channel.edit?.(to, replaces, 'the answer')
  assert.equal(it.fake.shown[0]?.text, 'the answer')
})

test('a first showing whose answer was lost is not repeated', async () => {
  await using it = await bot()
  it.fake.fault('sendMessage', { cut: 'after' })
  const live = it.channel.live?.(to)
  live?.push(some)
  await it.fake.called('sendMessage')
  live?.push(some)
  assert.equal(await live?.settle?.(), undefined)
  await it.clock.advance(60_000)
  assert.equal(it.fake.shown.length, 1)
})

test('a broken edit is made again; a message that was deleted is given up', async () => {
  await using it = await bot()
  const live = it.channel.live?.(to)
  live?.push(some)
  await it.fake.called('sendMessage')
  it.fake.fault('editMessageText', { cut: 'before' })
  live?.push(some)
  await it.wake(3_000)
  await it.fake.called('editMessageText')
  live?.push(some)
  await it.wake(3_000)
  await it.fake.called('editMessageText', 2)
  await until(() => it.fake.shown[0]?.text === some + some + some)
  it.fake.state.shown.splice(0)
  live?.push(some)
  await it.wake(3_000)
  await it.fake.called('editMessageText', 3)
  assert.equal(await live?.settle?.(), undefined)
})

test('an answer that starts again replaces what was shown; more than one message holds is not shown', async () => {
  await using it = await bot()
  const live = it.channel.live?.(to)
  live?.push(some)
  await it.fake.called('sendMessage')
  live?.restart('The model was overloaded.')
  live?.push('anew')
  await it.wake(3_000)
  await it.fake.called('editMessageText')
  live?.push(` ${'word '.repeat(1_000)}`)
  await it.wake(3_000)
  await it.fake.called('editMessageText', 2)
  live?.push(some)
  await live?.settle?.()
  await it.clock.advance(60_000)
  const [, again, last = ''] = texts(it)
  assert.equal(again, 'edit: anew')
  assert.ok(it.fake.shown[0] && it.fake.shown[0].text.length > 3_000 && it.fake.shown[0].text.length <= 4_096)
  assert.ok(last.startsWith('edit: anew word'))
  assert.equal(texts(it).length, 3)
})

test('growing messages of many chats leave the line to answers: ten calls a second at most', async () => {
  await using it = await bot()
  for (let chat = 1; chat <= 30; chat += 1) it.fake.state.chats.set(chat, { id: chat, type: 'private' })
  const lives = Array.from({ length: 30 }, (_, index) => it.channel.live?.({ ...to, chat: String(index + 1) }))
  for (const live of lives) live?.push(some)
  await it.clock.advance(999)
  await it.fake.called('sendMessage', 10)
  assert.equal(texts(it).length, 10)
  await it.clock.advance(2_000)
  await it.fake.called('sendMessage', 30)
  await Promise.all(lives.map(async (live) => live?.settle?.()))
})

test('a whole answer finishes what was shown, in as many messages as it takes', async () => {
  await using it = await bot()
  const live = it.channel.live?.(to)
  live?.push(some)
  await it.fake.called('sendMessage')
  const id = await live?.finish({ to, text: `**${some}**\n\n${'word '.repeat(1_000)}` })
  assert.equal(id, String(it.fake.shown[0]?.id))
  assert.equal(it.fake.shown.length, 2)
  const words = it.fake.shown.map(({ text }) => text).join(' ')
  assert.equal(words.replaceAll(/\s+/g, ' '), `${some} ${'word '.repeat(1_000)}`.trim())
  const quiet = it.channel.live?.(to)
  quiet?.push('x')
  await quiet?.finish({ to, text: 'short' })
  assert.equal(it.fake.shown.at(-1)?.text, 'short')
})

test('where streaming is off nothing grows', async () => {
  await using it = await bot({ settings: { streaming: { enabled: false, throttle_seconds: 1, min_growth_chars: 1 } } })
  const live = it.channel.live?.(to)
  live?.push(some)
  await it.clock.advance(60_000)
  assert.equal(await live?.settle?.(), undefined)
  assert.deepEqual(texts(it), [])
})
