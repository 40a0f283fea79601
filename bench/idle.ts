// Memory of a gateway that has nothing to do: with Telegram and HTTP, and with Discord too.
//   npm run build && node bench/idle.ts [SECONDS]
import { setTimeout as sleep } from 'node:timers/promises'
import { fakeDiscord } from '../test/fakes/discord/index.ts'
import { fakeTelegram } from '../test/fakes/telegram/server.ts'
import { fakeModel } from './fake-model.ts'
import { gatewayProcess } from './gateway-process.ts'

const seconds = Number(process.argv[2] ?? 30)
await using telegram = await fakeTelegram({ heard: () => undefined })
await using discord = await fakeDiscord({ heartbeatMs: 41_250 })
const model = await fakeModel({ ms: () => 0 })

const onTelegram = {
  telegram: {
    type: 'telegram',
    enabled: true,
    allow_from: ['*'],
    settings: { token: telegram.token, base_url: telegram.url },
  },
}
const onDiscord = {
  discord: { type: 'discord', enabled: true, allow_from: ['*'], settings: { token: 'T0KEN', base_url: discord.api } },
}

/** MB after some time of quiet. */
async function idle(channels: object): Promise<number> {
  await using gateway = await gatewayProcess(
    {
      model_list: [{ model_name: 'm', model: 'openai/m', api_base: model.url, api_key: 'bench-only' }],
      channel_list: channels,
    },
    process.env['BENCH_NODE_ARGS']?.split(' '),
  )
  await sleep(seconds * 1_000)
  return gateway.memory()
}

let met = true
for (const [name, channels, goal] of [
  ['Telegram and HTTP', onTelegram, 90],
  ['Telegram, Discord and HTTP', { ...onTelegram, ...onDiscord }, 130],
] as const) {
  const used = await idle(channels)
  met &&= used <= goal
  console.log(`${name}: ${used.toFixed(0)} MB (goal ${goal} MB)\n`)
}
model.close()
process.exitCode = met ? 0 : 1
