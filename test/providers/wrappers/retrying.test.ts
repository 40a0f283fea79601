import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure, failureKinds } from '../../../src/core/failure.ts'
import type { Resting } from '../../../src/core/provider.ts'
import { fallback } from '../../../src/providers/fallback.ts'
import { policy } from '../../../src/providers/policy.ts'
import { type Retries, retrying } from '../../../src/providers/retrying.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { ask, fakeCall, fakeProvider, type FakeProvider, type Step } from '../../fakes/provider.ts'

function setUp(
  steps: readonly (readonly Step[] | Step)[],
  resting?: () => Resting | undefined,
  retries: Retries = { rounds: 2, waitMs: 1_000 },
) {
  const clock = fakeClock()
  const members = steps.map((script, index) => fakeProvider('abc'[index] ?? 'x', script, resting && { resting }))
  const provider = retrying(fallback('chain', members, clock), clock, retries)
  return { clock, members, provider }
}
const asked = (members: readonly FakeProvider[]) => members.map(({ calls }) => calls.length)

test('a transient failure is tried again after one and after two more seconds, then it is told', async () => {
  const { clock, members, provider } = setUp([{ fail: 'overloaded' }])
  const outcome = ask(provider)
  await clock.advance(999)
  assert.deepEqual(asked(members), [1])
  await clock.advance(1)
  assert.deepEqual(asked(members), [2])
  await clock.advance(1_999)
  assert.deepEqual(asked(members), [2])
  await clock.advance(1)
  assert.deepEqual(asked(members), [3])
  const failure = await outcome
  assert.ok(failure instanceof Failure)
  assert.equal(failure.kind, 'overloaded')
  assert.equal(failure.detail.attempts?.length, 3)
})

test('how often, and after which time, is a setting', async () => {
  const { clock, members, provider } = setUp([{ fail: 'network' }], undefined, { rounds: 3, waitMs: 500 })
  const outcome = ask(provider)
  for (const [wait, calls] of [
    [499, 1],
    [1, 2],
    [1_000, 3],
    [2_000, 4],
    [60_000, 4],
  ] as const) {
    await clock.advance(wait)
    assert.deepEqual(asked(members), [calls])
  }
  assert.ok((await outcome) instanceof Failure)
})

test('the reply names the attempts of the rounds before it', async () => {
  const { clock, provider } = setUp([[{ fail: 'network' }, { answer: 'hi' }]])
  const open = provider.open(fakeCall(), new AbortController().signal)
  await clock.advance(1_000)
  assert.deepEqual(
    (await open).attempts.map(({ kind }) => kind),
    ['network'],
  )
})

test('Retry-After is honoured up to 5 s and ends the matter above', async () => {
  const patient = setUp([[{ fail: 'rate-limit', detail: { retryAfterMs: 4_000 } }, { answer: 'hi' }]])
  const outcome = ask(patient.provider)
  await patient.clock.advance(3_999)
  assert.deepEqual(asked(patient.members), [1])
  await patient.clock.advance(1)
  assert.equal(await outcome, 'hi')
  const tooLong = setUp([{ fail: 'rate-limit', detail: { retryAfterMs: 5_001 } }])
  assert.ok((await ask(tooLong.provider)) instanceof Failure)
  assert.deepEqual(asked(tooLong.members), [1])
})

test('one failure that does not pass by itself is enough to stop', async () => {
  for (const kind of failureKinds.filter((kind) => !policy[kind].retry)) {
    const { members, provider } = setUp([{ fail: 'network' }, { fail: kind }])
    assert.ok((await ask(provider)) instanceof Failure, kind)
    assert.deepEqual(asked(members), [1, 1], kind)
  }
})

test('nobody is asked again when all rest for longer than 5 s', async () => {
  const clock = fakeClock()
  const until = clock.now() + 60_000
  const rest = { until, reason: { endpoint: 'a', kind: 'overloaded', message: 'a', ms: 0, skipped: false } } as const
  const { members, provider } = setUp([{ fail: 'overloaded' }, { fail: 'overloaded' }], () => rest)
  assert.ok((await ask(provider)) instanceof Failure)
  assert.deepEqual(asked(members), [1, 1])
})

test('a candidate that is free again within 5 s is waited for', async () => {
  const clock = fakeClock()
  const paced: Step = { fail: 'paced', detail: { until: clock.now() + 3_000 } }
  const { members, provider, ...own } = setUp([
    [paced, { answer: 'hi' }],
    { fail: 'resting', detail: { until: clock.now() + 60_000 } },
  ])
  const outcome = ask(provider)
  await own.clock.advance(2_999)
  assert.deepEqual(asked(members), [1, 1])
  await own.clock.advance(1)
  assert.equal(await outcome, 'hi')
})

test('a stop during the wait ends it at once', async () => {
  const { clock, members, provider } = setUp([{ fail: 'overloaded' }])
  const stop = new AbortController()
  const outcome = ask(provider, fakeCall(), stop.signal)
  await clock.advance(500)
  stop.abort()
  const failure = await outcome
  assert.ok(failure instanceof Failure)
  assert.deepEqual([failure.kind, failure.detail.attempts?.length], ['aborted', 1])
  assert.deepEqual(asked(members), [1])
})

test('an answer that breaks off is never begun anew here', async () => {
  const { members, provider } = setUp([{ cut: 'network', answer: 'half' }])
  assert.ok((await ask(provider)) instanceof Failure)
  assert.deepEqual(asked(members), [1])
})

test('the first failure gives the kind, the others are listed', async () => {
  const { clock, provider } = setUp([[{ fail: 'network' }, { fail: 'auth' }]])
  const outcome = ask(provider)
  await clock.advance(1_000)
  const failure = await outcome
  assert.ok(failure instanceof Failure)
  assert.deepEqual([failure.kind, failure.detail.attempts?.map(({ kind }) => kind)], ['network', ['network', 'auth']])
})

test('a defect is not tried again', async () => {
  const { members, provider } = setUp([{ crash: new RangeError('defect') }])
  await assert.rejects(ask(provider), RangeError)
  assert.deepEqual(asked(members), [1])
})
