import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attachment, InboundMessage } from '../../src/core/channel.ts'
import type { Verdict } from '../../src/dispatch/ports.ts'
import { fakeClock } from '../fakes/clock.ts'
import { memoryStore } from '../fakes/store.ts'
import { scene } from './scene.ts'

/** A gate that hears nothing in a group but what addresses the bot, from nobody but Ann and Ben. */
function mentionOnly(text: string, { addressed, from }: InboundMessage): Verdict {
  if (!['p1', 'p2'].includes(from.id)) return { pass: false }
  return addressed ? { pass: true, role: 'owner', text } : { pass: false, unaddressed: true }
}

const ann = { id: 'p1', name: 'Ann' }
const ben = { id: 'p2', name: 'Ben' }

/** A picture of an album, and whether it was loaded. */
function picture(name: string, loaded: string[] = []): Attachment {
  const bytes = async () => {
    loaded.push(name)
    return Buffer.from(name)
  }
  return { kind: 'image', mime: 'image/jpeg', name, ref: name, bytes }
}

const item = (name: string, text = '', more: Partial<InboundMessage> = {}, loaded?: string[]) => ({
  id: name,
  kind: 'group' as const,
  from: ann,
  album: 'A',
  text,
  addressed: text !== '',
  attachments: [picture(name, loaded)],
  ...more,
})

test('an album is heard whole when one of its items addresses the bot, whichever comes first', async () => {
  for (const captioned of ['a', 'b', 'c']) {
    const view = await scene({ admit: mentionOnly })
    for (const name of ['a', 'b', 'c']) await view.channel.hear(item(name, name === captioned ? 'look' : ''))
    await view.clock.advance(2_000)
    assert.equal(view.questions.length, 1)
    assert.deepEqual(view.questions[0]?.split('\n').toSorted(), ['a', 'b', 'c', 'look'])
    assert.deepEqual(await view.store.inbox.open(), [])
  }
})

test('an album that addresses nobody is neither stored nor loaded nor answered, also beside one that does', async () => {
  const loaded: string[] = []
  const view = await scene({ admit: mentionOnly })
  await view.channel.hear(item('a', '', {}, loaded))
  await view.channel.hear(item('b', '', { album: 'B' }, loaded))
  await view.channel.hear(item('c', '', { from: ben }, loaded))
  await view.channel.hear(item('d', '', { at: { channel: 'fake', chat: 'c2' } }, loaded))
  await view.channel.hear(item('e', 'look', { album: 'E' }))
  assert.equal((await view.store.inbox.open()).length, 1)
  await view.clock.advance(2_000)
  assert.deepEqual(view.questions, ['look\ne'])
  assert.deepEqual(loaded, [])
})

test('the caption of an album lets in no item of a stranger', async () => {
  const view = await scene({ admit: mentionOnly })
  const eve = { id: 'p9', name: 'Eve' }
  await view.channel.hear(item('a', '', { from: eve }))
  await view.channel.hear(item('b', 'look'))
  await view.channel.hear(item('c', '', { from: eve }))
  await view.clock.advance(2_000)
  assert.deepEqual(view.questions, ['look\nb'])
})

test('an item that comes long before its caption is forgotten', async () => {
  const view = await scene({ admit: mentionOnly })
  await view.channel.hear(item('a'))
  await view.clock.advance(2_000)
  await view.channel.hear(item('b', 'look'))
  await view.clock.advance(2_000)
  assert.deepEqual(view.questions, ['look\nb'])
})

test('parts of a paste belong to the one that addresses the bot for as long as they follow at once, and to nobody else', async () => {
  const view = await scene({ admit: mentionOnly })
  const say = (text: string, more: Partial<InboundMessage> = {}) =>
    view.channel.hear({ kind: 'group', text, addressed: false, ...more })
  await say('before')
  await say('one', { addressed: true })
  await say('from Ben', { from: ben })
  await view.clock.advance(200)
  await say('two')
  await view.clock.advance(200)
  await say('three')
  await say('/new')
  await view.clock.advance(400)
  await say('later')
  await view.clock.advance(400)
  assert.deepEqual(view.questions, ['one\ntwo\nthree'])
})

test('an album that is offered once more after a crash is let in whole, though its caption was stored before', async () => {
  const store = memoryStore()
  const first = await scene({ store, admit: mentionOnly })
  await first.channel.hear(item('b', 'look'))
  const view = await scene({ store, admit: mentionOnly, clock: fakeClock(first.clock.now() + 120_000) })
  for (const each of [item('a'), item('b', 'look'), item('c')]) await view.channel.hear(each)
  await view.clock.advance(2_000)
  assert.deepEqual(view.questions.join('\n').split('\n').toSorted(), ['a', 'bytes of b', 'c', 'look'])
})

test('an item that is judged while its caption is let in comes in with it', async () => {
  const slow = Promise.withResolvers<void>()
  const view = await scene({
    async admit(text, message) {
      const verdict = mentionOnly(text, message)
      if (!verdict.pass) await slow.promise
      return verdict
    },
  })
  const bare = view.channel.hear(item('b'))
  await view.channel.hear(item('a', 'look'))
  slow.resolve()
  await bare
  await view.clock.advance(2_000)
  assert.deepEqual(view.questions, ['look\na\nb'])
})
