import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forwarded } from '../../fakes/discord/world.ts'
import { eventually, started } from './bench.ts'

test('a direct message is heard as addressed, with its writer', async () => {
  await using bench = await started()
  const { place } = bench.discord
  const written = bench.discord.say(place.dm, 'hello')
  const [heard] = await bench.hears(1)
  assert.deepEqual(
    { ...heard },
    {
      id: written.id,
      from: { id: place.alice.id, name: 'Alice', username: 'alice' },
      at: bench.at.dm,
      kind: 'direct',
      text: 'hello',
      attachments: [],
      addressed: true,
    },
  )
})

test('in a server the bot is addressed by its name, its role and a reply to it; the mention is not part of the text', async () => {
  await using bench = await started()
  const { place, say } = bench.discord
  const own = place.message(place.general, place.bot, { content: 'earlier' })
  say(place.general, 'among people')
  say(place.general, `<@${place.bot.id}> by name`)
  say(place.general, `by role <@&${place.botRole}>`)
  say(place.general, 'by reply', {
    type: 19,
    message_reference: { type: 0, channel_id: place.general, message_id: own.id },
    referenced_message: own,
  })
  const heard = await bench.hears(4)
  assert.deepEqual(
    heard.map(({ text, addressed }) => [text, addressed]),
    [
      ['among people', false],
      ['by name', true],
      ['by role', true],
      ['by reply', true],
    ],
  )
  assert.deepEqual(heard[3]?.replyTo, {
    id: own.id,
    text: 'earlier',
    from: 'clawbot',
    fromId: own.author.id,
    own: true,
  })
  assert.deepEqual(heard[0]?.space, { kind: 'guild', id: place.guild })
  assert.equal(heard[0]?.kind, 'group')
})

test('with mention_only, what does not address the bot is not handed on; it may change at any time', async () => {
  let mentionOnly = true
  await using bench = await started({ mentionOnly: () => mentionOnly })
  const { place, say } = bench.discord
  say(place.general, 'among people')
  say(place.general, `<@${place.bot.id}> you`)
  say(place.dm, 'alone')
  const heard = await bench.hears(2)
  assert.deepEqual(heard.map(({ text }) => text).sort(), ['alone', 'you'])
  mentionOnly = false
  say(place.general, 'among people again')
  assert.equal((await bench.hears(3))[2]?.text, 'among people again')
})

test('a thread is a chat of its own and names the channel it hangs on', async () => {
  await using bench = await started()
  const { place, say } = bench.discord
  say(place.thread, 'inside')
  const [heard] = await bench.hears(1)
  assert.deepEqual(heard?.at, bench.at.thread)
  assert.equal(heard?.parent, place.general)
})

test('a thread that the caches do not know is asked for', async () => {
  await using bench = await started()
  const { place, say } = bench.discord
  const id = place.id()
  place.channels.set(id, { ...place.channels.get(place.thread), id } as never)
  say(id, 'old thread')
  const [heard] = await bench.hears(1)
  assert.deepEqual(heard?.at, { channel: 'discord', chat: place.general, thread: id })
})

test('bots, webhooks, the bot itself and notices are not heard', async () => {
  await using bench = await started()
  const { place, say, by } = bench.discord
  by(place.bot, place.dm, 'own words')
  by({ ...place.alice, id: place.id(), bot: true }, place.dm, 'another bot')
  say(place.general, 'hook', { webhook_id: place.id() })
  say(place.general, '', { type: 7 })
  say(place.dm, 'a person')
  say(place.general, 'another person')
  await bench.hears(2)
  assert.deepEqual(bench.heard.map(({ text }) => text).sort(), ['a person', 'another person'])
})

test('ids in a text are replaced by names, forwarded words and stickers are told', async () => {
  await using bench = await started()
  const { place, say } = bench.discord
  say(place.general, `<@${place.alice.id}> look in <#${place.secret}> and <#1>`, {
    mentions: [place.alice],
    sticker_items: [{ id: place.id(), name: 'Wave', format_type: 1 }],
    message_reference: { type: 0, channel_id: place.general, message_id: place.id() },
    message_snapshots: [forwarded('passed on')],
  })
  const [heard] = await bench.hears(1)
  assert.equal(heard?.text, '@Alice look in #secret and <#1>\n[forwarded message]: passed on\n[sticker: Wave]')
})

test('a linked message is told where its reader may read it, and not from a closed channel', async () => {
  await using bench = await started()
  const { place, say } = bench.discord
  const open = place.message(place.general, place.alice, { content: 'known to all' })
  const closed = place.message(place.secret, place.alice, { content: 'known to few' })
  const link = (channel: string, id: string) => `https://discord.com/channels/${place.guild}/${channel}/${id}`
  say(place.thread, `${link(place.general, open.id)} ${link(place.secret, closed.id)}`)
  const [heard] = await bench.hears(1)
  const text = heard?.text ?? ''
  assert.ok(text.endsWith('[linked message from Alice]: known to all'))
  assert.ok(!text.includes('known to few'))
})

test('an edit and a deletion are told; the preview of a link is no edit', async () => {
  await using bench = await started()
  const { place, say, gateway } = bench.discord
  const message = say(place.thread, 'first')
  await bench.hears(1)
  gateway.dispatch('MESSAGE_UPDATE', { ...message, guild_id: place.guild, embeds: [{ type: 'link' }] })
  const edit = { content: 'second', edited_timestamp: new Date().toISOString() }
  gateway.dispatch('MESSAGE_UPDATE', { ...message, ...edit, guild_id: place.guild })
  gateway.dispatch('MESSAGE_DELETE', { id: message.id, channel_id: place.thread, guild_id: place.guild })
  gateway.dispatch('MESSAGE_DELETE_BULK', { ids: ['7', '8'], channel_id: place.dm })
  await eventually(() => bench.changes.length === 4)
  assert.deepEqual(bench.changes.slice(0, 2), [
    `edited ${place.thread} ${message.id} second`,
    `deleted ${place.thread} ${message.id}`,
  ])
  assert.deepEqual(bench.changes.slice(2), [`deleted ${place.dm} 7`, `deleted ${place.dm} 8`])
})

test('messages of a channel are handed on in order, however long each takes; others do not wait', async () => {
  const gate = Promise.withResolvers<void>()
  await using bench = await started({
    receive: (message) => (message.text === 'one' ? gate.promise : Promise.resolve()),
  })
  const { place, say } = bench.discord
  say(place.dm, 'one')
  say(place.dm, 'two')
  say(place.general, 'elsewhere')
  await bench.hears(1)
  assert.deepEqual(
    bench.heard.map(({ text }) => text),
    ['elsewhere'],
  )
  gate.resolve()
  await bench.hears(3)
  assert.deepEqual(
    bench.heard.map(({ text }) => text),
    ['elsewhere', 'one', 'two'],
  )
})

test('stop waits for a message that is still being stored', async () => {
  const gate = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  await using bench = await started({
    receive() {
      begun.resolve()
      return gate.promise
    },
  })
  bench.discord.say(bench.discord.place.dm, 'late')
  await begun.promise
  let stopped = false
  const stopping = bench.channel.stop().then(() => {
    stopped = true
  })
  await eventually(() => bench.discord.gateway.open() === 0)
  assert.equal(stopped, false)
  gate.resolve()
  await stopping
  assert.equal(bench.heard.length, 1)
})

test('a message that could not be stored is handed on again', async () => {
  let tries = 0
  await using bench = await started({
    clock: {
      now: () => Date.now(),
      sleep: (_, signal) => (signal?.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve()),
    },
    receive: () => ((tries += 1) < 3 ? Promise.reject(new Error('disk full')) : Promise.resolve()),
    pace: { resumeMs: 5_000 },
  })
  bench.discord.say(bench.discord.place.dm, 'keep me')
  await bench.hears(1)
  assert.equal(tries, 3)
})
