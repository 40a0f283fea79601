import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Failure, failureKinds, type FailureKind } from '../../../src/core/failure.ts'
import { silent } from '../../../src/core/log.ts'
import type { Provider } from '../../../src/core/provider.ts'
import { fallback } from '../../../src/providers/fallback.ts'
import { policy } from '../../../src/providers/policy.ts'
import { restBook } from '../../../src/providers/rest-book.ts'
import { resting } from '../../../src/providers/resting.ts'
import { rotate } from '../../../src/providers/rotate.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { ask, fakeProvider, type Step } from '../../fakes/provider.ts'
import { memoryStore } from '../../fakes/store.ts'

type Result = 'ok' | FailureKind
/** What the candidates of one pool answer, call by call, over and over. */
type Scripts = readonly (readonly Result[])[]
interface Case {
  readonly pools: readonly Scripts[]
  /** Seconds that pass before each request. */
  readonly pauses: readonly number[]
}
/** One request: who was asked in what order, how it ended, and who rests afterwards for how many more seconds. */
interface Round {
  readonly asked: readonly string[]
  readonly outcome: string
  readonly rests: Readonly<Record<string, number>>
}

const skipped: readonly FailureKind[] = ['resting', 'paced', 'budget']
const results = fc.constantFrom<Result>('ok', ...failureKinds.filter((kind) => !skipped.includes(kind)))
const script = fc.array(results, { minLength: 1, maxLength: 4 })
const cases: fc.Arbitrary<Case> = fc.record({
  pools: fc.array(fc.array(script, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  pauses: fc.array(fc.constantFrom(0, 1, 6, 31, 61, 301, 3_601, 20_000, 90_000), { minLength: 1, maxLength: 12 }),
})
const nameOf = (pool: number, member: number) => `${'abc'[pool]}${member}`

interface Row {
  until: number
  n: number
  b: number
  brief: number
  at: number
}

const free = (): Row => ({ until: 0, n: 0, b: 0, brief: 0, at: 0 })

/** The rules in their shortest form, without any of our code but the table of kinds. */
function expected({ pools, pauses }: Case): readonly Round[] {
  const state = new Map<string, { calls: number; key: Row; model: Row }>()
  const turns = pools.map(() => 0)
  const sole = pools.flat().length === 1
  let now = 0
  return pauses.map((pause) => {
    now += pause
    const asked: string[] = []
    const outcome = pools
      .flatMap((scripts, pool) => {
        const start = () => (scripts.length > 1 ? turns[pool]!++ % scripts.length : 0)
        return [{ pool, scripts, start }]
      })
      .reduce<string | undefined>((ended, { pool, scripts, start }) => {
        if (ended) return ended
        const from = start()
        for (let step = 0; step < scripts.length; step++) {
          const member = (from + step) % scripts.length
          const name = nameOf(pool, member)
          const own = state.get(name) ?? { calls: 0, key: free(), model: free() }
          state.set(name, own)
          if (Math.max(own.key.until, own.model.until) > now && !sole) continue
          asked.push(name)
          const result = scripts[member]![own.calls++ % scripts[member]!.length]!
          if (result === 'ok') {
            Object.assign(own, { key: free(), model: free() })
            return name
          }
          fail(own[policy[result].scope], result)
          if (result === 'refused' || result === 'aborted') return result
        }
        return undefined
      }, undefined)
    const rests = [...state].flatMap(([name, { key, model }]) => {
      const until = Math.max(key.until, model.until)
      return until > now ? [[name, until - now] as const] : []
    })
    return { asked, outcome: outcome ?? 'exhausted', rests: Object.fromEntries(rests) }
  })

  function fail(own: Row, kind: FailureKind): void {
    const { rest } = policy[kind]
    if (rest === 'none') return
    if (now - own.at > 86_400) Object.assign(own, { n: 0, b: 0, brief: 0 })
    own.at = now
    if (rest !== 'brief') own.n += 1
    if (rest === 'billing') own.b += 1
    own.brief = rest === 'brief' ? Math.min(30, own.brief === 0 ? 5 : own.brief * 2) : 0
    const standard = [60, 300, 1_500, 3_600][Math.min(own.n, 4) - 1]!
    const billing = [5, 10, 20, 24][Math.min(own.b, 4) - 1]! * 3_600
    const until = now + { brief: own.brief, standard, billing }[rest]
    // A sole candidate is asked while it rests; a shorter new rest then leaves the longer one as it is.
    if (own.until > until) own.brief = 0
    own.until = Math.max(own.until, until)
  }
}

async function found({ pools, pauses }: Case): Promise<readonly Round[]> {
  const clock = fakeClock()
  const { rests, counters } = memoryStore()
  const book = restBook(rests, clock, silent)
  const asked: string[] = []
  const leaves: Provider[] = []
  const chain = fallback(
    'chain',
    pools.map((scripts, pool) => {
      const members = scripts.map((script, member) => {
        const name = nameOf(pool, member)
        let calls = 0
        const wire: Provider = {
          name,
          open(call, signal) {
            asked.push(name)
            const result = script[calls++ % script.length]!
            const step: Step = result === 'ok' ? { answer: name } : { fail: result }
            return fakeProvider(name, [step]).open(call, signal)
          },
        }
        const leaf = resting(wire, { model: `${name} m`, key: name, host: 'one' }, book, clock)
        leaves.push(leaf)
        return { provider: leaf, model: 'm' }
      })
      return rotate(`pool ${pool}`, members, { counters, clock, log: silent })
    }),
    clock,
  )
  const rounds: Round[] = []
  for (const pause of pauses) {
    await clock.advance(pause * 1_000)
    asked.length = 0
    const outcome = await ask(chain)
    await new Promise((resolve) => setImmediate(resolve))
    const left = await Promise.all(leaves.map(async (leaf) => [leaf.name, (await leaf.resting?.())?.until] as const))
    const restsNow = left.flatMap(([name, until]) => (until ? [[name, (until - clock.now()) / 1_000] as const] : []))
    rounds.push({
      asked: [...asked],
      outcome: outcome instanceof Failure ? (policy[outcome.kind].next ? 'exhausted' : outcome.kind) : outcome,
      rests: Object.fromEntries(restsNow),
    })
  }
  return rounds
}

test('any chain with any script asks, answers and rests as the rules say', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (example) => assert.deepEqual(await found(example), expected(example))),
    { numRuns: 300 },
  )
})
