import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../../src/core/failure.ts'
import { silent } from '../../../src/core/log.ts'
import type { Resting, Standing } from '../../../src/core/provider.ts'
import type { CounterStore } from '../../../src/core/store.ts'
import { rotate, type Turns } from '../../../src/providers/rotate.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { ask, fakeCall, fakeProvider, type FakeProvider, type Step } from '../../fakes/provider.ts'
import { memoryStore } from '../../fakes/store.ts'

const rests = (until: number): Resting => ({
  until,
  reason: { endpoint: 'x', kind: 'rate-limit', message: 'x: slow down.', ms: 1, skipped: false },
})

/** Members answer with their own name unless scripted; `resting` holds those that refuse. */
function setUp(
  models: Readonly<Record<string, string>>,
  { scripts = {}, ...more }: Partial<Turns> & { readonly scripts?: Readonly<Record<string, readonly Step[]>> } = {},
) {
  const clock = fakeClock()
  const resting = new Map<string, Resting>()
  const members = Object.entries(models).map(([name, model]) => {
    const inner = fakeProvider(name, scripts[name] ?? { answer: name }, { resting: () => resting.get(name) })
    const provider: FakeProvider = {
      ...inner,
      async open(call, signal) {
        const rest = call.standing === 'sole' ? undefined : resting.get(name)
        if (rest) throw new Failure('resting', `${name}: rests.`, { endpoint: name, until: rest.until })
        return inner.open(call, signal)
      },
    }
    return { provider, model }
  })
  const { counters } = memoryStore()
  const provider = rotate('pool', members, { counters, clock, log: silent, ...more })
  const standings = () => members.map(({ provider }) => provider.calls.map((call) => call.standing))
  return { clock, resting, provider, members, counters, standings }
}
const abc = { a: 'm', b: 'm', c: 'm' }

test('members take turns, and go on where the last process stopped', async () => {
  const { provider, members, counters, clock } = setUp(abc)
  assert.deepEqual([await ask(provider), await ask(provider)], ['a', 'b'])
  const next = rotate('pool', members, { counters, clock, log: silent })
  assert.deepEqual([await ask(next), await ask(next)], ['c', 'a'])
  const other = rotate('other', members, { counters, clock, log: silent })
  assert.equal(await ask(other), 'a')
})

test('later calls of one turn stay on the member that answered', async () => {
  const { provider } = setUp(abc, { scripts: { a: [{ fail: 'overloaded' }] } })
  const turn = {}
  const answers = []
  for (let n = 0; n < 3; n++) answers.push(await ask(provider, fakeCall({ turn })))
  assert.deepEqual(answers, ['b', 'b', 'b'])
  assert.equal(await ask(provider), 'b')
})

test('a turn that nobody answered begins again where it began, without a step', async () => {
  const scripts = { a: [{ fail: 'overloaded' }], b: [{ fail: 'overloaded' }], c: [{ fail: 'overloaded' }] } as const
  const { provider, members } = setUp(abc, { scripts })
  const turn = {}
  await ask(provider, fakeCall({ turn }))
  for (const { provider } of members) provider.add({ answer: provider.name }, { answer: provider.name })
  assert.equal(await ask(provider, fakeCall({ turn })), 'a')
  assert.equal(await ask(provider), 'b')
})

test('a turn leaves a member that rests', async () => {
  const { provider, resting, clock } = setUp(abc)
  const turn = {}
  assert.equal(await ask(provider, fakeCall({ turn })), 'a')
  resting.set('a', rests(clock.now() + 1_000))
  assert.equal(await ask(provider, fakeCall({ turn })), 'b')
  resting.clear()
  assert.equal(await ask(provider, fakeCall({ turn })), 'b')
})

test('a counter that cannot be stored goes on in memory', async () => {
  const counters: CounterStore = {
    next: async () => {
      throw new Error('locked')
    },
  }
  const { provider } = setUp(abc, { counters })
  assert.deepEqual(
    [await ask(provider), await ask(provider), await ask(provider), await ask(provider)],
    ['a', 'b', 'c', 'a'],
  )
})

test('the other keys of a model stand in before any other model', async () => {
  const scripts = { 'gpt key 2': [{ fail: 'rate-limit' }] } as const
  const { provider } = setUp({ 'gpt key 1': 'gpt', 'gpt key 2': 'gpt', claude: 'claude' }, { scripts })
  assert.equal(await ask(provider), 'gpt key 1')
  assert.equal(await ask(provider), 'gpt key 1')
})

test('a resting member is skipped and named in the reply', async () => {
  const { provider, resting, clock } = setUp(abc)
  resting.set('a', rests(clock.now() + 1_000))
  const reply = await provider.open(fakeCall(), new AbortController().signal)
  assert.equal(reply.by.endpoint, 'b')
  assert.deepEqual(
    reply.attempts.map(({ endpoint, skipped }) => [endpoint, skipped]),
    [['a', true]],
  )
})

test('all resting: nobody is asked, the answer names the earliest time', async () => {
  const { provider, resting, clock, standings } = setUp(abc)
  for (const [index, name] of ['a', 'b', 'c'].entries()) resting.set(name, rests(clock.now() + 9_000 - index * 1_000))
  const failure = await ask(provider)
  assert.ok(failure instanceof Failure)
  assert.deepEqual([failure.kind, failure.detail.until], ['resting', clock.now() + 7_000])
  assert.deepEqual(standings(), [[], [], []])
  assert.equal((await provider.resting?.())?.until, clock.now() + 7_000)
})

test('a pool may ask the soonest when all rest, unless someone outside is free', async () => {
  const { provider, resting, clock } = setUp(abc, { whenAllRest: 'soonest' })
  for (const [index, name] of ['a', 'b', 'c'].entries()) resting.set(name, rests(clock.now() + 9_000 - index * 1_000))
  assert.equal(await ask(provider, fakeCall({ standing: 'last' })), 'c')
  assert.equal(await ask(provider), 'c')
  const outside = await ask(provider, fakeCall({ standing: 'one-of-many' }))
  assert.ok(outside instanceof Failure && outside.kind === 'resting')
})

test('each member is told where it stands', async () => {
  const fail: Step[] = [{ fail: 'overloaded' }]
  const all = { a: fail, b: fail, c: fail }
  const cases: readonly (readonly [
    outer: Standing | undefined,
    resting: readonly string[],
    expected: readonly string[],
  ])[] = [
    [undefined, [], ['one-of-many', 'one-of-many', 'last']],
    ['last', [], ['one-of-many', 'one-of-many', 'last']],
    ['one-of-many', [], ['one-of-many', 'one-of-many', 'one-of-many']],
    ['last', ['b', 'c'], ['last']],
    ['last', ['c'], ['one-of-many', 'last']],
  ]
  for (const [outer, names, expected] of cases) {
    const { provider, resting, clock, standings } = setUp(abc, { scripts: all })
    for (const name of names) resting.set(name, rests(clock.now() + 1_000))
    await ask(provider, fakeCall(outer && { standing: outer }))
    assert.deepEqual(standings().flat(), expected, `${outer} with ${names.join()} resting`)
  }
})

test('a single member stands where its pool stands, and needs no counter', async () => {
  let steps = 0
  const counters = { next: async () => steps++ }
  for (const outer of ['sole', 'last', 'one-of-many'] as const) {
    const { provider, standings } = setUp({ a: 'm' }, { counters })
    await ask(provider, fakeCall({ standing: outer }))
    assert.deepEqual(standings(), [[outer]])
  }
  assert.equal(steps, 0)
})
