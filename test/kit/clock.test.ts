import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/kit/clock.ts'
import { fakeClock } from '../fakes/clock.ts'

test('the system clock sleeps, and an abort ends the sleep with its reason', async () => {
  await systemClock.sleep(1)
  const stop = new AbortController()
  const slept = systemClock.sleep(60_000, stop.signal)
  const reason = new Error('enough')
  stop.abort(reason)
  await assert.rejects(slept, reason)
  await assert.rejects(systemClock.sleep(60_000, AbortSignal.abort(reason)), reason)
})

test('a sleep longer than a timer can count does not end at once', async () => {
  const stop = new AbortController()
  const month = systemClock.sleep(31 * 24 * 3_600_000, stop.signal).then(
    () => 'woke',
    () => 'stopped',
  )
  assert.equal(await Promise.race([month, systemClock.sleep(20).then(() => 'still asleep')]), 'still asleep')
  stop.abort()
  assert.equal(await month, 'stopped')
})

test('the fake clock stands still until told and wakes sleepers in order', async () => {
  const clock = fakeClock(1_000)
  const woken: string[] = []
  const sleeper = async (name: string, ms: number) => {
    await clock.sleep(ms)
    woken.push(`${name} at ${clock.now()}`)
  }
  void sleeper('late', 30)
  void sleeper('early', 10).then(() => sleeper('again', 10))
  await clock.advance(9)
  assert.deepEqual(woken, [])
  await clock.advance(21)
  assert.deepEqual(woken, ['early at 1010', 'again at 1020', 'late at 1030'])
  assert.equal(clock.now(), 1_030)
})

test('a sleep on the fake clock ends with the reason of its signal', async () => {
  const clock = fakeClock()
  const stop = new AbortController()
  const slept = clock.sleep(10, stop.signal)
  stop.abort(new Error('enough'))
  await assert.rejects(slept, /enough/)
  await clock.advance(20)
})
