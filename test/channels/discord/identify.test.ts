import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identifyGate } from '../../../src/channels/discord/identify.ts'
import { fakeClock } from '../../fakes/clock.ts'

test('fresh logins are five seconds apart, and two minutes after twenty of them within an hour', async () => {
  const clock = fakeClock()
  const gate = identifyGate(clock, 5_000)
  const begun = clock.now()
  const times: number[] = []
  const signal = new AbortController().signal
  for (let count = 0; count < 24; count += 1)
    void gate.waitForIdentify(0, signal).then(() => times.push(clock.now() - begun))
  await clock.advance(3_600_000 / 2)
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  assert.deepEqual(gaps, [...Array.from({ length: 19 }, () => 5_000), 120_000, 120_000, 120_000, 120_000])
})

test('a login that is called off holds up no other', async () => {
  const clock = fakeClock()
  const gate = identifyGate(clock, 5_000)
  const first = new AbortController()
  const signal = new AbortController().signal
  await gate.waitForIdentify(0, signal)
  const late = gate.waitForIdentify(0, first.signal)
  let passed = false
  void gate.waitForIdentify(0, signal).then(() => {
    passed = true
  })
  first.abort(new Error('closed'))
  await assert.rejects(late, /closed/)
  await clock.advance(5_000)
  assert.equal(passed, true)
})
