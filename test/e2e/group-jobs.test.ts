import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeDiscord } from '../fakes/discord/index.ts'
import { discordEntry } from './gateway-here.ts'
import { eventually, stage } from './gateway/stage.ts'

const secret = 'the PIN is walnut'
const work = 'say what is new'

test('a job that is asked for in a group knows nothing of what was said in private, one of a private chat does', async () => {
  await using discord = await fakeDiscord()
  await using scene = await stage({
    configure(config) {
      config.channel_list['discord'] = discordEntry(discord)
    },
    answer({ last, lastRole }) {
      if (lastRole === 'tool') return 'Planned.'
      if (last.includes('every day'))
        return { calls: [{ name: 'cron', input: { action: 'add', message: work, at_seconds: 120 } }] }
      return last.includes(work) ? 'This is new.' : 'I see.'
    },
  })
  const { telegram, model } = scene
  const { dm, general, bot } = discord.place
  const written = (channel: string, text: string) =>
    eventually(() => discord.written(channel).some(({ content }) => content === text), `${text} in ${channel}`)

  telegram.say(secret)
  await scene.shown('I see.', { chat: 1001 })
  discord.say(dm, secret)
  await written(dm, 'I see.')

  const mention = { entities: [{ type: 'mention', offset: 0, length: 9 }] }
  telegram.say('@test_bot every day', mention, -100500)
  await scene.shown('Planned.', { chat: -100500 })
  discord.say(general, `<@${bot.id}> every day`)
  await written(general, 'Planned.')
  telegram.say('every day')
  await scene.shown('Planned.', { chat: 1001 })

  await scene.pass(125_000)
  await scene.shown('This is new.', { chat: -100500 })
  await written(general, 'This is new.')
  await scene.shown('This is new.', { chat: 1001 })

  const jobs = model.seen.filter(({ last, lastRole }) => lastRole === 'user' && last.includes(work))
  const knowing = (place: string) =>
    jobs.filter(({ raw }) => raw.includes(`Chat ID: ${place}\\n`)).map(({ raw }) => raw.includes(secret))
  assert.deepEqual(knowing('-100500'), [false])
  assert.deepEqual(knowing(general), [false])
  assert.deepEqual(knowing('1001'), [true])
})
