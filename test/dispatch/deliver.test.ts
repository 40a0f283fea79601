import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeliveryFailure, type DeliveryKind } from '../../src/core/channel.ts'
import { fakeChannel } from '../fakes/channel.ts'
import { scene } from './scene.ts'

const failing = (kind: DeliveryKind, times: number, detail = {}) => ({
  onSend(count: number) {
    if (count < times) throw new DeliveryFailure(kind, `no (${kind})`, detail)
  },
})

test('a platform that asks for patience gets it, and the message once', async () => {
  const view = await scene({ channel: fakeChannel(failing('rate-limit', 1, { retryAfterMs: 7_000 })) })
  await view.channel.hear({ text: 'hello' })
  await view.clock.advance(5_000)
  assert.deepEqual(view.channel.texts, [])
  await view.clock.advance(3_000)
  assert.deepEqual(view.channel.texts, ['answer to hello'])
})

test('what surely was not sent is tried again, later each time', async () => {
  const view = await scene({ channel: fakeChannel(failing('not-sent', 4)) })
  await view.channel.hear({ text: 'hello' })
  await view.clock.advance(400 + 1_000 + 2_000 + 4_000)
  assert.deepEqual(view.channel.texts, [])
  await view.clock.advance(8_000)
  assert.deepEqual(view.channel.texts, ['answer to hello'])
})

test('what may have arrived is never repeated blindly', async () => {
  const view = await scene({
    channel: fakeChannel({
      onSend: (count) => (count === 0 ? { arrives: new DeliveryFailure('uncertain', 'reset') } : undefined),
    }),
  })
  await view.channel.hear({ text: 'hello' })
  await view.clock.advance(10_000)
  assert.deepEqual(view.channel.texts, [
    'answer to hello',
    'My last message here may not have arrived. /again sends it once more.',
  ])
})

test('what does no harm when it is read twice is sent again', async () => {
  const view = await scene({
    channel: fakeChannel({
      onSend: (count) => (count < 2 ? { arrives: new DeliveryFailure('uncertain', 'reset') } : undefined),
    }),
  })
  const to = { channel: view.channel.name, chat: 'c1' }
  await view.road.send(view.channel.name, 's', { to, text: 'May I?', repeatable: true })
  await view.clock.advance(60_000)
  assert.deepEqual(view.channel.texts, ['May I?', 'May I?', 'May I?'])
  assert.deepEqual(await view.store.outbox.open(), [])
})

test('a notice of doubt that is in doubt itself raises no further one', async () => {
  const view = await scene({
    channel: fakeChannel({ onSend: () => ({ arrives: new DeliveryFailure('uncertain', 'reset') }) }),
  })
  await view.channel.hear({ text: 'hello' })
  await view.clock.advance(60_000)
  assert.equal(view.channel.calls.length, 2)
})

test('a message in doubt is repeated where the platform drops doubles', async () => {
  const view = await scene({
    channel: fakeChannel({
      keyed: true,
      onSend: (count) => (count === 0 ? { arrives: new DeliveryFailure('uncertain', 'reset') } : undefined),
    }),
  })
  await view.channel.hear({ text: 'hello' })
  await view.clock.advance(10_000)
  assert.deepEqual(view.channel.texts, ['answer to hello'])
  assert.deepEqual(await view.store.outbox.open(), [])
})

test('a message in doubt is not repeated when the platform may have forgotten its key: that is said', async () => {
  let up = false
  const channel = fakeChannel({
    keyed: true,
    onSend(count) {
      if (count === 0) return { arrives: new DeliveryFailure('uncertain', 'reset') }
      if (!up) throw new DeliveryFailure('not-sent', 'ENOTFOUND')
    },
    keyForgotten: () => true,
  })
  const view = await scene({ channel })
  await channel.hear({ text: 'hello' })
  await view.clock.advance(20 * 60_000)
  up = true
  await view.clock.advance(2 * 60_000)
  assert.deepEqual(channel.texts, [
    'answer to hello',
    'My last message here may not have arrived. /again sends it once more.',
  ])
})

test('what is repeatable is repeated also after a long outage', async () => {
  let up = false
  const channel = fakeChannel({
    onSend(count) {
      if (count === 0) throw new DeliveryFailure('uncertain', 'reset')
      if (!up) throw new DeliveryFailure('not-sent', 'ENOTFOUND')
    },
  })
  const view = await scene({ channel })
  await view.road.send('fake', 's', { to: { channel: 'fake', chat: 'c1' }, text: 'May I?', repeatable: true })
  await view.clock.advance(20 * 60_000)
  up = true
  await view.clock.advance(60_000)
  assert.deepEqual(channel.texts, ['May I?'])
})

test('a message that the platform refuses is told of in its chat, once', async () => {
  const view = await scene({ channel: fakeChannel(failing('refused', 1)) })
  const to = { channel: 'fake', chat: 'c1' }
  const bytes = async () => Buffer.from('x')
  const file = { kind: 'file', mime: 'text/plain', name: 'large.txt', bytes } as const
  await view.road.send('fake', 's', { to, text: '', attachments: [file] })
  await view.clock.advance(60_000)
  assert.deepEqual(view.channel.texts, ['I could not send large.txt here: no (refused)'])
  assert.deepEqual(
    (await view.store.outbox.list({ state: 'dead' })).map(({ note }) => note),
    ['no (refused)'],
  )
})

test('a notice that is refused itself raises no further one', async () => {
  const view = await scene({ channel: fakeChannel(failing('refused', 100)) })
  await view.channel.hear({ text: 'hello' })
  await view.clock.advance(60_000)
  assert.equal(view.channel.calls.length, 2)
})

test('/again repeats what is in doubt in its chat, whichever session it belongs to', async () => {
  const view = await scene({
    channel: fakeChannel({
      onSend: (count) => (count === 0 ? { arrives: new DeliveryFailure('uncertain', 'reset') } : undefined),
    }),
    services: (road) => ({ again: (session, chat) => road().again(session, chat) }),
  })
  const to = { channel: 'fake', chat: 'c1' }
  await view.road.send('fake', 'cron:fake:c1', { to, text: 'water the plants' })
  await view.clock.advance(1_000)
  await view.channel.hear({ text: '/again', at: { ...to, chat: 'c2' } })
  await view.channel.hear({ text: '/again' })
  await view.clock.advance(1_000)
  assert.deepEqual(view.channel.texts, [
    'water the plants',
    'My last message here may not have arrived. /again sends it once more.',
    'Everything has arrived, as far as I know.',
    'water the plants',
    'Sent once more: 1.',
  ])
})

test('a chat that moved is followed, also by later messages and the next process', async () => {
  const channel = fakeChannel({
    onSend(_, { to }) {
      if (to.chat === 'c1') throw new DeliveryFailure('moved', 'upgraded', { movedTo: 'c9' })
    },
  })
  const view = await scene({ channel })
  await channel.hear({ text: 'one' })
  await view.clock.advance(400)
  await channel.hear({ text: 'two' })
  await view.clock.advance(400)
  assert.deepEqual(
    [...channel.shown.values()].map(({ to, text }) => [to.chat, text]),
    [
      ['c9', 'answer to one'],
      ['c9', 'answer to two'],
    ],
  )
  assert.equal(channel.calls.length, 3)
})

test('a closed chat holds nobody up', async () => {
  const view = await scene({
    channel: fakeChannel({
      onSend(_, { to }) {
        if (to.chat === 'c1') throw new DeliveryFailure('gone', 'blocked by the person')
      },
    }),
  })
  await view.channel.hear({ text: 'one' })
  await view.channel.hear({ text: 'two', from: { id: 'p2', name: 'Ben' }, at: { channel: 'fake', chat: 'c2' } })
  await view.clock.advance(400)
  assert.deepEqual(view.channel.texts, ['answer to two'])
  assert.deepEqual(
    (await view.store.outbox.list({ state: 'dead' })).map(({ note }) => note),
    ['blocked by the person'],
  )
})

test('an answer whose shown message was deleted is sent anew', async () => {
  const channel = fakeChannel({ live: true })
  const view = await scene({
    channel,
    async turn({ watcher }) {
      watcher.text('half')
      return 'whole'
    },
    checkpoint: async (name) => {
      if (name === 'turn-finished') (channel.shown as Map<string, unknown>).clear()
    },
  })
  await channel.hear({ text: 'go' })
  await view.clock.advance(400)
  assert.deepEqual(channel.texts, ['whole'])
})
