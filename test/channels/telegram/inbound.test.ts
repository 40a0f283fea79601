import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alice } from '../../fakes/telegram/server.ts'
import { bot } from './bot.ts'

test('a direct message arrives with its sender, and is addressed to the bot', async () => {
  await using it = await bot()
  const { message_id: id } = it.fake.say('hello')
  const message = await it.inbox.heard(1)
  assert.deepEqual(message, {
    id: String(id),
    from: { id: '1001', name: 'Alice Smith', username: 'alice' },
    at: { channel: 'telegram', chat: '1001' },
    kind: 'direct',
    text: 'hello',
    attachments: [],
    addressed: true,
  })
  assert.equal(it.channel.health?.().state, 'up')
})

const mention = (offset: number) => [{ type: 'mention', offset, length: 9 }]

test('in a group the bot is addressed by mention, by command, by reply, and by nothing else', async () => {
  await using it = await bot()
  const { fake, inbox } = it
  const group = -100500
  fake.say('just talking', {}, group)
  fake.say('@Test_Bot, what now?', { entities: mention(0) }, group)
  fake.say('what now, @test_bot ?', { entities: mention(10) }, group)
  fake.say('robot, look', { entities: [{ type: 'text_mention', offset: 0, length: 5, user: fake.me }] }, group)
  fake.say('/new@test_bot please', { entities: [{ type: 'bot_command', offset: 0, length: 13 }] }, group)
  fake.say('/new@other_bot', { entities: [{ type: 'bot_command', offset: 0, length: 14 }] }, group)
  fake.say('/new', { entities: [{ type: 'bot_command', offset: 0, length: 4 }] }, group)
  fake.say('yes', { reply_to_message: { message_id: 5, from: fake.me, text: 'Shall I?', chat: { id: group } } }, group)
  await inbox.heard(7)
  assert.deepEqual(
    inbox.messages.map(({ text, addressed, kind }) => [text, addressed, kind]),
    [
      ['just talking', false, 'group'],
      ['what now?', true, 'group'],
      ['what now, ?', true, 'group'],
      ['look', true, 'group'],
      ['/new please', true, 'group'],
      ['/new', true, 'group'],
      ['yes', true, 'group'],
    ],
  )
  assert.deepEqual(inbox.messages[6]?.replyTo, {
    id: '5',
    text: 'Shall I?',
    from: 'Test Bot',
    fromId: '123456',
    own: true,
  })
})

test('a topic is a thread of its chat; the message that made it is no reply', async () => {
  await using it = await bot()
  const topic = { message_thread_id: 7, is_topic_message: true }
  const root = { message_id: 7, from: it.fake.me, chat: { id: -100500 }, forum_topic_created: { name: 'Seven' } }
  it.fake.say('in the topic', { ...topic, reply_to_message: root }, -100500)
  it.fake.say('a reply elsewhere', { message_thread_id: 90 }, -100500)
  await it.inbox.heard(2)
  const [first, second] = it.inbox.messages
  assert.deepEqual(first?.at, { channel: 'telegram', chat: '-100500', thread: '7' })
  assert.equal(first?.parent, '-100500')
  assert.equal(first?.addressed, false)
  assert.deepEqual(second?.at, { channel: 'telegram', chat: '-100500' })
})

test('a file is loaded when it is read, byte for byte, and again by its reference', async () => {
  await using it = await bot()
  const bytes = new Uint8Array(300_000).map((_, index) => index * 7)
  const id = it.fake.file(bytes, 'docs/a file?.pdf')
  it.fake.say('', {
    caption: 'read this',
    document: { file_id: id, file_name: 'plan.pdf', mime_type: 'application/pdf', file_size: 300_000 },
  })
  const { text, attachments } = await it.inbox.heard(1)
  assert.equal(text, 'read this')
  const [file] = attachments
  assert.deepEqual(
    { ...file, bytes: 0 },
    { kind: 'file', mime: 'application/pdf', name: 'plan.pdf', size: 300_000, ref: id, bytes: 0 },
  )
  assert.equal(it.fake.calls.filter(({ method }) => method === 'getFile').length, 0)
  assert.deepEqual(Buffer.from((await file?.bytes()) ?? []), Buffer.from(bytes))
  assert.deepEqual(Buffer.from((await it.channel.fetch?.(id)) ?? []), Buffer.from(bytes))
})

test('a file that cannot be had is told without the token', async () => {
  await using it = await bot()
  const large = it.fake.file(new Uint8Array(10))
  it.fake.fault('getFile', { status: 400, description: 'Bad Request: file is too big' })
  it.fake.fault('file', { cut: 'before' })
  const load = it.channel.fetch?.bind(it.channel)
  await assert.rejects(async () => load?.(large), /too big/)
  await assert.rejects(
    async () => load?.(large),
    (error: Error) => !`${error.stack}${String(error.cause)}`.includes('TEST-token'),
  )
  await assert.rejects(async () => load?.('unknown'), /wrong file_id/)
  await assert.rejects(async () => load?.(large, AbortSignal.abort(new Error('enough'))), /enough/)
})

test('a voice note, a photo in its largest size, and an album keep what they are', async () => {
  await using it = await bot()
  it.fake.say('', { voice: { file_id: 'V', mime_type: 'audio/ogg', file_size: 9, duration: 3 } })
  const photo = [
    { file_id: 'small', width: 90, height: 90 },
    { file_id: 'large', width: 900, height: 900 },
    { file_id: 'middle', width: 300, height: 300 },
  ]
  it.fake.say('', { photo, media_group_id: 'A' })
  it.fake.say('', { photo, media_group_id: 'A', caption: 'both' })
  await it.inbox.heard(3)
  const seen = it.inbox.messages.map(({ text, album, attachments: [file] }) => [
    text,
    album,
    file?.kind,
    file?.mime,
    file?.ref,
  ])
  assert.deepEqual(seen, [
    ['', undefined, 'audio', 'audio/ogg', 'V'],
    ['', 'A', 'image', 'image/jpeg', 'large'],
    ['both', 'A', 'image', 'image/jpeg', 'large'],
  ])
})

test('places, contacts, stickers, polls and forwarded words arrive as text, films as files', async () => {
  await using it = await bot()
  const location = { latitude: 52.5, longitude: 13.4 }
  it.fake.say('', { location })
  it.fake.say('', { location, venue: { location, title: 'Café', address: 'Street 1' } })
  it.fake.say('', { contact: { first_name: 'Bob', phone_number: '+49 1' } })
  it.fake.say('', { sticker: { file_id: 'S', emoji: '😀' } })
  it.fake.say('', { poll: { question: 'When?', options: [{ text: 'now' }, { text: 'later' }] } })
  it.fake.say('/stop', { forward_origin: { type: 'hidden_user', sender_user_name: 'Carol' } })
  it.fake.say('', { animation: { file_id: 'G' }, document: { file_id: 'G' } })
  it.fake.say('see here', { entities: [{ type: 'text_link', offset: 4, length: 4, url: 'https://example.com' }] })
  await it.inbox.heard(8)
  assert.deepEqual(
    it.inbox.messages.map(({ text, attachments }) => [text, ...attachments.map(({ name }) => name)]),
    [
      ['[location: latitude 52.5, longitude 13.4]'],
      ['[venue: Café, Street 1, latitude 52.5, longitude 13.4]'],
      ['[contact: Bob, +49 1]'],
      ['[sticker 😀]', 'sticker.webp'],
      ['[poll: When? (now / later)]'],
      ['[forwarded from Carol]\n/stop'],
      ['', 'animation.mp4'],
      ['see here (https://example.com)'],
    ],
  )
  assert.deepEqual(
    it.inbox.messages.flatMap(({ forwardedFrom }) => forwardedFrom ?? []),
    ['Carol'],
  )
})

test('a reply brings the words it answers, or the quoted part of them, and its files', async () => {
  await using it = await bot()
  const chat = { id: 1001, type: 'private' }
  const other = { message_id: 100, chat, from: { id: 14, first_name: 'Dave' } }
  const id = it.fake.file(new Uint8Array([1, 2, 3]), 'voice.ogg')
  it.fake.say('this', { reply_to_message: { ...other, caption: 'a caption', voice: { file_id: id } } })
  it.fake.say('that', { reply_to_message: { ...other, text: 'many words' }, quote: { text: 'words' } })
  it.fake.say('what is this?', { reply_to_message: { ...other, photo: [{ file_id: 'P' }] } })
  await it.inbox.heard(3)
  const from = { id: '100', from: 'Dave', fromId: '14', own: false }
  const replies = it.inbox.messages.map(({ replyTo }) => replyTo)
  assert.deepEqual(
    replies.map((reply) => ({ ...reply, attachments: reply?.attachments?.map(({ kind, ref }) => [kind, ref]) })),
    [
      { ...from, text: 'a caption', attachments: [['audio', id]] },
      { ...from, text: 'words', attachments: undefined },
      { ...from, text: '', attachments: [['image', 'P']] },
    ],
  )
  assert.deepEqual(Buffer.from((await replies[0]?.attachments?.[0]?.bytes()) ?? []), Buffer.from([1, 2, 3]))
})

test('edited words and moved chats are told; bots, channels and notices of the service are not heard', async () => {
  await using it = await bot()
  const { fake, inbox } = it
  const chat = { id: 1001, type: 'private' }
  fake.push({ edited_message: { message_id: 3, from: alice, chat, text: 'better' } })
  fake.say('', { migrate_to_chat_id: -100900 }, -77)
  fake.say('I am a bot', { from: { id: 9, is_bot: true, first_name: 'Bot' } }, -100500)
  fake.say('news', { sender_chat: { id: -1009, type: 'channel', title: 'News' }, is_automatic_forward: true }, -100500)
  fake.push({ channel_post: { message_id: 4, chat: { id: -1009, type: 'channel' }, text: 'post' } })
  fake.say('', { new_chat_title: 'New' }, -100500)
  fake.say(
    'from behind the group',
    { from: { id: 1087968824, is_bot: true }, sender_chat: { id: -100500, type: 'supergroup', title: 'Team' } },
    -100500,
  )
  const message = await inbox.heard(1)
  assert.deepEqual(inbox.events, ['1001 3 now says better', '-77 is now -100900'])
  assert.deepEqual(message.from, { id: '-100500', name: 'Team' })
  assert.equal(inbox.messages.length, 1)
})

test('an update that makes no sense is left out, told of, and holds up nothing', async () => {
  await using it = await bot()
  it.fake.push({ message: { message_id: 1, text: 5, from: alice } })
  it.fake.say('still here')
  assert.equal((await it.inbox.heard(1)).text, 'still here')
  assert.match(it.lines.join('\n'), /cannot be read/)
})
