import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure, failureKinds } from '../../../src/core/failure.ts'
import { timeOfDay } from '../../../src/providers/attempt.ts'
import { fallback } from '../../../src/providers/fallback.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { ask, fakeCall, fakeProvider } from '../../fakes/provider.ts'

const clock = fakeClock()
const failed = async (outcome: Promise<string | Failure>): Promise<Failure> => {
  const failure = await outcome
  assert.ok(failure instanceof Failure, `expected a failure, got ${String(failure)}`)
  return failure
}

test('every failure but a stop and a refusal leads to the next, and the reply names it', async () => {
  for (const kind of failureKinds) {
    const next = fakeProvider('b', { answer: 'hi' })
    const chain = fallback('chain', [fakeProvider('a', { fail: kind }), next], clock)
    const stops = kind === 'aborted' || kind === 'refused'
    const outcome = await ask(chain)
    assert.equal(typeof outcome === 'string' ? outcome : outcome.kind, stops ? kind : 'hi', kind)
    assert.equal(next.calls.length, stops ? 0 : 1, kind)
    if (stops) continue
    const reply = await chain.open(fakeCall(), new AbortController().signal)
    assert.deepEqual(
      reply.attempts.map(({ endpoint, kind }) => [endpoint, kind]),
      [['a', kind]],
    )
  }
})

test('a refusal tells what was tried before it', async () => {
  const chain = fallback(
    'chain',
    [fakeProvider('a', { fail: 'overloaded' }), fakeProvider('b', { fail: 'refused' })],
    clock,
  )
  const failure = await failed(ask(chain))
  assert.deepEqual([failure.kind, failure.message], ['refused', 'b: scripted refused.'])
  assert.deepEqual(
    failure.detail.attempts?.map(({ endpoint }) => endpoint),
    ['a', 'b'],
  )
})

test('after the first word there is no way back: the cut is the reader’s, nobody else is asked', async () => {
  const next = fakeProvider('b', { answer: 'hi' })
  const chain = fallback('chain', [fakeProvider('a', { cut: 'cut', answer: 'half' }), next], clock)
  assert.equal((await failed(ask(chain))).kind, 'cut')
  assert.equal(next.calls.length, 0)
})

test('a stop while it is found out who is free asks nobody', async () => {
  const stop = new AbortController()
  const a = { ...fakeProvider('a', { answer: 'hi' }), open: async () => assert.fail('a was asked') }
  const b = fakeProvider('b', { answer: 'hi' }, { resting: () => (stop.abort(), undefined) })
  const failure = await failed(ask(fallback('chain', [a, b], clock), fakeCall(), stop.signal))
  assert.equal(failure.kind, 'aborted')
})

test('a stop during an attempt ends the chain, whatever the attempt says', async () => {
  const stop = new AbortController()
  const next = fakeProvider('b', { answer: 'hi' })
  const liar = {
    name: 'a',
    open: async () => (stop.abort(), Promise.reject(new Failure('network', 'a: socket closed.'))),
  }
  const failure = await failed(ask(fallback('chain', [liar, next], clock), fakeCall(), stop.signal))
  assert.deepEqual([failure.kind, failure.message], ['aborted', 'chain: the call was ended.'])
  const last = await failed(ask(fallback('chain', [liar], clock), fakeCall()))
  assert.equal(last.kind, 'network')
  const again = new AbortController()
  const stopper = {
    ...liar,
    open: async () => (again.abort(), Promise.reject(new Failure('network', 'a: socket closed.'))),
  }
  assert.equal((await failed(ask(fallback('chain', [stopper], clock), fakeCall(), again.signal))).kind, 'aborted')
  assert.equal(next.calls.length, 0)
})

test('an aborted signal asks nobody', async () => {
  const a = fakeProvider('a', { answer: 'hi' })
  const failure = await failed(ask(fallback('chain', [a], clock), fakeCall(), AbortSignal.abort()))
  assert.equal(failure.kind, 'aborted')
  assert.equal(a.calls.length, 0)
})

test('a defect is not a failure: it comes through as it is', async () => {
  const chain = fallback('chain', [fakeProvider('a', { crash: new TypeError('x is not a function') })], clock)
  await assert.rejects(ask(chain), TypeError)
})

test('when all fail, the first asked candidate gives kind, status and first sentence, and all are listed', async () => {
  const clock = fakeClock()
  const until = clock.now() + 90_000
  const resting = { endpoint: 'z', kind: 'resting', message: 'z: no balance.', ms: 0, skipped: true, until } as const
  const chain = fallback(
    'sonnet',
    [
      fakeProvider('z', { fail: 'resting', message: 'z: rests.', detail: { until, attempts: [resting] } }),
      fakeProvider('a', {
        fail: 'auth',
        message: 'a: the key was not accepted; check api_key.',
        detail: { status: 401, preview: 'no' },
      }),
      fakeProvider('p', { fail: 'paced', message: 'p: its limit is used up.', detail: { until } }),
      fakeProvider('b', { fail: 'overloaded', message: 'b: busy.', detail: { status: 503 } }),
    ],
    clock,
  )
  const failure = await failed(ask(chain))
  assert.deepEqual(
    [failure.kind, failure.detail.status, failure.detail.preview, failure.detail.endpoint],
    ['auth', 401, 'no', 'a'],
  )
  assert.equal(failure.detail.until, undefined)
  assert.deepEqual(failure.message.split('\n'), [
    'a: the key was not accepted; check api_key.',
    'None of the 4 attempts for sonnet succeeded:',
    `  1. z: skipped, resting until ${timeOfDay(until)} for: no balance.`,
    '  2. a: the key was not accepted; check api_key. (auth, 0 ms)',
    '  3. p: its limit is used up. (skipped, paced)',
    '  4. b: busy. (overloaded, 0 ms)',
  ])
  assert.deepEqual(
    failure.detail.attempts?.map(({ endpoint, kind, skipped }) => [endpoint, kind, skipped]),
    [
      ['z', 'resting', true],
      ['a', 'auth', false],
      ['p', 'paced', true],
      ['b', 'overloaded', false],
    ],
  )
})

test('when nobody was asked, the time of the first free candidate comes first', async () => {
  const clock = fakeClock()
  const skip = (name: string, kind: 'resting' | 'paced', ms: number) =>
    fakeProvider(name, { fail: kind, detail: { until: clock.now() + ms } })
  const failure = await failed(ask(fallback('sonnet', [skip('a', 'resting', 9_000), skip('b', 'paced', 5_000)], clock)))
  assert.deepEqual([failure.kind, failure.detail.until], ['paced', clock.now() + 5_000])
  assert.ok(failure.message.startsWith(`No model of sonnet may be asked before ${timeOfDay(clock.now() + 5_000)};`))
})

test('a single candidate keeps its own words', async () => {
  const failure = await failed(ask(fallback('sonnet', [fakeProvider('a', { fail: 'auth', message: 'a: no.' })], clock)))
  assert.deepEqual([failure.message, failure.detail.attempts?.length], ['a: no.', 1])
})

test('no candidate at all is said plainly', async () => {
  assert.match((await failed(ask(fallback('sonnet', [], clock)))).message, /^sonnet has no model to ask/)
})

test('pools are told where they stand; a resting pool does not count as free', async () => {
  const rest = {
    until: clock.now() + 1_000,
    reason: { endpoint: 'c', kind: 'auth', message: 'c', ms: 0, skipped: false },
  } as const
  const a = fakeProvider('a', { fail: 'overloaded' })
  const b = fakeProvider('b', { fail: 'overloaded' })
  const c = fakeProvider('c', { fail: 'resting', detail: { until: rest.until } }, { resting: () => rest })
  await ask(fallback('chain', [a, b, c], clock))
  assert.deepEqual(
    [a, b, c].map(({ calls }) => calls[0]?.standing),
    ['one-of-many', 'last', 'last'],
  )
  const sole = fakeProvider('s', { answer: 'hi' })
  await ask(fallback('chain', [sole], clock))
  assert.equal(sole.calls[0]?.standing, undefined)
})

test('the chain rests when all its pools do', async () => {
  const rest = (ms: number) =>
    ({ until: clock.now() + ms, reason: { endpoint: 'c', kind: 'auth', message: 'c', ms: 0, skipped: false } }) as const
  const pool = (ms?: number) => fakeProvider('p', [], { resting: () => (ms === undefined ? undefined : rest(ms)) })
  assert.equal((await fallback('chain', [pool(9), pool(4)], clock).resting?.())?.until, clock.now() + 4)
  assert.equal(await fallback('chain', [pool(9), pool()], clock).resting?.(), undefined)
})
