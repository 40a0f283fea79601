// What a gateway does under load: 1,000 messages a minute from 200 chats on a Telegram fake, for MINUTES, through the built program.
//   npm run build && node bench/load.ts [MINUTES] [MESSAGES A MINUTE] [CHATS]
// BENCH_NODE_ARGS are given to the gateway's Node: "--cpu-prof --cpu-prof-dir=/tmp/prof".
// Own share: from a message at the platform to its answer there, without the model's time and without the wait for the rest of a burst.
import { setTimeout as sleep } from 'node:timers/promises'
import { fakeTelegram } from '../test/fakes/telegram/server.ts'
import type { Call } from '../test/fakes/telegram/state.ts'
import { fakeModel, replyTo } from './fake-model.ts'
import { gatewayProcess } from './gateway-process.ts'

const [minutes = 1, perMinute = 1_000, chats = 200] = process.argv.slice(2).map(Number)
/** Memory is flat when its peak in the second half is about that of the first. */
const goals = { p99: 100, growth: 1.15 }
/** Messages of one person are waited for so long, in milliseconds: src/dispatch/road.ts. */
const burstMs = 300
/** Slower than any sensible person, and than the first compile of everything. */
const warmUpMs = 30_000

interface Asked {
  readonly at: number
  modelMs?: number
  /** Times the platform was told to send the answer anew. */
  sends: number
  /** When the answer stood there whole. */
  answeredAt?: number
}
const asked = new Map<string, Asked>()
const shares: { readonly at: number; readonly ms: number }[] = []
/** The message of the bot that grows in a chat: an edit of it is no second answer. */

function heard({ method, values }: Call): void {
  const text = typeof values['text'] === 'string' ? values['text'] : ''
  const mark = /\bq\d+\b/.exec(text)?.[0]
  const item = mark === undefined ? undefined : asked.get(mark)
  if (!item || mark === undefined) return
  if (method === 'sendMessage') item.sends += 1
  if (!text.includes(replyTo(mark)) || item.answeredAt !== undefined) return
  item.answeredAt = performance.now()
  shares.push({ at: item.at, ms: item.answeredAt - item.at - (item.modelMs ?? 0) - burstMs })
}

const telegram = await fakeTelegram({ heard })
for (let chat = 1; chat <= chats; chat += 1)
  telegram.state.chats.set(chat, { id: chat, type: 'private', first_name: `Person ${chat}` })
const model = await fakeModel({
  ms: () => 200 + Math.random() * 600,
  answered(mark, ms) {
    const item = asked.get(mark)
    if (item) item.modelMs = ms
  },
})

const gateway = await gatewayProcess(
  {
    model_list: [{ model_name: 'm', model: 'openai/m', api_base: model.url, api_key: 'bench-only' }],
    channel_list: {
      telegram: {
        type: 'telegram',
        enabled: true,
        allow_from: ['*'],
        settings: { token: telegram.token, base_url: telegram.url },
      },
    },
  },
  process.env['BENCH_NODE_ARGS']?.split(' '),
)

const start = performance.now()
const end = start + minutes * 60_000
const memory: number[] = []
let said = 0
let nextLook = warmUpMs
console.log('minute   messages   own share median / p99 ms   memory MB')
let seenShares = 0
while (performance.now() < end) {
  const due = Math.floor(((performance.now() - start) / 60_000) * perMinute) + 1
  while (said < due) {
    const mark = `q${(said += 1)}`
    const chat = (said % chats) + 1
    asked.set(mark, { at: performance.now(), sends: 0 })
    telegram.say(`Please answer ${mark}`, { from: { id: chat, is_bot: false, first_name: `Person ${chat}` } }, chat)
  }
  // What people have read long ago is no longer kept here either.
  if (telegram.state.shown.length > 2_000) telegram.state.shown.splice(0, 1_000)
  telegram.state.actions.length = 0
  const passed = performance.now() - start
  if (passed >= nextLook) {
    nextLook += Math.max(30_000, (minutes * 60_000) / 15)
    memory.push(gateway.memory())
    tell(passed, shares.slice(seenShares))
    seenShares = shares.length
  }
  await sleep(10)
}
for (let tries = 0; tries < 200 && [...asked.values()].some(({ answeredAt }) => answeredAt === undefined); tries += 1)
  await sleep(100)
memory.push(gateway.memory())
tell(performance.now() - start, shares.slice(seenShares))
await gateway[Symbol.asyncDispose]()
model.close()
await telegram[Symbol.asyncDispose]()

const all = [...asked.values()]
const lost = all.filter(({ answeredAt }) => answeredAt === undefined).length
const doubled = all.filter(({ sends }) => sends > 1).length
const own = sorted(
  shares.filter(({ at }) => at - start > Math.min(warmUpMs, (minutes * 60_000) / 2)).map(({ ms }) => ms),
)
const half = Math.ceil(memory.length / 2)
const [before, after] = [Math.max(...memory.slice(0, half)), Math.max(...memory.slice(half))]
console.log(`${all.length - lost} answered, ${lost} lost, ${doubled} doubled`)
console.log(
  `Own share: median ${at(own, 0.5)} ms, p99 ${at(own, 0.99)} ms, longest ${at(own, 1)} ms (goal: p99 ${goals.p99} ms)`,
)
console.log(
  `Memory: ${memory[0]?.toFixed(0)} MB at the start, ${memory.at(-1)?.toFixed(0)} MB at the end; at most ${before.toFixed(0)} MB in the first half, ${after.toFixed(0)} MB in the second`,
)
const met = lost === 0 && doubled === 0 && Number(at(own, 0.99)) <= goals.p99 && after <= before * goals.growth
process.exitCode = met ? 0 : 1

function sorted(values: readonly number[]): readonly number[] {
  return values.toSorted((left, right) => left - right)
}
function at(values: readonly number[], part: number): string {
  return (values[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN).toFixed(0)
}
function tell(passed: number, some: readonly { readonly ms: number }[]): void {
  const figures = sorted(some.map(({ ms }) => ms))
  console.log(
    `${(passed / 60_000).toFixed(1).padStart(6)}${String(said).padStart(11)}${`${at(figures, 0.5)} / ${at(figures, 0.99)}`.padStart(28)}${(memory.at(-1) ?? 0).toFixed(0).padStart(12)}`,
  )
}
