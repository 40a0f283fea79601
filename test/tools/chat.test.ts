import assert from 'node:assert/strict'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ToolContext } from '../../src/core/tool.ts'
import { messageTool } from '../../src/tools/chat/message.ts'
import { sendFileTool } from '../../src/tools/chat/send-file.ts'
import { fileAccess } from '../../src/tools/files/access.ts'
import { loadImageTool } from '../../src/tools/load-image.ts'
import { fakeOutbox } from '../fakes/tool-ports.ts'
import { call, contextOf, inFolder } from './context.ts'

const inChat = (channel = 'telegram', chat = '42', thread?: string): ToolContext => ({
  ...contextOf(),
  origin: { channel, chat, ...(thread !== undefined && { thread }) },
})

test('a message without a target goes to the chat of the turn, thread included', async () => {
  const outbox = fakeOutbox()
  const tool = messageTool({ outbox })
  const here = inChat('telegram', '42', '7')
  assert.deepEqual(await call(tool, { content: 'Hi' }, here), { text: 'Message sent to telegram:42', failed: false })
  assert.deepEqual(outbox.sent, [{ to: here.origin, text: 'Hi', attachments: [] }])
  await call(tool, { content: 'Hi', channel: 'telegram', chat_id: '42', reply_to_message_id: '9' }, here)
  assert.deepEqual(outbox.sent[1], { to: here.origin, text: 'Hi', attachments: [], replyTo: '9' })
})

test('a message to another chat names it as its destination, one to its own chat none', () => {
  const tool = messageTool({ outbox: fakeOutbox() })
  const to = (input: object) => tool.destination?.({ content: 'x', ...input }, inChat())
  assert.equal(to({}), undefined)
  assert.equal(to({ channel: 'telegram', chat_id: '42' }), undefined)
  assert.equal(to({ chat_id: '43' }), 'telegram:43')
  assert.equal(to({ channel: 'discord', chat_id: '42' }), 'discord:42')
  assert.deepEqual(tool.effects?.({ content: 'x' }, inChat()), ['send'])
})

test('a message that cannot go says why', async () => {
  const tool = messageTool({ outbox: fakeOutbox(new Error('no such channel')) })
  for (const [input, context, why] of [
    [{ content: ' ' }, inChat(), /content is required/],
    [{ content: 'x' }, inChat('', ''), /No target channel\/chat/],
    [{ content: 'x', channel: 'discord' }, inChat(), /No chat of discord is named\. Give chat_id too/],
    [{ content: 'x' }, inChat(), /sending message: no such channel/],
    [{ content: 'x', media: ['a.png'] }, inChat(), /media/],
  ] as const) {
    const { text, failed } = await call(tool, input, context)
    assert.ok(failed)
    assert.match(text, why)
  }
})

test('files go along where that is allowed, with the bytes they have at that moment', () =>
  inFolder(async (folder) => {
    const outbox = fakeOutbox()
    const files = { access: fileAccess({ workspace: folder }), maxBytes: 10 }
    const path = join(folder, 'report.pdf')
    await writeFile(path, 'first')
    const tool = messageTool({ outbox, files })
    assert.equal((await call(tool, { media: ['report.pdf'] }, inChat())).failed, false)
    await writeFile(path, 'second')
    const [attachment] = outbox.sent[0]?.attachments ?? []
    assert.deepEqual(
      [attachment?.kind, attachment?.mime, attachment?.name, attachment?.size],
      ['file', 'application/pdf', 'report.pdf', 5],
    )
    assert.equal(Buffer.from((await attachment?.bytes()) ?? []).toString(), 'first')
    assert.match((await call(tool, {}, inChat())).text, /content or media is required/)
  }))

test('a file is sent under the name that was given, never as a path', () =>
  inFolder(async (folder) => {
    const outbox = fakeOutbox()
    await writeFile(join(folder, 'a.png'), 'png')
    const tool = sendFileTool({ outbox, files: { access: fileAccess({ workspace: folder }), maxBytes: 10 } })
    const told = await call(tool, { path: 'a.png', filename: '../../etc/photo.png', caption: 'Look' }, inChat())
    assert.deepEqual(told, { text: 'File "photo.png" sent to user', failed: false })
    const [sent] = outbox.sent
    assert.equal(sent?.text, 'Look')
    assert.deepEqual([sent?.attachments[0]?.kind, sent?.attachments[0]?.name], ['image', 'photo.png'])
    assert.equal(tool.destination?.({ path: 'a.png', chat_id: '9' }, inChat()), 'telegram:9')
  }))

test('a file that is too large, empty, missing, a folder or not for us is not sent', () =>
  inFolder(async (folder) => {
    const outbox = fakeOutbox()
    await writeFile(join(folder, 'large'), 'x'.repeat(11))
    await writeFile(join(folder, 'empty'), '')
    await symlink('/etc/passwd', join(folder, 'link'))
    const tool = sendFileTool({ outbox, files: { access: fileAccess({ workspace: folder }), maxBytes: 10 } })
    for (const [path, why] of [
      ['large', /large is too large to send: 11 of 10 bytes/],
      ['empty', /is empty/],
      ['missing', /does not exist/],
      ['.', /is a folder/],
      ['link', /Access denied/],
      ['/etc/passwd', /Access denied/],
    ] as const)
      assert.match((await call(tool, { path }, inChat())).text, why)
    assert.deepEqual(outbox.sent, [])
  }))

test('a picture is put among the blobs and shown to the model', () =>
  inFolder(async (folder) => {
    const pictures = {
      'a.png': Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1'),
      'b.jpg': Buffer.from('\xff\xd8\xff\xe0', 'latin1'),
      'c.gif': Buffer.from('GIF89a', 'latin1'),
      'd.webp': Buffer.from('RIFF0000WEBPVP8 ', 'latin1'),
    }
    const kept: string[] = []
    const blobs = {
      async put(bytes: Uint8Array, mime: string) {
        kept.push(mime)
        return `blob-${bytes.length}`
      },
    }
    const tool = loadImageTool({ access: fileAccess({ workspace: folder }), blobs, maxBytes: 100 })
    for (const [name, bytes] of Object.entries(pictures)) {
      await writeFile(join(folder, name), bytes)
      const { content } = await tool.run({ path: name }, contextOf())
      assert.deepEqual(content[1], {
        type: 'image',
        mime: kept.at(-1),
        source: { type: 'blob', id: `blob-${bytes.length}` },
      })
    }
    assert.deepEqual(kept, ['image/png', 'image/jpeg', 'image/gif', 'image/webp'])
    await writeFile(join(folder, 'words.png'), 'no picture')
    await writeFile(join(folder, 'huge.png'), 'x'.repeat(101))
    assert.match((await call(tool, { path: 'words.png' })).text, /is no PNG, JPEG, GIF or WebP picture/)
    assert.match((await call(tool, { path: 'huge.png' })).text, /too large to look at: 101 of 100 bytes/)
    assert.match((await call(tool, { path: '../x.png' })).text, /Access denied/)
  }))
