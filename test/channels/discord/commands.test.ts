import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, started } from './bench.ts'

test('a slash command is acknowledged at once and heard as a message; the answer is a message of the chat', async () => {
  const gate = Promise.withResolvers<void>()
  await using made = await started({ receive: () => gate.promise, mentionOnly: () => true })
  const { discord, channel, at } = made
  const { place, rest, slash } = discord
  const interaction = slash(place.general, 'model', 'fast one')
  await eventually(() => rest.of('POST', /callback$/).length === 1)
  assert.equal(made.heard.length, 0)
  const [ack] = rest.of('POST', /callback$/)
  assert.deepEqual(ack?.body, { type: 4, data: { content: '/model …', flags: 64 } })
  gate.resolve()
  const [heard] = await made.hears(1)
  assert.deepEqual(heard, {
    id: interaction.id,
    from: { id: place.alice.id, name: 'Alice', username: 'alice' },
    at: at.general,
    kind: 'group',
    text: '/model fast one',
    attachments: [],
    addressed: true,
    space: { kind: 'guild', id: place.guild },
  })
  await channel.send({ to: at.general, text: 'done', replyTo: interaction.id })
  assert.equal(discord.written(place.general)[0]?.content, 'done')
})

test('a slash command of a direct chat and of a thread is heard there', async () => {
  await using made = await started()
  const { place, slash } = made.discord
  slash(place.dm, 'status')
  slash(place.thread, 'stop')
  await made.hears(2)
  assert.deepEqual(
    made.heard.map(({ text, at }) => `${text} ${at.thread ?? at.chat}`).sort(),
    [`/status ${place.dm}`, `/stop ${place.thread}`].sort(),
  )
})

test('a command whose acknowledgement fails is heard all the same, and its token is not logged', async () => {
  await using made = await started()
  const { place, slash, rest } = made.discord
  rest.faults.push({
    match: /callback$/,
    outcome: { status: 404, body: { code: 10_062, message: 'Unknown interaction' } },
  })
  const { token } = slash(place.dm, 'status')
  await made.hears(1)
  await eventually(() => made.logged.some((line) => line.includes('acknowledged')))
  assert.ok(!made.logged.some((line) => line.includes(token)))
})

test('the menu is told to Discord once, again when it changes, and holds only names that Discord takes', async () => {
  await using made = await started()
  const { rest, place } = made.discord
  const put = () => rest.of('PUT', /commands$/)
  const commands = [
    { name: 'status', summary: 'How things are' },
    { name: 'Not A Name', summary: 'x' },
    { name: 'long', summary: 'y'.repeat(300) },
  ]
  await made.channel.menu?.(commands)
  await made.channel.menu?.(commands)
  assert.equal(put().length, 1)
  assert.equal(put()[0]?.path, `/applications/${place.bot.id}/commands`)
  const told = put()[0]?.body as unknown as { name: string; description: string }[]
  assert.deepEqual(
    told.map(({ name, description }) => [name, description.length]),
    [
      ['status', 14],
      ['long', 100],
    ],
  )
  await made.channel.menu?.([{ name: 'other', summary: 'Another' }])
  assert.equal(put().length, 2)
})

test('a menu told before the channel runs is passed on when it does; a failure does not stop it', async () => {
  await using made = await started()
  await made.channel.stop()
  await made.channel.menu?.([{ name: 'early', summary: 'Early' }])
  made.discord.rest.faults.push({ match: /PUT .*commands$/, outcome: { status: 500, body: {} } })
  await made.start()
  await eventually(() => made.logged.some((line) => line.includes('commands could not be told')))
  made.discord.gateway.drop(1000)
  await eventually(() => made.discord.rest.of('PUT', /commands$/).length === 2)
})
