import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Failure, type FailureKind, failureKinds } from '../../../src/core/failure.ts'
import type { Provider, Standing } from '../../../src/core/provider.ts'
import { fallback } from '../../../src/providers/fallback.ts'
import { policy } from '../../../src/providers/policy.ts'
import { retrying } from '../../../src/providers/retrying.ts'
import { rotate } from '../../../src/providers/rotate.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { memoryStore } from '../../fakes/store.ts'
import { aCall, candidate, hear, restingBench } from './bench.ts'

const clock = fakeClock()
const live = () => new AbortController().signal
const pool = (members: readonly Provider[], name = 'pool', counters = memoryStore().counters) =>
  rotate(name, members, { counters, clock })

test('members take turns, request by request', async () => {
  const turns = pool([candidate('a', 'A'), candidate('b', 'B'), candidate('c', 'C')])
  const heard: string[] = []
  for (let round = 0; round < 5; round += 1) heard.push(await hear(turns))
  assert.deepEqual(heard, ['A', 'B', 'C', 'A', 'B'])
})

test('each name has a counter of its own, shared by processes', async () => {
  const { counters } = memoryStore()
  const one = pool([candidate('a', 'A'), candidate('b', 'B')], 'x', counters)
  const two = pool([candidate('a', 'A'), candidate('b', 'B')], 'x', counters)
  const other = pool([candidate('a', 'A'), candidate('b', 'B')], 'y', counters)
  assert.deepEqual([await hear(one), await hear(other), await hear(two), await hear(other)], ['A', 'A', 'B', 'B'])
})

test('a counter that cannot be stored counts in memory', async () => {
  const counters = { next: () => Promise.reject(new Error('disk full')) }
  const turns = rotate('p', [candidate('a', 'A'), candidate('b', 'B')], { counters, clock })
  assert.deepEqual([await hear(turns), await hear(turns), await hear(turns)], ['A', 'B', 'A'])
})

test('later calls of a turn stay with the member that answered the first', async () => {
  const turns = pool([candidate('a', 'overloaded', 'A'), candidate('b', 'B')])
  const turn = {}
  assert.deepEqual(
    [await hear(turns, aCall({ turn })), await hear(turns, aCall({ turn })), await hear(turns, aCall({ turn: {} }))],
    ['B', 'B', 'B'],
  )
})

test('every failure but a stop and a refusal is followed by the next candidate', async () => {
  for (const kind of failureKinds) {
    const second = candidate('b', 'B')
    const heard = await hear(fallback('chain', [candidate('a', kind), second], clock))
    if (kind === 'aborted' || kind === 'refused') assert.match(heard, new RegExp(`^${kind}`))
    else assert.equal(heard, 'B', kind)
    assert.equal(second.calls.length, policy[kind].next ? 1 : 0)
  }
})

test('the answer names what failed before it', async () => {
  const reply = await fallback('chain', [candidate('a', 'rate-limit'), candidate('b', 'B')], clock).open(
    aCall(),
    live(),
  )
  assert.deepEqual(
    reply.attempts.map(({ endpoint, kind, skipped }) => [endpoint, kind, skipped]),
    [['a', 'rate-limit', false]],
  )
})

test('when all fail the failure is of the first that was asked, and lists them all', async () => {
  const chain = fallback('main', [candidate('a', 'auth'), candidate('b', 'overloaded')], clock)
  await assert.rejects(chain.open(aCall(), live()), (failure: Failure) => {
    assert.equal(failure.kind, 'auth')
    assert.equal(failure.detail.attempts?.length, 2)
    assert.match(
      failure.message,
      /^None of the 2 candidates of main answered\. a says auth\.\n {2}1\. a: .*\n {2}2\. b: /,
    )
    return true
  })
})

test('the failure of a single candidate stays as it is', async () => {
  await assert.rejects(fallback('main', [candidate('a', 'auth')], clock).open(aCall(), live()), {
    message: 'a says auth.',
    kind: 'auth',
  })
})

test('when all rest nobody is asked, and the answer says when and why', async () => {
  const { rest, clock: time } = restingBench()
  const [a, b] = [candidate('a', 'rate-limit'), candidate('b', 'billing')]
  const chain = fallback('main', [rest(a), rest(b)], time)
  await hear(chain)
  const heard = await hear(chain)
  assert.match(
    heard,
    /^resting: All 2 candidates of main rest; none was asked\. The first is free again at .*a says rate-limit.*b says billing/s,
  )
  assert.deepEqual([a.calls.length, b.calls.length], [1, 1])
})

test('candidates know whether another is free', async () => {
  const seen = async (outer: Standing | undefined, build: (a: Provider, b: Provider) => Provider) => {
    const [a, b] = [candidate('a', 'overloaded'), candidate('b', 'overloaded')]
    await hear(build(a, b), outer ? aCall({ standing: outer }) : aCall())
    return [a.calls[0]?.standing, b.calls[0]?.standing]
  }
  const two = (a: Provider, b: Provider) => fallback('f', [a, b], clock)
  assert.deepEqual(await seen(undefined, two), ['one-of-many', 'last'])
  assert.deepEqual(await seen('one-of-many', two), ['one-of-many', 'one-of-many'])
  assert.deepEqual(await seen(undefined, (a, b) => fallback('f', [pool([a]), pool([b])], clock)), [
    'one-of-many',
    'last',
  ])
  assert.deepEqual((await seen(undefined, (a) => fallback('f', [pool([a])], clock)))[0], 'sole')
})

test('a pool may ask the one whose rest ends first', async () => {
  const { rest, clock: time } = restingBench()
  const [a, b] = [
    candidate('a', 'rate-limit', 'A'),
    candidate('b', new Failure('rate-limit', 'b', { retryAfterMs: 9_000 }), 'B'),
  ]
  const turns = rotate('p', [rest(a), rest(b)], {
    counters: memoryStore().counters,
    clock: time,
    whenAllRest: 'soonest',
  })
  await hear(turns)
  assert.equal(await hear(turns), 'B')
})

test('a chain that failed for the moment is asked again, at most twice, after what it was told', async () => {
  const time = fakeClock()
  const fake = candidate('a', new Failure('rate-limit', 'slow', { retryAfterMs: 2_000 }), 'overloaded', 'ok')
  const heard = hear(retrying(fallback('f', [fake], time), { clock: time, sole: true }))
  await time.advance(1_999)
  assert.equal(fake.calls.length, 1)
  await time.advance(2)
  assert.equal(fake.calls.length, 2)
  await time.advance(5_000)
  assert.equal(await heard, 'ok')
})

test('three rounds are enough', async () => {
  const time = fakeClock()
  const fake = candidate('a', 'overloaded')
  const heard = hear(retrying(fallback('f', [fake], time), { clock: time, sole: true }))
  await time.advance(60_000)
  assert.match(await heard, /^overloaded/)
  assert.equal(fake.calls.length, 3)
})

test('what will not pass by itself, or takes longer than five seconds, is told at once', async () => {
  for (const step of [
    'auth',
    'bad-request',
    'not-found',
    'timeout',
    new Failure('rate-limit', 'long', { retryAfterMs: 6_000 }),
  ] as const) {
    const fake = candidate('a', step)
    await hear(retrying(fallback('f', [fake], clock), { clock, sole: true }))
    assert.equal(fake.calls.length, 1)
  }
})

test('a wait for another round ends at once when stopped', async () => {
  const abort = new AbortController()
  const fake = candidate('a', new Failure('overloaded', 'busy', { retryAfterMs: 4_000 }))
  const heard = hear(retrying(fake, { clock: fakeClock(), sole: true }), aCall(), abort.signal)
  await new Promise(setImmediate)
  abort.abort()
  assert.match(await heard, /^aborted/)
})

// A reference of three lines: the first whose failure does not pass on, or that answers, decides.
test('any script of results asks who the rules say, in order', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom<FailureKind | 'WORDS'>('WORDS', ...failureKinds), { minLength: 1, maxLength: 6 }),
      async (script) => {
        const fakes = script.map((step, index) => candidate(`c${index}`, step))
        const heard = await hear(fallback('chain', fakes, clock))
        const decides = script.findIndex((step) => step === 'WORDS' || !policy[step].next)
        const asked = decides < 0 ? script.length : decides + 1
        assert.deepEqual(
          fakes.map((fake) => fake.calls.length),
          script.map((_, index) => (index < asked ? 1 : 0)),
        )
        assert.equal(heard === 'WORDS', script[decides] === 'WORDS')
      },
    ),
  ))
