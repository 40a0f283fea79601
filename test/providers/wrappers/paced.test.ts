import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../../src/core/failure.ts'
import { bucket, paced } from '../../../src/providers/paced.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { ask, fakeProvider } from '../../fakes/provider.ts'

test('an empty bucket refuses at once, says until when, and does not ask', async () => {
  const clock = fakeClock()
  const inner = fakeProvider('a', { answer: 'hi' })
  const provider = paced(inner, bucket(2, clock))
  assert.deepEqual([await ask(provider), await ask(provider)], ['hi', 'hi'])
  const refused = await ask(provider)
  assert.ok(refused instanceof Failure)
  assert.equal(refused.kind, 'paced')
  assert.equal(refused.detail.until, clock.now() + 30_000)
  assert.equal(inner.calls.length, 2)
})

test('the bucket refills evenly and never beyond its size', async () => {
  const clock = fakeClock()
  const take = () => pace.take() === undefined
  const pace = bucket(60, clock)
  await clock.advance(3_600_000)
  assert.equal(Array.from({ length: 61 }, take).filter(Boolean).length, 60)
  await clock.advance(999)
  assert.equal(take(), false)
  await clock.advance(1)
  assert.equal(take(), true)
})

test('at the time it names, exactly one request is free', async () => {
  const clock = fakeClock()
  const pace = bucket(7, clock)
  for (let n = 0; n < 7; n++) assert.equal(pace.take(), undefined)
  const until = pace.take()
  assert.ok(until)
  await clock.advance(until - clock.now())
  assert.equal(pace.take(), undefined)
  assert.ok(pace.take())
})

test('a clock that is set back gives nothing away, and takes nothing away', async () => {
  let now = 1_000_000
  const pace = bucket(1, { now: () => now, sleep: async () => {} })
  assert.equal(pace.take(), undefined)
  now -= 500_000
  assert.ok(pace.take())
  now += 60_000
  assert.equal(pace.take(), undefined)
})

test('no limit means no bucket at all', () => {
  const inner = fakeProvider('a', { answer: 'hi' })
  assert.equal(paced(inner, bucket(0, fakeClock())), inner)
})
