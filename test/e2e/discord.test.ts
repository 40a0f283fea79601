import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type FakeDiscord, fakeDiscord } from '../fakes/discord/index.ts'
import { type TalkingModel, talkingModel } from '../fakes/talking-model.ts'
import { fakeTelegram } from '../fakes/telegram/server.ts'
import {
  comes,
  discordEntry,
  gatewayHere,
  gatewayHome,
  gatewayProcess,
  modelRow,
  telegramEntry,
} from './gateway-here.ts'

type Body = TalkingModel['asked'][number]

const lastOf = ({ messages }: Body) => messages.at(-1)
const saidIn = (body: Body) => JSON.stringify(lastOf(body)?.content ?? '')
const live = { streaming: { enabled: true, throttle_seconds: 0, min_growth_chars: 1 } }
const homeOf = (discord: FakeDiscord, model: TalkingModel, settings: object = {}) =>
  gatewayHome({ model_list: [modelRow(model.url)], channel_list: { discord: discordEntry(discord, settings) } })

/** What stands in a channel, when `holds`. */
function stands(
  discord: FakeDiscord,
  channel: string,
  holds: (texts: readonly string[]) => boolean,
  output = () => '',
) {
  const texts = () => discord.written(channel).map(({ content }) => content)
  return comes(
    () => holds(texts()) && texts(),
    () => `${JSON.stringify(texts())}\n${output()}`,
  )
}
const answers = (discord: FakeDiscord, channel: string, text: string, output?: () => string) =>
  stands(discord, channel, (texts) => texts.includes(text), output)

/** Held until it is let go. */
const gate = () => Promise.withResolvers<void>()

test('the gateway process serves a person in Discord', async (t) => {
  await using discord = await fakeDiscord()
  const { place } = discord
  let hold = gate()
  await using model = await talkingModel((body) => {
    const said = saidIn(body)
    if (lastOf(body)?.role === 'tool') return 'The file is there.'
    if (said.includes('send me')) return { call: 'send_file', args: { path: 'AGENT.md' } }
    if (said.includes('much')) return 'A sentence that says something. '.repeat(150).trim()
    if (said.includes('slowly')) return slowly(() => hold.promise)
    return `answer to ${/\b(\w+)[^\w]*$/.exec(said)?.[1]}`
  })
  async function* slowly(until: () => Promise<void>) {
    yield 'It began.'
    await until()
    yield ' It ended.'
  }
  const home = homeOf(discord, model, live)
  await using gateway = await gatewayProcess(home)
  assert.match(gateway.output(), /✓ Channel discord \(discord\)/)
  const { output } = gateway

  await t.test('a direct message is answered', async () => {
    discord.say(place.dm, 'hello one')
    await answers(discord, place.dm, 'answer to one', output)
  })
  await t.test('a mention in a server is answered, other talk is not', async () => {
    discord.say(place.general, 'not for the bot')
    discord.say(place.general, `<@${place.bot.id}> hello two`)
    await answers(discord, place.general, 'answer to two', output)
    assert.ok(!model.texts.join('').includes('not for the bot'))
  })
  await t.test('a thread is a conversation of its own', async () => {
    discord.say(place.thread, `<@${place.bot.id}> hello three`)
    await answers(discord, place.thread, 'answer to three', output)
    const asked = model.texts.at(-1) ?? ''
    assert.ok(!asked.includes('hello two') && !asked.includes('hello one'), asked)
  })
  await t.test('a file comes in and lies in the workspace', async () => {
    const file = place.attachment(discord.url, 'list.txt', 'text/plain', Buffer.from('milk and bread'))
    discord.say(place.dm, 'read four', { attachments: [file] })
    await comes(
      () => model.texts.at(-1)?.includes('list.txt'),
      () => output(),
    )
    const path = /\[file: (inbox\/[^ ]+list\.txt) \(text\/plain, 14 bytes\)\]/.exec(model.texts.at(-1) ?? '')?.[1]
    assert.ok(path, model.texts.at(-1))
    assert.equal(readFileSync(join(home, 'workspace', path), 'utf8'), 'milk and bread')
  })
  await t.test('a file goes out', async () => {
    discord.say(place.dm, 'send me the instructions')
    await answers(discord, place.dm, 'The file is there.', output)
    const sent = await comes(() => discord.written(place.dm).find(({ attachments }) => attachments.length > 0), output)
    assert.deepEqual(
      sent.attachments.map(({ filename }) => filename),
      ['AGENT.md'],
    )
    const bytes = discord.rest.requests.flatMap(({ files }) => files)[0]?.bytes.toString()
    assert.equal(bytes, readFileSync(join(home, 'workspace', 'AGENT.md'), 'utf8'))
  })
  await t.test('a slash command is acknowledged and answered', async () => {
    discord.slash(place.dm, 'help')
    await stands(discord, place.dm, (texts) => texts.some((text) => text.includes('/stop')), output)
    assert.equal(discord.rest.of('POST', /^\/interactions\/.*\/callback$/).length, 1)
  })
  await t.test('an answer grows in one message and ends in its whole text', async () => {
    discord.say(place.dm, 'tell it slowly')
    await answers(discord, place.dm, 'It began.', output)
    hold.resolve()
    const texts = await answers(discord, place.dm, 'It began. It ended.', output)
    assert.ok(!texts.includes('It began.'))
  })
  await t.test('a long answer comes in several messages that lose nothing', async () => {
    const before = discord.written(place.dm).length
    discord.say(place.dm, 'tell me much')
    const whole = 'A sentence that says something. '.repeat(150).trim()
    const texts = await stands(
      discord,
      place.dm,
      (all) => all.slice(before).join(' ').replaceAll(/\s+/g, ' ') === whole,
      output,
    )
    assert.ok(texts.length > before + 2 && texts.every((text) => text.length <= 2_000))
  })
  await t.test('op 7 and a lost session during a turn lose nothing', async () => {
    hold = gate()
    discord.say(place.general, `<@${place.bot.id}> tell it slowly`)
    await answers(discord, place.general, 'It began.', output)
    discord.gateway.reconnect()
    discord.say(place.dm, 'asked during five')
    await answers(discord, place.dm, 'answer to five', output)
    discord.gateway.forget()
    discord.gateway.drop()
    discord.say(place.dm, 'asked during six', { silent: true })
    await answers(discord, place.dm, 'answer to six', output)
    hold.resolve()
    await answers(discord, place.general, 'It began. It ended.', output)
    assert.ok(discord.gateway.identifies.length >= 2 && discord.gateway.count('op 6') >= 1)
    for (const text of ['five', 'six'])
      assert.equal(model.asked.filter((body) => saidIn(body).includes(`asked during ${text}`)).length, 1)
  })
  assert.deepEqual(discord.rest.violations, [])
  assert.ok(!output().includes('T0KEN') && !output().includes('sk-model-key'))
})

test('a process that is killed inside a send leaves one message', async () => {
  await using discord = await fakeDiscord()
  const { dm } = discord.place
  await using model = await talkingModel((body) =>
    saidIn(body).includes('after') ? 'And after it.' : 'The one answer.',
  )
  const home = homeOf(discord, model)
  discord.rest.faults.push({ match: /^POST \/channels\/\d+\/messages$/, outcome: 'hang-after' })
  {
    await using first = await gatewayProcess(home)
    discord.say(dm, 'answer once')
    await stands(discord, dm, (texts) => texts.length === 1, first.output)
    await first.kill()
  }
  await using second = await gatewayProcess(home)
  await comes(() => discord.rest.of('POST', /\/messages$/).length >= 2, second.output)
  discord.say(dm, 'and after')
  const texts = await answers(discord, dm, 'And after it.', second.output)
  assert.deepEqual(texts, ['The one answer.', 'And after it.'])
})

test('a wrong token and a missing intent are told with the mend, and the other channels go on', async () => {
  await using wrong = await fakeDiscord()
  await using blind = await fakeDiscord()
  await using telegram = await fakeTelegram()
  await using model = await talkingModel(() => 'Telegram is answered.')
  blind.gateway.settings.intents &= ~(1 << 15)
  const home = gatewayHome({
    model_list: [modelRow(model.url)],
    channel_list: {
      wrong: discordEntry(wrong, { token: 'WR0NG' }),
      blind: discordEntry(blind),
      telegram: telegramEntry(telegram),
    },
  })
  await using gateway = await gatewayProcess(home)
  const lines = gateway.output().split('\n')
  const line = (name: string) => lines.find((each) => each.includes(`Channel ${name} (`)) ?? ''
  assert.match(line('wrong'), /^✗ .*does not accept the bot’s token\. .*Reset Token/)
  assert.match(line('blind'), /^✗ .*Message Content Intent.*Privileged Gateway Intents/)
  assert.match(line('telegram'), /^✓ /)
  telegram.say('are you there')
  await comes(() => telegram.shown.find(({ text }) => text === 'Telegram is answered.'), gateway.output)
  assert.ok(!gateway.output().includes('WR0NG'))
  assert.ok(readdirSync(home).includes('picoclaw.db'))
})

test('an answer that is finished while the gateway ends still goes out', async () => {
  await using discord = await fakeDiscord()
  const { dm } = discord.place
  const hold = gate()
  await using model = await talkingModel(async function* slowly() {
    yield 'It began.'
    await hold.promise
    yield ` ${'It went on. '.repeat(200)}It ended.`
  })
  const gateway = await gatewayHere(homeOf(discord, model))
  discord.say(dm, 'hello')
  await comes(() => model.asked.length === 1, gateway.log)
  const ending = gateway[Symbol.asyncDispose]()
  await comes(() => discord.gateway.open() === 0, gateway.log)
  hold.resolve()
  await ending
  const texts = discord.written(dm).map(({ content }) => content)
  assert.equal(texts.length, 2)
  assert.match(texts.join(' '), /^It began\.[^]*It ended\.$/)
})
