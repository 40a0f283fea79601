// What a long life costs: listing sessions, adding a turn to a small and to a full database, reading the end of a long conversation, searching.
// `node bench/sessions.ts [MESSAGES]`, a hundred to a session; 1000000 is the size the goals are meant for.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silent } from '../src/core/log.ts'
import { type Message, userText } from '../src/core/message.ts'
import { systemClock } from '../src/kit/clock.ts'
import { openStore } from '../src/store/open.ts'

const messages = Number(process.argv[2] ?? 50_000)
const count = Math.max(20, Math.round(messages / 100))
const long = 'agent:main:long'
const end = 1_000
const goals = { listMs: 50, growth: 2, tail: 2 }

const folder = mkdtempSync(join(tmpdir(), 'picoclaw-bench-'))
const file = join(folder, 'bench.db')
const store = openStore(file, { clock: systemClock, log: silent })

// Words as a language has them: few of them often, most of them seldom. The numbers are drawn by a rule, so that each run writes the same.
let seed = 1
const drawn = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
const word = () => `w${Math.floor(20_000 * drawn() ** 3).toString(36)}`
const words = () => Array.from({ length: 30 }, word).join(' ')
const turn = (): readonly Message[] => [
  userText(words()),
  { role: 'assistant', parts: [{ type: 'text', text: words() }] },
]

let turns = 0
const append = (session: string, pairs = 1) =>
  store.sessions.append(session, `turn-${(turns += 1)}`, turns, Array.from({ length: pairs }, turn).flat())
/** Fills evenly over all sessions, up to so many messages in all. */
const fill = async (from: number, to: number) => {
  for (let at = from; at < to; at += 20) await append(`agent:main:chat:${(at / 20) % count}`, 10)
}

const median = (figures: readonly number[]) =>
  figures.toSorted((left, right) => left - right)[Math.floor(figures.length / 2)] ?? Number.NaN
const timed = async (runs: number, work: (run: number) => Promise<unknown>) => {
  const figures: number[] = []
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now()
    await work(run)
    figures.push(performance.now() - start)
  }
  return median(figures)
}
/** Twenty turns at a time: some of what a turn costs is paid by the next ones. */
const appends = async () =>
  (await timed(30, async (run) => {
    for (let turn = 0; turn < 20; turn += 1) await append(`agent:main:chat:${(run * 20 + turn) % count}`)
  })) / 20

const early = messages / 20
await fill(0, early)
const small = await appends()
await fill(early, messages)
for (let at = 0; at < messages / 10; at += 200) await append(long, 100)
const short = 'agent:main:short'
await append(short, end / 2)
const full = await appends()
const list = await timed(50, () => store.sessions.list())
const deep = await timed(50, () => store.sessions.list({ offset: count - 20 }))
const tail = await timed(50, () => store.sessions.read(long, { last: end }))
const whole = await timed(50, () => store.sessions.read(short, { last: end }))
const rare = await timed(20, (run) => store.sessions.search(`w${(15_000 + run).toString(36)}`))
const common = await timed(20, () => store.sessions.search('w0'))
const length = (await store.sessions.info(long))?.messages ?? 0
await store.close()
const bytes = statSync(file).size
rmSync(folder, { recursive: true, force: true })

const ms = (figure: number) => `${figure.toFixed(2)} ms`
const times = (one: number, other: number) => `${(one / other).toFixed(2)} times`
console.log(`${count} sessions, ${messages} messages, ${Math.round(bytes / messages)} bytes a message`)
console.log(`Listing the newest 100: ${ms(list)}, the oldest: ${ms(deep)} (goal ${goals.listMs} ms)`)
console.log(
  `Adding a turn: ${ms(small)} at 5 %, ${ms(full)} at 100 %, ${times(full, small)} as much (goal ${goals.growth} times)`,
)
console.log(
  `Reading the last ${end} of ${length}: ${ms(tail)}, of ${end}: ${ms(whole)}, ${times(tail, whole)} as much (goal ${goals.tail} times)`,
)
console.log(`Searching a rare word: ${ms(rare)}, one of nearly every message: ${ms(common)}`)
const met = Math.max(list, deep) <= goals.listMs && full / small <= goals.growth && tail / whole <= goals.tail
process.exitCode = met ? 0 : 1
