import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forwarded } from '../../fakes/discord/world.ts'
import { started } from './bench.ts'

test('pictures, sounds and other files come with a message and are downloaded only when read', async () => {
  await using made = await started()
  const { place, say, url } = made.discord
  const attach = (name: string, mime: string | undefined, more = {}) =>
    place.attachment(url, name, mime, Buffer.from(`bytes of ${name}`), more)
  say(place.dm, '', {
    attachments: [
      attach('photo.PNG', 'image/png'),
      attach('song.mp3', undefined),
      attach('voice-message.ogg', undefined, { duration_secs: 3.2, waveform: 'AAAA' }),
      attach('report.pdf', 'application/pdf'),
      attach('odd', undefined),
    ],
    flags: 1 << 13,
  })
  const [heard] = await made.hears(1)
  assert.equal(heard?.text, '')
  assert.deepEqual(
    heard?.attachments.map(({ kind, mime, name, size }) => [kind, mime, name, size]),
    [
      ['image', 'image/png', 'photo.PNG', 18],
      ['audio', 'audio/mpeg', 'song.mp3', 17],
      ['audio', 'audio/ogg', 'voice-message.ogg', 26],
      ['file', 'application/pdf', 'report.pdf', 19],
      ['file', 'application/octet-stream', 'odd', 12],
    ],
  )
  const bytes = await heard?.attachments[2]?.bytes()
  assert.equal(Buffer.from(bytes ?? []).toString(), 'bytes of voice-message.ogg')
})

test('a reply brings the files of the message that it answers', async () => {
  await using made = await started()
  const { place, say, url } = made.discord
  const photo = place.attachment(url, 'photo.png', 'image/png', Buffer.from('pixels'))
  const answered = place.message(place.general, place.alice, { attachments: [photo] })
  say(place.general, `<@${place.bot.id}> what is this?`, { type: 19, referenced_message: answered })
  const [heard] = await made.hears(1)
  const [file] = heard?.replyTo?.attachments ?? []
  assert.equal(file?.ref, `${place.general}/${answered.id}/${photo.id}`)
  assert.equal(Buffer.from((await file?.bytes()) ?? []).toString(), 'pixels')
  assert.deepEqual(heard?.attachments, [])
})

test('a file is found again by its reference after a restart, though its address has run out', async () => {
  await using made = await started()
  const { place, say, url } = made.discord
  const stored = place.attachment(url, 'note.ogg', 'audio/ogg', Buffer.from('sound'))
  const message = say(place.dm, '', { attachments: [stored] })
  const [heard] = await made.hears(1)
  const [attachment] = heard?.attachments ?? []
  const ref = attachment?.ref ?? ''
  assert.equal(ref, `${place.dm}/${message.id}/${stored.id}`)
  const path = new URL(stored.url).pathname
  const bytes = place.files.get(path) ?? Buffer.alloc(0)
  place.files.delete(path)
  place.files.set(`${path}.new`, bytes)
  Object.assign(message, { attachments: [{ ...stored, url: `${url}${path}.new?ex=2` }] })
  assert.equal(Buffer.from((await attachment?.bytes()) ?? []).toString(), 'sound')
  await made.channel.stop()
  await made.start()
  assert.equal(Buffer.from((await made.channel.fetch?.(ref)) ?? []).toString(), 'sound')
  place.files.clear()
  await assert.rejects(Promise.resolve(made.channel.fetch?.(ref)), /was removed/)
})

test('files of forwarded messages count, and an address that is not Discord’s is not asked', async () => {
  await using made = await started()
  const { place, say, url } = made.discord
  const passedOn = place.attachment(url, 'a.txt', 'text/plain', Buffer.from('A'))
  const foreign = { ...passedOn, id: place.id(), url: 'http://127.0.0.1:9/secret' }
  say(place.dm, 'look', {
    message_reference: { type: 0, channel_id: place.general, message_id: place.id() },
    attachments: [foreign],
    message_snapshots: [forwarded('', [passedOn])],
  })
  const [heard] = await made.hears(1)
  assert.equal(heard?.attachments.length, 2)
  await assert.rejects(Promise.resolve(heard?.attachments[0]?.bytes()), /not on its own servers/)
  assert.equal(Buffer.from((await heard?.attachments[1]?.bytes()) ?? []).toString(), 'A')
})

test('a download ends when its reader goes away', async () => {
  await using made = await started()
  const { place, say, url } = made.discord
  say(place.dm, '', { attachments: [place.attachment(url, 'a.txt', 'text/plain', Buffer.from('A'))] })
  const [heard] = await made.hears(1)
  await assert.rejects(Promise.resolve(heard?.attachments[0]?.bytes(AbortSignal.abort(new Error('enough')))), /enough/)
})
