import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stage } from './gateway/stage.ts'

const team = -100500
const bob = { id: 2002, is_bot: false, first_name: 'Bob' }
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const photoOf = (file_id: string) => [{ file_id, file_unique_id: file_id, width: 1, height: 1, file_size: png.length }]
const mention = (field: 'entities' | 'caption_entities') => ({ [field]: [{ type: 'mention', offset: 0, length: 9 }] })
const imagesOf = (content: unknown) =>
  (content as readonly { readonly type: string }[]).filter(({ type }) => type === 'image_url').length

test('an album whose second picture alone names the bot is one question with all pictures; another one is not loaded', async () => {
  await using scene = await stage()
  const { telegram, model } = scene
  const pictures = [1, 2, 3, 4].map((number) => telegram.file(png, `photos/p${number}.png`))
  for (const [index, file_id] of pictures.entries())
    telegram.say(
      '',
      {
        photo: photoOf(file_id),
        media_group_id: index < 3 ? 'ours' : 'theirs',
        ...(index === 1 && { caption: '@test_bot what is this?', ...mention('caption_entities') }),
      },
      team,
    )
  await scene.shown(/what is this/, { chat: team })
  assert.equal(model.seen.length, 1)
  assert.equal(imagesOf(model.seen[0]?.messages.at(-1)?.content), 3)
  const loaded = telegram.calls.flatMap(({ method, values }) =>
    method === 'getFile' ? [String(values['file_id'])] : [],
  )
  assert.deepEqual(new Set(loaded), new Set(pictures.slice(0, 3)))
})

test('asked in reply to a picture of somebody else, the model sees the picture', async () => {
  await using scene = await stage()
  const { telegram, model } = scene
  const photo = photoOf(telegram.file(png, 'photos/p.png'))
  telegram.say(
    '@test_bot what is this?',
    { ...mention('entities'), reply_to_message: { message_id: 7, date: 1, from: bob, chat: { id: team }, photo } },
    team,
  )
  await scene.shown(/what is this/, { chat: team })
  const { messages = [], raw = '' } = model.seen[0] ?? {}
  assert.equal(messages.filter(({ content }) => Array.isArray(content) && imagesOf(content) === 1).length, 1)
  assert.match(raw, /In answer to Bob/)
})

test('a group that becomes a supergroup keeps its conversation, and its jobs answer where it is now', async () => {
  await using scene = await stage({
    answer({ last, lastRole }) {
      if (lastRole === 'tool') return 'Noted.'
      if (!last.includes('remind us')) return `You said: ${last}`
      return { calls: [{ name: 'cron', input: { action: 'add', message: 'say the word', at_seconds: 600 } }] }
    },
  })
  const { telegram, model } = scene
  const [small, large] = [-77, -100_900]
  telegram.say('@test_bot remind us of the harbour', mention('entities'), small)
  await scene.shown('Noted.', { chat: small })
  telegram.state.chats.set(small, { id: small, type: 'group', title: 'Old team', movedTo: large })
  telegram.state.chats.set(large, { id: large, type: 'supergroup', title: 'Old team' })
  telegram.say('', { migrate_to_chat_id: large }, small)
  telegram.say('@test_bot of what?', mention('entities'), large)
  await scene.shown(/of what/, { chat: large })
  assert.ok(model.seen.at(-1)?.raw.includes('the harbour'))
  await scene.stop()
  await scene.start()
  telegram.say('@test_bot and now?', mention('entities'), large)
  await scene.shown(/and now/, { chat: large })
  assert.ok(model.seen.at(-1)?.raw.includes('the harbour'))
  await scene.pass(605_000)
  await scene.shown(/say the word/, { chat: large })
})
