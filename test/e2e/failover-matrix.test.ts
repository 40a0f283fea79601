import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { collect } from '../../src/core/collect.ts'
import type { Clock } from '../../src/core/clock.ts'
import { Failure, failureKinds, type Attempt } from '../../src/core/failure.ts'
import { silent } from '../../src/core/log.ts'
import { textOf, userText } from '../../src/core/message.ts'
import type { Call, Provider } from '../../src/core/provider.ts'
import type { LedgerRow, Store } from '../../src/core/store.ts'
import type { ModelEntry } from '../../src/models/entry.ts'
import type { Pool } from '../../src/models/pool.ts'
import { fleet, type Fleet } from '../../src/providers/fleet.ts'
import { policy } from '../../src/providers/policy.ts'
import openaiChat from '../../src/providers/openai-chat/index.ts'
import { openSqlite } from '../../src/store/sqlite/open.ts'
import { fakeEntry } from '../fakes/endpoint.ts'
import { answer, faults, type Fault } from './failover-faults.ts'

const began = performance.now()
/** Real time, `speed` times as fast. */
const clockAt = (speed: number): Clock => ({
  now: () => 1_800_000_000_000 + Math.round((performance.now() - began) * speed),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      const stop = () => {
        clearTimeout(timer)
        reject(signal?.reason as Error)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }, ms / speed)
      signal?.addEventListener('abort', stop, { once: true })
    }),
})
const clock = clockAt(1)
/** For chains that wait before another round. */
const fastClock = clockAt(20)

const folder = mkdtempSync(join(tmpdir(), 'picoclaw-failover-'))
const file = join(folder, 'picoclaw.db')
const open = () => openSqlite(file, { clock, log: silent })
let store: Store
let port = 0
let deadPort = 0

/** Who is asked by key, and how each key answers. */
interface Scene {
  readonly asked: string[]
  play(response: ServerResponse, stream: boolean, key: string): void
}
const scenes = new Map<string, Scene>()
const server = createServer((request, response) => void serve(request, response))
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const scene = scenes.get(request.url?.split('/')[1] ?? '')
  const key = request.headers.authorization?.replace('Bearer ', '') ?? ''
  scene?.asked.push(key)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { stream = false } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly stream?: boolean }
  scene?.play(response, stream, key)
}
const listen = (on: typeof server) =>
  new Promise<number>((resolve) => on.listen(0, '127.0.0.1', () => resolve((on.address() as AddressInfo).port)))

before(async () => {
  store = open()
  server.keepAliveTimeout = 60_000
  port = await listen(server)
  const gone = createServer()
  deadPort = await listen(gone)
  await new Promise((resolve) => gone.close(resolve))
})
after(async () => {
  server.closeAllConnections()
  server.close()
  await store.close()
  rmSync(folder, { recursive: true })
})

const tag = (key: string) => createHash('sha256').update(key).digest('hex').slice(0, 12)
const makeFleet = (clock: Clock): Fleet =>
  fleet({
    clock,
    log: silent,
    ...store,
    keyTag: tag,
    protocol: async () => openaiChat,
    fetchFor: () => fetch,
    blob: () => Promise.reject(new Error('no blobs')),
    redact: (text) => text.replaceAll(/sk-\w+-\d/g, '[secret]'),
    credential: () => Promise.reject(new Error('no logins')),
  })

interface Cell {
  readonly fault: Fault
  readonly length: 1 | 2 | 5
  readonly stream: boolean
  /** All candidates fail; else the last of them answers. */
  readonly all: boolean
}
const cells: readonly Cell[] = faults.flatMap((fault) =>
  ([1, 2, 5] as const).flatMap((length) =>
    [true, false].flatMap((stream) =>
      (length === 1 ? [true] : [true, false]).map((all): Cell => ({ fault, length, stream, all })),
    ),
  ),
)

const pool = (...entries: readonly ModelEntry[]): Pool => ({ name: entries[0]?.name ?? '', entries })

/** Pools of a chain: two keys of one row, a second row of the same model, then two fallbacks; or one key and one fallback. */
function layOut(id: string, { fault, length, all }: Cell): readonly Pool[] {
  const row = (name: string, model: string, keys: readonly number[], vendor = 'openai'): ModelEntry => {
    const fails = all || !keys.includes(length)
    const host = fails && fault.scene === 'nobody' ? deadPort : port
    return fakeEntry({
      // Only what is meant to stall may do so, however busy the machine is.
      requestTimeoutMs: 600_000,
      firstTokenTimeoutMs: 600_000,
      idleTimeoutMs: 600_000,
      ...(fails && fault.entry),
      name: `${id} ${name}`,
      vendor,
      model,
      apiBase: `http://127.0.0.1:${host}/${id}/${name}/v1`,
      keys: keys.map((key) => `sk-${id}-${key}`),
      price: { input: 1, output: 2 },
    })
  }
  if (length === 1) return [pool(row('a', 'm1', [1]))]
  if (length === 2) return [pool(row('a', 'm1', [1])), pool(row('c', 'm2', [2]))]
  return [
    pool(row('a', 'm1', [1, 2]), row('b', 'm1', [3])),
    pool(row('c', 'm2', [4])),
    pool(row('d', 'm3', [5], 'groq')),
  ]
}

const names: Readonly<Record<Cell['length'], (port: number, id: string) => readonly string[]>> = {
  1: () => ['openai/m1'],
  2: () => ['openai/m1', 'openai/m2'],
  5: (port, id) => [
    `openai/m1 at 127.0.0.1:${port}/${id}/a/v1`,
    `openai/m1 at 127.0.0.1:${port}/${id}/a/v1 (key 2)`,
    `openai/m1 at 127.0.0.1:${port}/${id}/b/v1`,
    'openai/m2',
    'groq/m3',
  ],
}

/** Before the call under test, each failing candidate is asked alone. */
async function prepare(ships: Fleet, pools: readonly Pool[], failing: ReadonlySet<string>): Promise<void> {
  for (const entry of pools.flatMap(({ entries }) => entries))
    for (const key of entry.keys.filter((key) => failing.has(key)))
      await hear(ships.chain([{ name: 'before', entries: [{ ...entry, keys: [key] }] }]), aCall(true))
}

const aCall = (stream: boolean): Call => ({
  id: crypto.randomUUID(),
  request: () => ({ messages: [userText('hello')] }),
  stream,
  cause: 'test',
})

interface Heard {
  readonly text?: string
  readonly tried: readonly (readonly [string, string])[]
  readonly failure?: Failure
}
const tried = (attempts: readonly Attempt[] = []): Heard['tried'] =>
  attempts.map(({ endpoint, kind }) => [endpoint, kind])

async function hear(chain: Provider, call: Call, signal = new AbortController().signal): Promise<Heard> {
  try {
    const reply = await chain.open(call, signal)
    assert.ok(reply.type === 'events')
    const { message } = await collect(reply.events)
    await reply.end
    return { text: textOf(message), tried: tried(reply.attempts) }
  } catch (error) {
    assert.ok(error instanceof Failure, String(error))
    return { failure: error, tried: tried(error.detail.attempts) }
  }
}

/** A chain waits when all of it passes by itself and a candidate is free again soon. */
const waits = ({ fault: { rounds, rests }, length, all }: Cell): boolean =>
  rounds === 3 && all && (length === 1 || rests?.[0] !== 60)

/** What must come of a cell, by the table of faults alone. */
function expected(cell: Cell) {
  const { fault, length, stream, all } = cell
  const { kind, before, scene, rests, rounds = 1, midway, final } = fault
  const failing = Array.from({ length: all ? length : length - 1 }, (_, index) => index + 1)
  const stuck = final === true || (midway === true && stream)
  if (before === 'failed' && length === 1) return { asked: [1], heard: 'answer', tried: [], ledger: ['ok'] } as const
  const skipped = before !== undefined
  const tried = stuck ? [1] : failing
  const answers = !all && !stuck
  const sole = length === 1
  // Two candidates that rest briefly are free again at nearly the same time: who is asked in the next round is a matter of luck.
  const lucky = waits(cell) && !sole && rests !== undefined && !stuck
  const again = !stuck && all && rounds > 1 && (sole || rests === undefined) ? rounds : 1
  const wire = skipped ? [] : Array.from({ length: again }, () => tried).flat()
  return {
    asked: [...(scene === 'nobody' ? [] : wire), ...(answers ? [length] : [])],
    lucky,
    heard: answers ? 'answer' : 'failure',
    tried: midway && stream ? [] : skipped ? tried : wire,
    ledger: [...wire.map(() => kind), ...(answers ? ['ok'] : [])],
    rest: skipped || !rests ? undefined : rests[Math.min(again, rests.length) - 1],
  } as const
}

async function run(cell: Cell, id: string): Promise<void> {
  const { fault, length, stream, all } = cell
  const pools = layOut(id, cell)
  const ships = makeFleet(waits(cell) ? fastClock : clock)
  const stop = new AbortController()
  const keys = Array.from({ length }, (_, index) => `sk-${id}-${index + 1}`)
  const failing = new Set(all ? keys : keys.slice(0, -1))
  const asked: string[] = []
  let preparing = fault.before !== undefined
  scenes.set(id, {
    asked,
    play(response, wantsStream, key) {
      if (fault.scene === 'stop') setImmediate(() => stop.abort())
      if (preparing && fault.before === 'failed') return faults[0]?.play(response, wantsStream)
      if (failing.has(key)) fault.play(response, wantsStream)
      else answer(response, wantsStream, `words of ${key}`)
    },
  })
  if (preparing) await prepare(ships, pools, failing)
  preparing = false
  asked.length = 0

  const call = aCall(stream)
  const heard = await hear(ships.chain(pools), call, stop.signal)
  await store.ledger.flush()
  const rows = [...(await store.ledger.rows({ call: call.id }))].reverse()
  const wanted = expected(cell)
  const people = names[length](fault.scene === 'nobody' ? deadPort : port, id)
  const numbers = asked.map((key) => keys.indexOf(key) + 1)
  const same = (found: readonly unknown[], wished: readonly unknown[], what: string) =>
    assert.deepEqual('lucky' in wanted && wanted.lucky ? found.slice(0, wished.length) : found, wished, what)

  same(numbers, wanted.asked, 'asked, in order')
  same(
    heard.tried,
    wanted.tried.map((number) => [people[number - 1], fault.kind]),
    'tried',
  )
  same(
    rows.map(({ outcome }) => outcome),
    wanted.ledger,
    'ledger',
  )
  if (fault.scene !== 'nobody')
    assert.deepEqual(
      rows.map(({ keyTag }) => keyTag),
      asked.map(tag),
      'keys in the ledger',
    )
  checkRows(rows, fault)
  if (wanted.heard === 'answer') assert.equal(heard.text, all ? 'words of a sole candidate' : `words of ${keys.at(-1)}`)
  else checkFailure(heard.failure, cell, people)
  await checkRests(cell, pools, 'lucky' in wanted && wanted.lucky ? 'some' : wanted.rest)
}

function checkRows(rows: readonly LedgerRow[], { status }: Fault): void {
  for (const row of rows)
    if (row.outcome === 'ok')
      assert.deepEqual([row.input, row.output, row.costMicros, row.modelAnswered], [11, 7, 25, 'm'])
    else if (status !== undefined) assert.equal(row.status, status)
}

function checkFailure(failure: Failure | undefined, { fault, length, stream }: Cell, people: readonly string[]): void {
  assert.ok(failure)
  assert.equal(failure.kind, fault.kind)
  assert.ok(!failure.message.includes('sk-'), 'no key is told')
  const [first = ''] = failure.message.split('\n')
  const nobodyAsked = fault.before !== undefined && length > 1
  if (nobodyAsked) {
    assert.match(first, /^No model of .* may be asked before \d\d:\d\d:\d\d; wait until then/)
    assert.ok(failure.detail.until)
  } else {
    assert.ok(first.startsWith(people[0] ?? ''), first)
    assert.match(first, fault.says)
  }
  if (fault.final || (fault.midway && stream) || length === 1) return
  for (const name of people) assert.ok(failure.message.includes(`${name}:`), `${name} in ${failure.message}`)
}

/** What rests for how long and how widely, as the next process over the same store finds it. */
async function checkRests(cell: Cell, pools: readonly Pool[], seconds: number | 'some' | undefined): Promise<void> {
  const { fault } = cell
  if (fault.before === 'failed') return
  await new Promise((resolve) => setImmediate(resolve))
  const entry = pools[0]?.entries[0]
  assert.ok(entry)
  const own = (await store.rests.all()).filter(({ key }) =>
    key.includes(`${entry.apiBase} ${tag(entry.keys[0] ?? '')}`),
  )
  if (seconds === undefined) return assert.deepEqual(own, [], 'nobody rests')
  assert.equal(own.length, 1, 'one rest')
  const length = ((own[0]?.until ?? 0) - (own[0]?.lastFailureAt ?? 0)) / 1_000
  if (seconds === 'some') assert.ok(fault.rests?.includes(length), `${length} s`)
  else assert.equal(length, seconds, 'seconds of rest')
  if (length < 60) return
  const next = makeFleet(waits(cell) ? fastClock : clock)
  const [key = ''] = entry.keys
  const alone = (model: string) => next.rests({ name: 'x', entries: [{ ...entry, model, keys: [key] }] })
  assert.equal((await alone(entry.model)).length, 1, 'it still rests after a restart')
  assert.equal((await alone('another')).length, fault.wide ? 1 : 0, 'width of the rest')
}

async function runAll(fault: Fault): Promise<void> {
  const own = cells.flatMap((cell, index) => (cell.fault === fault ? [{ cell, id: `cell${index}` }] : []))
  await Promise.all(
    own.map(async ({ cell, id }) => {
      const { length, stream, all } = cell
      const title = `chain of ${length}, ${stream ? 'streamed' : 'whole'}, ${all ? 'all fail' : 'the last answers'}`
      await run(cell, id).catch((error: unknown) => {
        throw new Error(title, { cause: error })
      })
    }),
  )
}

describe('who is asked, what is heard, who rests, what is written', { concurrency: 4 }, () => {
  for (const fault of faults) test(fault.name, () => runAll(fault))
})

test('the faults produce every kind of failure but our own budget, which has its own test', () => {
  const produced = new Set(faults.map(({ kind }) => kind))
  assert.deepEqual(
    failureKinds.filter((kind) => !produced.has(kind)),
    ['budget'],
  )
  for (const { kind, final } of faults) assert.equal(policy[kind].next, final !== true)
})

test('rests and turns survive the end of the process', async () => {
  const rests = await store.rests.all()
  assert.ok(rests.length > 50)
  await store.close()
  store = open()
  assert.deepEqual(await store.rests.all(), rests)
})
