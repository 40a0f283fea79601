import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeDiscord } from '../fakes/discord/index.ts'
import { talkingModel } from '../fakes/talking-model.ts'
import { comes, discordEntry, gatewayHome, gatewayProcess, modelRow } from './gateway-here.ts'

// Long, because the lease of the killed turn's conversation is waited for.
test('a process that is killed inside the first post of a growing answer leaves one message', async () => {
  await using discord = await fakeDiscord()
  const { dm } = discord.place
  const never = Promise.withResolvers<void>()
  async function* unfinished() {
    yield 'The one.'
    await never.promise
  }
  await using model = await talkingModel((_, count) => (count === 0 ? unfinished() : 'The one answer.'))
  const settings = { streaming: { enabled: true, throttle_seconds: 0, min_growth_chars: 1 } }
  const home = gatewayHome({
    model_list: [modelRow(model.url)],
    channel_list: { discord: discordEntry(discord, settings) },
  })
  const texts = () => discord.written(dm).map(({ content }) => content)
  discord.rest.faults.push({ match: /^POST \/channels\/\d+\/messages$/, outcome: 'hang-after' })
  {
    await using first = await gatewayProcess(home)
    discord.say(dm, 'answer once')
    await comes(() => texts().length === 1, first.output)
    await first.kill()
  }
  await using second = await gatewayProcess(home)
  await comes(() => texts().includes('The one answer.'), second.output)
  assert.deepEqual(texts(), ['The one answer.'])
  never.resolve()
})
