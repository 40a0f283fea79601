import { collect } from '../../src/core/collect.ts'
import { Failure, type Attempt, type FailureKind } from '../../src/core/failure.ts'
import { silent } from '../../src/core/log.ts'
import { textOf } from '../../src/core/message.ts'
import type { Provider } from '../../src/core/provider.ts'
import type { Rest } from '../../src/core/store.ts'
import { exhausted } from '../../src/providers/attempt.ts'
import { fallback } from '../../src/providers/fallback.ts'
import { bucket, paced } from '../../src/providers/paced.ts'
import { billingRestSeconds, policy, standardRestSeconds } from '../../src/providers/policy.ts'
import { restBook, type RestKeys } from '../../src/providers/rest-book.ts'
import { resting } from '../../src/providers/resting.ts'
import { rotate } from '../../src/providers/rotate.ts'
import { fakeClock } from '../fakes/clock.ts'
import { fakeCall, fakeProvider, type Step } from '../fakes/provider.ts'
import { memoryStore } from '../fakes/store.ts'
import type { Adapters } from './adapters.ts'

const keysOf = (id: string, owner = id): RestKeys => ({ key: owner, model: `${owner} ${id}`, host: owner })
const failed = (kind: FailureKind, id: string, detail: object = {}): Failure =>
  new Failure(kind, `${id}: ${kind}.`, { endpoint: id, ...detail })
const attemptOf = (kind: FailureKind, id: string): Attempt => ({
  endpoint: id,
  kind,
  message: `${id}: ${kind}.`,
  ms: 0,
  skipped: false,
})

type RestStep =
  | { readonly op: 'setClock'; readonly seconds: number }
  | { readonly op: 'markFailure' | 'failureCount'; readonly key: string; readonly kind: FailureKind }
  | { readonly op: 'markSuccess' | 'isAvailable' | 'errorCount' | 'cooldownRemainingSeconds'; readonly key: string }

/** A key of the original is an endpoint with one model; what it counts together we count for the model and for the key. */
async function restScenario({ steps }: { readonly steps: readonly RestStep[] }) {
  const clock = fakeClock()
  const { rests } = memoryStore()
  const book = restBook(rests, clock, silent)
  const start = clock.now()
  const answers: (number | boolean)[] = []
  const restsOf = async (id: string): Promise<readonly Rest[]> =>
    (await rests.all()).filter(({ key }) => Object.values(keysOf(id)).includes(key))
  const remaining = async (id: string) => Math.max(0, ((await book.find(keysOf(id)))?.until ?? 0) - clock.now()) / 1_000
  for (const step of steps) {
    switch (step.op) {
      case 'setClock':
        await clock.advance(start + step.seconds * 1_000 - clock.now())
        break
      case 'markFailure':
        await book.failed(keysOf(step.key), failed(step.kind, step.key), attemptOf(step.kind, step.key), clock.now())
        break
      case 'markSuccess':
        await book.clear(keysOf(step.key))
        break
      case 'isAvailable':
        answers.push((await remaining(step.key)) === 0)
        break
      case 'errorCount':
        answers.push((await restsOf(step.key)).reduce((sum, { failures }) => sum + failures, 0))
        break
      case 'failureCount': {
        const { scope, rest } = policy[step.kind]
        const own = (await restsOf(step.key)).find(({ key }) => key === keysOf(step.key)[scope])
        const { failures = 0, billingFailures = 0 } = own ?? {}
        answers.push(rest === 'billing' ? billingFailures : failures - billingFailures)
        break
      }
      case 'cooldownRemainingSeconds':
        answers.push(await remaining(step.key))
        break
    }
  }
  return answers
}

interface ChainInput {
  readonly candidates: readonly {
    readonly id: string
    readonly vendor: string
    readonly model: string
    readonly key?: string
  }[]
  readonly callResults: readonly (
    | { readonly content: string }
    | { readonly failure: { readonly kind: FailureKind; readonly status?: number; readonly body?: string } }
  )[]
  readonly resting?: readonly { readonly id: string; readonly kind: FailureKind }[]
  readonly drained?: readonly string[]
}

async function runChain({ candidates, callResults, resting: rested = [], drained = [] }: ChainInput) {
  const clock = fakeClock()
  const { rests } = memoryStore()
  const book = restBook(rests, clock, silent)
  const results = [...callResults]
  const order: string[] = []
  const wire = (id: string): Provider => ({
    name: id,
    open(call, signal) {
      order.push(id)
      const result = results.shift()
      const step: Step =
        result === undefined
          ? { crash: new Error(`call ${order.length} is not foreseen`) }
          : 'content' in result
            ? { answer: result.content }
            : { fail: result.failure.kind, ...(result.failure.status && { detail: { status: result.failure.status } }) }
      return fakeProvider(id, [step]).open(call, signal)
    },
  })
  const keys = new Map(candidates.map(({ id, vendor, key = '' }) => [id, keysOf(id, `${vendor} ${key}`)]))
  const members = candidates.map(({ id }) => {
    const pace = bucket(drained.includes(id) ? 1 : 0, clock)
    if (drained.includes(id)) pace.take()
    return resting(paced(wire(id), pace), keys.get(id) ?? keysOf(id), book, clock)
  })
  for (const { id, kind } of rested)
    await book.failed(keys.get(id) ?? keysOf(id), failed(kind, id), attemptOf(kind, id), clock.now())
  const before = new Set(rested.map(({ id }) => id))
  const restingAfter = async () => {
    const now = await Promise.all(members.map(async (member) => ((await member.resting?.()) ? member.name : undefined)))
    return now.filter((id) => id !== undefined && !before.has(id))
  }
  try {
    const reply = await fallback('chain', members, clock).open(fakeCall(), new AbortController().signal)
    const content = reply.type === 'events' ? textOf((await collect(reply.events)).message) : ''
    const head = { ok: true, answeredBy: reply.by.endpoint, content, attempts: reply.attempts }
    return { ...head, calls: order.length, callOrder: order, restingAfter: await restingAfter() }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { attempts = [] } = error.detail
    const outcome = attempts.length === 0 ? 'no-candidates' : policy[error.kind].next ? 'exhausted' : error.kind
    const tail = { calls: order.length, callOrder: order, restingAfter: await restingAfter() }
    return { ok: false, outcome, attempts, attemptCount: attempts.length, ...tail }
  }
}

interface AttemptInput {
  readonly id: string
  readonly kind?: FailureKind
  readonly message?: string
  readonly durationMs?: number
  readonly skipped?: boolean
}

function exhaustedMessage({ attempts }: { readonly attempts: readonly AttemptInput[] }): string {
  const list = attempts.map(({ id, kind = 'resting', message = '', durationMs = 0, skipped = false }): Attempt => ({
    endpoint: id,
    kind,
    message,
    ms: durationMs,
    skipped,
  }))
  const failures = list.map((attempt) => new Failure(attempt.kind, attempt.message, { attempts: [attempt] }))
  return exhausted('chain', list, failures).message
}

interface LimiterInput {
  readonly rpm: number
  readonly calls: number
  readonly atSeconds: readonly number[]
  readonly drainFirst?: number
}

async function rateLimiter({ rpm, calls, atSeconds, drainFirst = 0 }: LimiterInput): Promise<readonly boolean[]> {
  const clock = fakeClock()
  const start = clock.now()
  const pace = bucket(rpm, clock)
  for (let n = 0; n < drainFirst; n++) pace.take()
  const allowed: boolean[] = []
  for (let n = 0; n < calls; n++) {
    await clock.advance(start + (atSeconds[n] ?? 0) * 1_000 - clock.now())
    allowed.push(pace.take() === undefined)
  }
  return allowed
}

const allowedAtOnce = (rpm: number, calls: number): number => {
  const pace = bucket(rpm, fakeClock())
  return Array.from({ length: calls }, () => pace.take()).filter((until) => until === undefined).length
}

type Row = { readonly model_name: string; readonly model: string; readonly api_base?: string }

/** The rows of a list as pools of members that answer with what `say` finds in their row. */
function pools(rows: readonly Row[], say: (row: Row) => string): ReadonlyMap<string, Provider> {
  const { counters } = memoryStore()
  const clock = fakeClock()
  return new Map(
    [...Map.groupBy(rows, ({ model_name }) => model_name)].map(([name, group]) => {
      const members = group.map((row) => ({
        provider: fakeProvider(row.model, { answer: say(row) }),
        model: row.model,
      }))
      return [name, rotate(name, members, { counters, clock, log: silent })]
    }),
  )
}

async function picks(rows: readonly Row[], names: readonly string[], say: (row: Row) => string = ({ model }) => model) {
  const known = pools(rows, say)
  const found: string[] = []
  for (const name of names) {
    const pool = known.get(name)
    if (!pool) throw new Failure('not-found', `There is no model ${name}.`)
    const reply = await pool.open(fakeCall(), new AbortController().signal)
    if (reply.type === 'events') found.push(textOf((await collect(reply.events)).message))
  }
  return found
}

export const adapters = {
  failurePolicy: (kind: FailureKind) => ({ nextCandidate: policy[kind].next, rest: policy[kind].rest !== 'none' }),
  standardRestSeconds,
  billingRestSeconds,
  restScenario,
  runChain,
  exhaustedMessage,
  rateLimiter,
  rateLimiterByKey: ({
    registered,
    key,
    calls,
  }: {
    registered: Record<string, number>
    key: string
    calls: number
  }) => ({
    allowed: allowedAtOnce(registered[key] ?? 0, calls),
  }),
  rateLimiterByCandidate: ({
    candidates,
    calls,
  }: {
    candidates: readonly { readonly id: string; readonly rpm: number }[]
    calls: Record<string, number>
  }) => Object.fromEntries(candidates.map(({ id, rpm }) => [id, allowedAtOnce(rpm, calls[id] ?? 0)])),
  pickRoundRobin: ({ model_list, lookups }: { model_list: readonly Row[]; lookups: readonly string[] }) =>
    picks(model_list, lookups),
  async roundRobinDistribution({
    model_list,
    name,
    calls,
  }: {
    model_list: readonly Row[]
    name: string
    calls: number
  }) {
    const found = await picks(
      model_list,
      Array.from({ length: calls }, () => name),
    )
    return Object.fromEntries([...Map.groupBy(found, (model) => model)].map(([model, { length }]) => [model, length]))
  },
  roundRobinBases: ({ model_list, requests }: { model_list: readonly Row[]; requests: number }) =>
    picks(
      model_list,
      Array.from({ length: requests }, () => model_list[0]?.model_name ?? ''),
      ({ api_base = '' }) => api_base,
    ),
} satisfies Adapters
