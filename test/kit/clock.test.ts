import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/kit/clock.ts'

test('the clock tells epoch milliseconds and sleeps', async () => {
  const before = systemClock.now()
  assert.ok(before > 1_700_000_000_000)
  await systemClock.sleep(0)
  await systemClock.sleep(2)
  assert.ok(systemClock.now() >= before)
})

test('a sleep ends with the reason of its signal, also when that was raised before', async () => {
  const reason = new Error('enough')
  const abort = new AbortController()
  const sleeping = systemClock.sleep(60_000, abort.signal)
  abort.abort(reason)
  await assert.rejects(sleeping, reason)
  await assert.rejects(systemClock.sleep(60_000, abort.signal), reason)
})

test('a sleep longer than a timer can hold does not end at once', async () => {
  for (const ms of [2 ** 31, 90 * 24 * 3_600_000, Number.POSITIVE_INFINITY]) {
    const abort = new AbortController()
    let woke = false
    const sleeping = systemClock.sleep(ms, abort.signal).then(() => (woke = true))
    await systemClock.sleep(10)
    assert.equal(woke, false)
    abort.abort(new Error('stopped'))
    await assert.rejects(sleeping, /stopped/)
  }
})
