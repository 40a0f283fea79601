import { randomUUID } from 'node:crypto'
import { collect } from '../core/collect.ts'
import { Failure, type FailureKind } from '../core/failure.ts'
import { userText } from '../core/message.ts'
import type { Call } from '../core/provider.ts'
import type { ModelEntry } from '../models/entry.ts'
import type { House } from './house.ts'

/** What one candidate did with one real request. */
export interface TestResult {
  /** The name in the model list. */
  readonly name: string
  readonly vendor: string
  readonly model: string
  readonly base: string
  /** 1 for the first key. */
  readonly key: number
  readonly ok: boolean
  readonly ms: number
  /** The model in the vendor's own words. */
  readonly answeredBy?: string
  readonly kind?: FailureKind
  readonly status?: number
  /** The URL that was called. */
  readonly url?: string
  /** What went wrong and what to do, one sentence each. */
  readonly message?: string
  readonly notes: readonly string[]
}

/**
 * Sends one small request to every candidate of the named models (all of them without names), side by side, on the road of a real
 * call. `progress` is told each result as it comes. A candidate that answers no longer rests.
 */
export async function testModels(
  house: Pick<House, 'clock' | 'fleet' | 'current'>,
  names: readonly string[],
  progress: (result: TestResult, done: number, all: number) => void,
  signal: AbortSignal,
): Promise<readonly TestResult[]> {
  const entries =
    names.length > 0
      ? names.flatMap((name) => house.current.registry.resolve(name).entries)
      : house.current.sources.entries
  const candidates = entries.flatMap((entry) =>
    (entry.keys.length > 0 ? entry.keys : [undefined]).map((key, index) => ({
      entry: { ...entry, keys: key === undefined ? [] : [key] },
      key: index + 1,
    })),
  )
  let done = 0
  return Promise.all(
    candidates.map(async ({ entry, key }) => {
      const result = await testOne(house, entry, key, signal)
      done += 1
      progress(result, done, candidates.length)
      return result
    }),
  )
}

async function testOne(
  { clock, fleet }: Pick<House, 'clock' | 'fleet'>,
  entry: ModelEntry,
  key: number,
  signal: AbortSignal,
): Promise<TestResult> {
  const start = clock.now()
  const facts = { name: entry.name, vendor: entry.vendor, model: entry.model, base: entry.apiBase, key }
  try {
    const reply = await fleet.chain([{ name: entry.name, entries: [entry] }]).open(testCall(), signal)
    if (reply.type === 'bytes')
      throw new Failure('bad-reply', `${entry.name} relayed bytes where an answer was asked for.`)
    const answer = await collect(reply.events)
    return { ...facts, ok: true, ms: clock.now() - start, answeredBy: answer.model, notes: reply.notes }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { status, url } = error.detail
    return {
      ...facts,
      ok: false,
      ms: clock.now() - start,
      kind: error.kind,
      message: error.message,
      notes: [],
      ...(status !== undefined && { status }),
      ...(url !== undefined && { url }),
    }
  }
}

function testCall(): Call {
  return {
    id: randomUUID(),
    request: () => ({ messages: [userText('Reply with the single word: OK')], maxTokens: 512 }),
    stream: true,
    cause: 'test',
  }
}
