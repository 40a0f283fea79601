import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../../src/core/failure.ts'
import { billingRestMs, standardRestMs } from '../../../src/providers/policy.ts'
import { aCall, candidate, hear, restingBench } from './bench.ts'

const many = aCall({ standing: 'one-of-many' })

test('rests grow: 1, 5, 25 minutes, an hour; hours without money', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 9].map((n) => standardRestMs(n) / 1_000),
    [60, 300, 1_500, 3_600, 3_600],
  )
  assert.deepEqual(
    [1, 2, 3, 4, 9].map((n) => billingRestMs(n) / 3_600_000),
    [5, 10, 20, 24, 24],
  )
})

test('after a failure the candidate is not asked until its rest is over', async () => {
  const { clock, rest } = restingBench()
  const fake = candidate('a', 'rate-limit', 'back')
  const provider = rest(fake)
  assert.match(await hear(provider, many), /^rate-limit/)
  assert.match(await hear(provider, many), /^resting: a rests until .*: a says rate-limit/)
  assert.equal(fake.calls.length, 1)
  await clock.advance(60_001)
  assert.equal(await hear(provider, many), 'back')
})

test('the second failure in a row rests longer; success forgets them all', async () => {
  const { clock, rest, store } = restingBench()
  const provider = rest(candidate('a', 'overloaded', 'overloaded', 'ok', 'overloaded'))
  await hear(provider, many)
  await clock.advance(60_001)
  await hear(provider, many)
  assert.equal((await store.rests.all())[0]?.until, clock.now() + 300_000)
  await clock.advance(300_001)
  assert.equal(await hear(provider, many), 'ok')
  await clock.advance(1)
  assert.deepEqual(await store.rests.all(), [])
  await hear(provider, many)
  assert.equal((await store.rests.all())[0]?.until, clock.now() + 60_000)
})

test('failures more than a day apart are each the first', async () => {
  const { clock, rest, store } = restingBench()
  const provider = rest(candidate('a', 'overloaded'))
  await hear(provider, many)
  await clock.advance(24 * 3_600_000 + 1)
  await hear(provider, many)
  assert.equal((await store.rests.all())[0]?.failures, 1)
})

test('a vendor that says when to come back is believed', async () => {
  const { clock, rest, store } = restingBench()
  await hear(rest(candidate('a', new Failure('rate-limit', 'slow', { retryAfterMs: 7_000 }))), many)
  assert.equal((await store.rests.all())[0]?.until, clock.now() + 7_000)
})

test('a refused key rests for every model over it, a full one only for its own', async () => {
  for (const [kind, other] of [
    ['auth', /^resting/],
    ['billing', /^resting/],
    ['rate-limit', /^fine$/],
  ] as const) {
    const { rest } = restingBench()
    await hear(rest(candidate('a', kind), 'shared-key'), many)
    assert.match(await hear(rest(candidate('b', 'fine'), 'shared-key'), many), other, kind)
  }
})

test('what is wrong with the request lets nobody rest', async () => {
  for (const kind of ['bad-request', 'too-long', 'refused', 'aborted', 'empty', 'paced', 'budget'] as const) {
    const { rest, store } = restingBench()
    await hear(rest(candidate('a', kind)), many)
    assert.deepEqual(await store.rests.all(), [], kind)
  }
})

test('the sole candidate is asked even while it rests', async () => {
  const { rest } = restingBench()
  const provider = rest(candidate('a', 'rate-limit', 'ok'))
  await hear(provider, aCall({ standing: 'sole' }))
  assert.equal(await hear(provider, aCall({ standing: 'sole' })), 'ok')
})

test('after the rest one caller tries it; the others leave it alone until that one knows', async () => {
  const { clock, rest } = restingBench()
  const fake = candidate('a', 'rate-limit', 'ok')
  const provider = rest(fake)
  await hear(provider, many)
  await clock.advance(60_001)
  const signal = new AbortController().signal
  const probe = await provider.open(many, signal)
  assert.match(await hear(provider, many), /^ok$|being tried/)
  await probe.end
  await clock.advance(1)
  assert.equal(await hear(provider, many), 'ok')
})

test('a break in the middle of an answer counts too', async () => {
  const { clock, rest } = restingBench()
  const provider = rest(candidate('a', { breaks: 'cut' }))
  assert.match(await hear(provider, many), /^cut/)
  await clock.advance(1)
  assert.match(await hear(provider, many), /^resting/)
})

test('a lost network rests half a minute at most, and nobody when two hosts lose it together', async () => {
  const { clock, rest, store } = restingBench()
  await hear(rest(candidate('a', 'network')), many)
  assert.equal((await store.rests.all())[0]?.until, clock.now() + 30_000)
  await clock.advance(9_000)
  await hear(rest(candidate('b', 'network')), many)
  assert.ok((await store.rests.all()).every((rested) => rested.until <= clock.now()))
  await clock.advance(11_000)
  await hear(rest(candidate('c', 'network')), many)
  assert.ok((await store.rests.all()).some((rested) => rested.until > clock.now()))
})

test('rests are found again by another process over the same store', async () => {
  const first = restingBench()
  await hear(first.rest(candidate('a', 'rate-limit')), many)
  const book = (await import('../../../src/providers/rest-book.ts')).restBook(first.store.rests, first.clock, {
    debug() {},
    info() {},
    warn() {},
    error() {},
  })
  assert.equal((await book.find({ key: 'a', model: 'a a', host: 'a' }))?.reason.kind, 'rate-limit')
})
