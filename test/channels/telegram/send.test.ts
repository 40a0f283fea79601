import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { DeliveryFailure, type Attachment, type Pace } from '../../../src/core/channel.ts'
import { bot, team, to } from './bot.ts'

const file = (name: string, mime: string, bytes: Uint8Array = Buffer.from(name)): Attachment => ({
  kind: 'file',
  name,
  mime,
  bytes: () => Promise.resolve(bytes),
})
const sends = (it: { readonly fake: { readonly calls: readonly { method: string }[] } }) =>
  it.fake.calls.filter(({ method }) => method.startsWith('send'))

test('markdown goes out in one call, as a person should see it', async () => {
  await using it = await bot()
  const id = await it.channel.send({ to, text: '**Hello** & `welcome`' })
  const [shown] = it.fake.shown
  assert.equal(id, String(shown?.id))
  assert.equal(shown?.text, 'Hello & welcome')
  assert.deepEqual(shown?.entities, [
    { type: 'bold', offset: 0, length: 5 },
    { type: 'code', offset: 8, length: 7 },
  ])
  assert.equal(sends(it).length, 1)
})

test('an answer goes to its topic, as a reply where it can; the first topic is the chat itself', async () => {
  await using it = await bot()
  const asked = it.fake.say('question', {}, -100500)
  await it.channel.send({ to: { ...team, thread: '7' }, text: 'a', replyTo: String(asked['message_id']) })
  await it.channel.send({ to: { ...team, thread: '1' }, text: 'b', replyTo: '999999' })
  const [first, second] = it.fake.shown
  assert.deepEqual([first?.thread, first?.replyTo], [7, asked['message_id']])
  assert.deepEqual([second?.thread, second?.replyTo], [undefined, undefined])
})

test('when the service cannot read the marks, the same words go out plain', async () => {
  await using it = await bot()
  it.fake.fault('sendMessage', { status: 400, description: "Bad Request: can't parse entities: Unsupported start tag" })
  await it.channel.send({ to, text: '**Hello** [you](https://example.com)' })
  assert.deepEqual(
    it.fake.shown.map(({ text, entities }) => [text, entities]),
    [['Hello you (https://example.com)', []]],
  )
  assert.equal(sends(it).length, 2)
})

test('why a message did not go out is said exactly', async () => {
  await using it = await bot()
  const kinds = [
    [{ status: 429, description: 'Too Many Requests: retry after 7', parameters: { retry_after: 7 } }, 'rate-limit'],
    [{ status: 403, description: 'Forbidden: bot was kicked from the group chat' }, 'gone'],
    [{ status: 400, description: 'Bad Request: chat not found' }, 'gone'],
    [
      { status: 400, description: 'Bad Request: group chat was upgraded', parameters: { migrate_to_chat_id: -100900 } },
      'moved',
    ],
    [{ status: 400, description: 'Bad Request: BUTTON_DATA_INVALID' }, 'refused'],
    [{ status: 502, description: 'Bad Gateway' }, 'uncertain'],
    [{ html: '<h1>Welcome to the hotel</h1>', status: 200 }, 'uncertain'],
    [{ cut: 'before' }, 'uncertain'],
    [{ cut: 'after' }, 'uncertain'],
    [{ status: 401, description: 'Unauthorized' }, 'auth'],
  ] as const
  for (const [fault, kind] of kinds) {
    it.fake.fault('sendMessage', fault)
    const before = sends(it).length
    const failure = await it.channel.send({ to, text: 'x' }).catch((error: unknown) => error)
    assert.ok(failure instanceof DeliveryFailure)
    assert.equal(failure.kind, kind)
    assert.equal(failure.retryAfterMs, kind === 'rate-limit' ? 7_000 : undefined)
    assert.equal(failure.movedTo, kind === 'moved' ? '-100900' : undefined)
    assert.ok(!`${failure.stack}${String(failure.cause)}`.includes('TEST-token'), failure.message)
    assert.equal(sends(it).length, before + 1)
    await it.clock.advance(failure.retryAfterMs ?? 0)
  }
  assert.equal(it.fake.shown.length, 1)
  assert.equal(it.channel.health?.().state, 'down')
})

test('a chat that blocked the bot, is not there, has moved or has no name is known from the service itself', async () => {
  await using it = await bot()
  Object.assign(it.fake.state.chats.get(1001) ?? {}, { blocked: true })
  Object.assign(it.fake.state.chats.get(-77) ?? {}, { movedTo: -100900 })
  const failing = (chat: string) => it.channel.send({ to: { ...to, chat }, text: 'x' })
  await assert.rejects(failing('1001'), { kind: 'gone' })
  await assert.rejects(failing('4'), { kind: 'gone' })
  await assert.rejects(failing('-77'), { kind: 'moved', movedTo: '-100900' })
  await assert.rejects(failing('somewhere'), { kind: 'refused' })
  await assert.rejects(it.channel.send({ to: { ...team, thread: '99' }, text: 'x' }), { kind: 'refused' })
})

test('a service that nobody answers for was surely not told; one that stays silent, nobody knows', async () => {
  await using it = await bot()
  const closed = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => closed.once('listening', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  const settings = { token: it.fake.token, base_url: `http://127.0.0.1:${port}` }
  await assert.rejects(it.again({ settings }).send({ to, text: 'x' }), { kind: 'not-sent' })
  it.fake.fault('sendMessage', { silent: true })
  const sending = assert.rejects(it.channel.send({ to, text: 'x' }), { kind: 'uncertain' })
  await it.fake.called('sendMessage')
  await it.clock.advance(60_000)
  await sending
})

test('a text without words or too long for one message is refused before it is sent; split makes it fit', async () => {
  await using it = await bot()
  const text = 'word '.repeat(2_000)
  await assert.rejects(it.channel.send({ to, text }), { kind: 'refused' })
  await assert.rejects(it.channel.send({ to, text: ' \n' }), { kind: 'refused' })
  assert.equal(sends(it).length, 0)
  for (const part of it.channel.split?.(text) ?? []) await it.channel.send({ to, text: part })
  assert.equal(it.fake.shown.map((shown) => shown.text).join(' '), text.trim())
})

test('each kind of file is sent as what it is, with its words under it', async () => {
  await using it = await bot()
  const files = [
    file('photo.jpg', 'image/jpeg'),
    file('moving.gif', 'image/gif'),
    file('drawing.svg', 'image/svg+xml'),
    file('note.ogg', 'audio/ogg'),
    file('song.mp3', 'audio/mpeg'),
    file('sound.wav', 'audio/wav'),
    file('film.mp4', 'video/mp4'),
    file(
      'a "name"/\r\nX: y.bin',
      'application/octet-stream',
      new Uint8Array(100_000).map((_, at) => at),
    ),
  ]
  for (const each of files) await it.channel.send({ to, text: '*look*', attachments: [each], replyTo: '999999' })
  assert.deepEqual(
    it.fake.shown.map(({ file, text }) => [file?.type, file?.name, text]),
    [
      ['photo', 'photo.jpg', 'look'],
      ['animation', 'moving.gif', 'look'],
      ['document', 'drawing.svg', 'look'],
      ['voice', 'note.ogg', 'look'],
      ['audio', 'song.mp3', 'look'],
      ['document', 'sound.wav', 'look'],
      ['video', 'film.mp4', 'look'],
      ['document', 'a _name____X: y.bin', 'look'],
    ],
  )
  assert.deepEqual(it.fake.shown.at(-1)?.file?.bytes, Buffer.from((await files.at(-1)?.bytes()) ?? []))
})

test('several files are one album; a picture that Telegram will not show goes as a document', async () => {
  await using it = await bot()
  const id = await it.channel.send({
    to,
    text: 'both',
    attachments: [file('a.jpg', 'image/jpeg'), file('b.png', 'image/png')],
  })
  await it.channel.send({ to, text: '', attachments: [file('odd.png', 'image/png', Buffer.from('ODD!'))] })
  await it.channel.send({ to, text: '', attachments: [file('vast.png', 'image/png', new Uint8Array(10_485_761))] })
  assert.equal(id, String(it.fake.shown[0]?.id))
  assert.deepEqual(
    it.fake.shown.map(({ file, text, album }) => [file?.type, text, album]),
    [
      ['photo', 'both', 'g1'],
      ['photo', '', 'g1'],
      ['document', '', undefined],
      ['document', '', undefined],
    ],
  )
})

test('a file that cannot be read, or too many of them, is refused', async () => {
  await using it = await bot()
  const broken = { ...file('a.txt', 'text/plain'), bytes: () => Promise.reject(new Error('it is gone')) }
  await assert.rejects(it.channel.send({ to, text: '', attachments: [broken] }), /it is gone/)
  const many = Array.from({ length: 11 }, () => file('a.jpg', 'image/jpeg'))
  await assert.rejects(it.channel.send({ to, text: '', attachments: many }), { kind: 'refused' })
})

test('a message is changed, and changing it to what it is already is no failure', async () => {
  await using it = await bot()
  const id = await it.channel.send({ to, text: 'one' })
  await it.channel.edit?.(to, id, '**two**')
  await it.channel.edit?.(to, id, '**two**')
  assert.deepEqual([it.fake.shown[0]?.text, it.fake.shown[0]?.edits], ['two', 1])
  await assert.rejects(async () => it.channel.edit?.(to, '77', 'x'), { kind: 'refused' })
})

test('the final text takes the place of what is shown; what is gone is sent anew', async () => {
  await using it = await bot()
  const id = await it.channel.send({ to, text: 'growing' })
  assert.equal(await it.channel.send({ to, text: 'final', replaces: id }), id)
  const other = await it.channel.send({ to, text: 'final again', replaces: '77' })
  assert.deepEqual(
    it.fake.shown.map(({ text, id }) => [text, String(id)]),
    [
      ['final', id],
      ['final again', other],
    ],
  )
})

test('a change whose answer was lost may be made again: it does no harm', async () => {
  await using it = await bot()
  const id = await it.channel.send({ to, text: 'growing' })
  it.fake.fault('editMessageText', { cut: 'after' }, { status: 502 })
  const final = { to, text: 'final', replaces: id }
  await assert.rejects(it.channel.send(final), { kind: 'not-sent' })
  await assert.rejects(it.channel.send(final), { kind: 'not-sent' })
  assert.equal(await it.channel.send(final), id)
  assert.deepEqual(
    it.fake.shown.map(({ text, edits }) => [text, edits]),
    [['final', 1]],
  )
})

test('the notice of typing is repeated until it is disposed, and never fails loudly', async () => {
  await using it = await bot()
  const actions = () => it.fake.calls.filter(({ method }) => method === 'sendChatAction').length
  it.fake.fault('sendChatAction', { cut: 'before' }, { status: 429, parameters: { retry_after: 6 } })
  const notice = it.channel.typing?.({ ...team, thread: '7' })
  await it.fake.called('sendChatAction', 1)
  await it.wake(4_000)
  await it.fake.called('sendChatAction', 2)
  // Six seconds of silence were asked for.
  await it.wake(4_000)
  assert.equal(actions(), 2)
  await it.wake(4_000)
  await it.fake.called('sendChatAction', 3)
  notice?.[Symbol.dispose]()
  await it.clock.advance(60_000)
  assert.equal(actions(), 3)
  assert.deepEqual(it.fake.state.actions, [{ chat_id: -100500, action: 'typing', message_thread_id: 7 }])
})

test('the menu is set when it is another, without names that Telegram does not take', async () => {
  await using it = await bot()
  const commands = [
    { name: 'new', summary: 'Begin anew' },
    { name: 'Bad-Name', summary: 'x' },
    { name: 'long', summary: 'y'.repeat(300) },
  ]
  await it.channel.menu?.(commands)
  await it.channel.menu?.(commands)
  assert.deepEqual(it.fake.state.commands, [
    { command: 'new', description: 'Begin anew' },
    { command: 'long', description: 'y'.repeat(256) },
  ])
  assert.equal(it.fake.calls.filter(({ method }) => method === 'setMyCommands').length, 1)
})

test('a reaction is set and taken back', async () => {
  await using it = await bot()
  await it.channel.react?.(to, '5', '👀')
  await it.channel.react?.(to, '5', '')
  assert.deepEqual(
    it.fake.state.reactions.map(({ reaction }) => reaction),
    [[{ type: 'emoji', emoji: '👀' }], []],
  )
})

test('messages keep to what the service takes: a few at once, then one a second, in groups 20 a minute at most', async () => {
  await using it = await bot({ start: false })
  const { pace } = it.channel.limits
  assert.ok(pace)
  const inFirstMinute = ({ burst, everyMs }: Pace) => burst + Math.floor(59_999 / everyMs)
  assert.deepEqual(pace.chat(to.chat), { burst: 5, everyMs: 1_000 })
  for (const group of [team.chat, '@our_channel']) assert.ok(inFirstMinute(pace.chat(group)) <= 20)
  // The load that a gateway is measured with.
  assert.ok(pace.all.everyMs < 60_000 / 1_000)
})
