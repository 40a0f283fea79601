import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discordChannel } from '../../../src/channels/discord/index.ts'
import { silent } from '../../../src/core/log.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { eventually, quickPace, started } from './bench.ts'

const texts = (heard: readonly { readonly text: string }[]) => heard.map(({ text }) => text)

test('after a fresh login what came in the gap is asked for, in order, and heard once', async () => {
  await using made = await started()
  const { discord } = made
  const { place, gateway, say } = discord
  say(place.dm, 'before')
  say(place.general, 'before too')
  say(place.thread, 'in the thread')
  await made.hears(3)
  gateway.settings.onResume = 'invalid'
  gateway.drop()
  gateway.forget()
  for (let index = 0; index < 150; index += 1) say(place.dm, `gap ${index}`, { silent: true })
  say(place.general, `<@${place.bot.id}> gap in general`, { silent: true })
  say(place.thread, `<@&${place.botRole}> gap in the thread`, { silent: true })
  await eventually(() => gateway.count('op 2') === 2)
  say(place.dm, 'after')
  await made.hears(3 + 150 + 2 + 1)
  const direct = made.heard.filter(({ kind }) => kind === 'direct')
  assert.deepEqual(texts(direct), ['before', ...Array.from({ length: 150 }, (_, index) => `gap ${index}`), 'after'])
  const addressed = made.heard.filter(({ kind, addressed }) => kind === 'group' && addressed)
  assert.deepEqual(texts(addressed).sort(), ['gap in general', 'gap in the thread'])
})

test('what came while the program was off is heard when it starts again; a chat that is closed now is forgotten', async () => {
  await using made = await started({ mentionOnly: () => true })
  const { discord, notes, channel } = made
  const { place, say } = discord
  say(place.general, 'not for the bot')
  say(place.dm, 'first')
  await made.hears(1)
  await eventually(() => notes.all.size === 2)
  await channel.stop()
  await notes.put('discord:discord:seen:1234567890123456789', { last: '1' })
  say(place.dm, 'while off', { silent: true })
  say(place.general, `<@${place.bot.id}> while off too`, { silent: true })
  say(place.general, 'chatter', { silent: true })
  await made.start()
  await made.hears(3)
  assert.deepEqual(texts(made.heard.slice(1)).sort(), ['while off', 'while off too'])
  await eventually(() => !notes.all.has('discord:discord:seen:1234567890123456789'))
  await channel.stop()
  await made.start()
  const before = discord.rest.requests.length
  await eventually(() => discord.rest.of('GET', /messages$/).length >= 2 && discord.rest.requests.length > before)
  assert.equal(made.heard.length, 3)
})

test('catching up obeys rate limits and outlasts a broken connection', async () => {
  await using made = await started({
    clock: { now: systemClock.now, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20), signal) },
    pace: { ...quickPace, retryMs: [0] },
  })
  const { place, gateway, rest, say } = made.discord
  say(place.dm, 'before')
  await made.hears(1)
  const limited = {
    status: 429,
    headers: { 'retry-after': '1' },
    body: { message: 'wait', retry_after: 0.01, global: false },
  }
  rest.faults.push(
    { match: /GET .*messages$/, outcome: 'drop' },
    { match: /GET .*messages$/, outcome: limited },
    { match: /GET .*messages$/, outcome: { status: 502, body: '<html>bad gateway</html>' } },
  )
  gateway.forget()
  gateway.drop(1000)
  say(place.dm, 'gap', { silent: true })
  await made.hears(2)
  assert.deepEqual(texts(made.heard), ['before', 'gap'])
  assert.equal(rest.faults.length, 0)
})

test('a message that was not stored before the stop is heard after the next start', async () => {
  let broken = true
  await using made = await started({
    receive: () => (broken ? Promise.reject(new Error('disk full')) : Promise.resolve()),
  })
  const { place, say } = made.discord
  await made.notes.put(`discord:discord:seen:${place.dm}`, { last: '1' })
  say(place.dm, 'keep me')
  await eventually(() => made.logged.some((line) => line.includes('disk full')))
  await made.channel.stop()
  broken = false
  await made.start()
  await made.hears(1)
  assert.deepEqual(texts(made.heard), ['keep me'])
})

test('two channels of one store keep their places apart', async () => {
  await using made = await started()
  const { place, say } = made.discord
  const other = discordChannel({
    name: 'second',
    settings: { token: 'T0KEN', streaming: { enabled: false, throttle_seconds: 3, min_growth_chars: 200 } },
    mentionOnly: () => false,
    clock: systemClock,
    log: silent,
    notes: made.notes,
    base: { api: made.discord.api, cdn: made.discord.url },
    pace: quickPace,
  })
  assert.equal(other.live, undefined)
  const heard: string[] = []
  await other.start({ message: async ({ text, at }) => void heard.push(`${at.channel} ${text}`) })
  say(place.dm, 'both')
  await made.hears(1)
  await eventually(() => heard.length === 1)
  await other.stop()
  assert.deepEqual(heard, ['second both'])
  assert.deepEqual([...made.notes.all.keys()].sort(), [
    `discord:discord:seen:${place.dm}`,
    `discord:second:seen:${place.dm}`,
  ])
})

test('a channel that was never heard in is caught up too, one of a new server is not, and quiet ones are not asked', async () => {
  await using made = await started()
  const { place, gateway, rest, say } = made.discord
  place.message(place.thread, place.alice, { content: 'older than everything heard' })
  say(place.general, 'one')
  await made.hears(1)
  gateway.forget()
  gateway.drop(1000)
  say(place.secret, 'first words here', { silent: true })
  const hidden = [{ id: place.guild, type: 0, allow: '0', deny: String(1 << 10) }]
  place.closed.push({
    ...place.channels.get(place.secret),
    id: place.id(),
    permission_overwrites: hidden,
    last_message_id: place.id(),
  } as never)
  await eventually(() => gateway.count('op 2') === 2)
  await made.hears(2)
  assert.deepEqual(texts(made.heard), ['one', 'first words here'])
  const asked = rest.of('GET', /messages$/).map(({ path }) => path)
  assert.deepEqual(asked, [`/channels/${place.secret}/messages`])
  const fresh = { ...place.guildCreate(), id: place.id() }
  const channel = { ...place.channels.get(place.general), id: place.id(), last_message_id: place.id() }
  gateway.dispatch('GUILD_CREATE', { ...fresh, channels: [channel], threads: [] })
  say(place.general, 'two')
  await made.hears(3)
  assert.equal(rest.of('GET', /messages$/).length, 1)
})
