import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Adapter, Adapters } from './adapters.ts'
import { compare } from './compare.ts'
import type { Differences } from './equal.ts'
import { isRecord, outcomeOf } from './outcome.ts'

export interface Vector {
  readonly id: string
  readonly fn: string
  readonly input: unknown
  readonly expected: unknown
}
export interface Suite {
  readonly suite: string
  readonly vectors: readonly Vector[]
}

/** Every suite of a folder, by file name. Throws when a file is no suite. */
export function readSuites(folder: string): readonly Suite[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return files.sort().map((file) => {
    const content: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    if (isSuite(content)) return content
    throw new Error(`${join(folder, file)} is no file of vectors`)
  })
}
function isSuite(content: unknown): content is Suite {
  return (
    isRecord(content) &&
    typeof content['suite'] === 'string' &&
    Array.isArray(content['vectors']) &&
    content['vectors'].every(
      (vector: unknown) =>
        isRecord(vector) &&
        typeof vector['id'] === 'string' &&
        typeof vector['fn'] === 'string' &&
        'expected' in vector,
    )
  )
}

export type Verdict =
  | { readonly id: string; readonly fn: string; readonly result: 'passed' | 'disputed' | 'not built' }
  | { readonly id: string; readonly fn: string; readonly result: 'failed'; readonly differences: Differences }

/** Runs one vector. `disputed` holds ids that are not run. */
export async function verdictOf(vector: Vector, adapters: Adapters, disputed: ReadonlySet<string>): Promise<Verdict> {
  const { id, fn } = vector
  const unit = Object.hasOwn(adapters, fn) ? adapters[fn] : undefined
  if (!unit) return { id, fn, result: 'not built' }
  if (disputed.has(id)) return { id, fn, result: 'disputed' }
  const differences = await differencesOf(vector, unit)
  return differences.length === 0 ? { id, fn, result: 'passed' } : { id, fn, result: 'failed', differences }
}

async function differencesOf({ fn, input, expected }: Vector, unit: Adapter): Promise<Differences> {
  const over = new AbortController()
  const late = sleep(20_000, undefined, { signal: over.signal, ref: true }).then(
    () => ['no answer within 20 seconds'],
    () => [],
  )
  try {
    const compared = outcomeOf(() => unit(structuredClone(input) as never)).then((outcome) =>
      compare(fn, expected, outcome, input),
    )
    return await Promise.race([compared, late])
  } catch (error) {
    return [error instanceof Error ? `the adapter broke: ${error.name}: ${error.message}` : 'the adapter broke']
  } finally {
    over.abort()
  }
}
