import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../../src/core/clock.ts'
import { type Attempt, Failure } from '../../../src/core/failure.ts'
import { silent } from '../../../src/core/log.ts'
import { userText } from '../../../src/core/message.ts'
import type { Call, Provider } from '../../../src/core/provider.ts'
import type { Store } from '../../../src/core/store.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { toEntry } from '../../../src/models/entry-from-row.ts'
import type { Pool } from '../../../src/models/pool.ts'
import { type Fleet, fleet } from '../../../src/providers/fleet.ts'
import { protocols } from '../../../src/providers/protocols.ts'
import { openStore } from '../../../src/store/open.ts'
import { vendorServer } from '../../fakes/vendor-server.ts'
import type { Fault } from './fault.ts'
import { type Asked, faultyServer, nobody } from './faulty-server.ts'

/** A clock that stands still but for what is slept: the caller's own sleeps pass at once, time limits take their real time. */
export interface MatrixClock extends Clock {
  advance(ms: number): void
}
export function matrixClock(caller: AbortSignal): MatrixClock {
  let now = 1_700_000_000_000
  return {
    now: () => now,
    advance: (ms) => void (now += ms),
    async sleep(ms, signal) {
      if (signal !== caller) await systemClock.sleep(ms, signal)
      now += ms
    },
  }
}

export const tagOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 12)

/** The real protocols over the real network, with a store. */
export function realFleet(store: Store, clock: Clock): Fleet {
  return fleet({
    retries: () => ({ rounds: 2, waitMs: 1_000 }),
    clock,
    log: silent,
    rests: store.rests,
    counters: store.counters,
    ledger: store.ledger,
    keyTag: tagOf,
    async protocol(id) {
      const load = protocols[id]
      assert.ok(load)
      return (await load()).default
    },
    fetchFor: () => globalThis.fetch,
    blob: () => Promise.reject(new Error('There are no blobs here.')),
    redact: (text) => text.replaceAll(/sk-[\w-]+/g, '[secret]'),
    credential: () => Promise.reject(new Error('Nobody signs in here.')),
  })
}

/** A candidate: an entry with one of its keys. */
export interface Seat {
  /** As people know it. */
  readonly name: string
  readonly vendor: string
  readonly base: string
  readonly model: string
  readonly key: string
  readonly faulty: boolean
}

/** Pools of rows, and how many keys each row has: chains of one, two and five candidates. */
const shapes = {
  1: [[1]],
  2: [[1], [1]],
  5: [[2], [1, 1], [1]],
} as const
export type Length = keyof typeof shapes

export interface Bench extends AsyncDisposable {
  readonly pools: readonly Pool[]
  /** The candidates, pool by pool. */
  readonly seats: readonly (readonly Seat[])[]
  /** What the servers were asked so far, in order. */
  readonly asked: Asked[]
  /** Called for every question. */
  onAsked: () => void
  readonly folder: string
}

export const answer = 'From the last one.'

/** Servers and pools for a chain. The last candidate answers unless all have the fault. */
export async function bench(fault: Fault, length: Length, allFail: boolean): Promise<Bench> {
  const asked: Asked[] = []
  const stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-matrix-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const self: { onAsked: () => void } = { onAsked: () => undefined }
  const tell = (item: Asked) => {
    asked.push(item)
    self.onAsked()
  }
  let count = 0
  const rowOf = async (keyCount: number, good: boolean) => {
    const number = ++count
    const speaks = good && length === 2 && !fault.protocol ? 'anthropic-messages' : good ? 'openai' : fault.protocol
    const vendor = speaks ?? 'openai'
    const url = good ? await goodServer(stack, tell) : await faultUrl(fault, stack, tell)
    const base = vendor === 'openai' ? `${url}/v1` : url
    const model = `m${number}`
    const keys = Array.from({ length: keyCount }, (_, index) => `sk-matrix-key-${number}-${index}`)
    const row = { model_name: `row ${number}`, model: `${vendor}/${model}`, api_base: base, api_keys: keys }
    const limits = good ? { price: { input: 1, output: 2 } } : fault.entry
    const entry = { ...toEntry(row, { source: 'config' }), ...limits }
    const seats = keys.map((key, index): Seat => {
      const name = `${vendor}/${model}${index > 0 ? ` (key ${index + 1})` : ''}`
      return { name, vendor, base: entry.apiBase, model, key, faulty: !good }
    })
    return { entry, seats }
  }
  const shape = shapes[length]
  const pools: Pool[] = []
  const seats: (readonly Seat[])[] = []
  for (const [index, rows] of shape.entries()) {
    const made = []
    for (const keys of rows) made.push(await rowOf(keys, !allFail && index === shape.length - 1))
    pools.push({ name: `pool ${index + 1}`, entries: made.map(({ entry }) => entry) })
    seats.push(made.flatMap((row) => row.seats))
  }
  return Object.assign(self, { pools, seats, asked, folder, [Symbol.asyncDispose]: () => stack.disposeAsync() })
}

async function goodServer(stack: AsyncDisposableStack, tell: (asked: Asked) => void): Promise<string> {
  const server = await vendorServer(({ key = '', body }) => {
    tell({ key, model: body.model ?? '' })
    return answer
  })
  stack.defer(() => server.close())
  return server.url
}

async function faultUrl({ serve }: Fault, stack: AsyncDisposableStack, tell: (asked: Asked) => void): Promise<string> {
  return serve ? stack.use(await faultyServer(serve, tell)).url : nobody()
}

/** The store waits by the machine's clock: it must not move ours. */
export const openIn = (folder: string): Store =>
  openStore(join(folder, 'matrix.db'), { clock: systemClock, log: silent })

/** What a person got: the words that were shown, and the Failure that ended it. */
export interface Heard {
  readonly text: string
  readonly failure?: Failure
  /** What the answer says was tried before it. */
  readonly attempts?: readonly Attempt[]
  readonly by?: string
}

export const callOf = (id: string, stream: boolean): Call => ({
  id,
  request: () => ({ messages: [userText('Hello')] }),
  stream,
  cause: 'test',
})

export async function hear(provider: Provider, call: Call, signal: AbortSignal): Promise<Heard> {
  let text = ''
  try {
    const { type, ...reply } = await provider.open(call, signal)
    const { attempts, by } = reply
    assert.equal(type, 'events')
    try {
      for await (const event of 'events' in reply ? reply.events : [])
        if (event.type === 'text-delta') text += event.text
      await reply.end
      return { text, attempts, by: by.endpoint }
    } catch (error) {
      if (error instanceof Failure) return { text, failure: error, attempts, by: by.endpoint }
      throw error
    }
  } catch (error) {
    if (error instanceof Failure) return { text, failure: error }
    throw error
  } finally {
    // Rests and rows are written by whoever hears of the end after the reader.
    for (let tick = 0; tick < 10; tick += 1) await new Promise((resolve) => setImmediate(resolve))
  }
}
