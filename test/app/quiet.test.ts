import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whenQuiet } from '../../src/app/gateway/quiet.ts'
import { fakeClock } from '../fakes/clock.ts'

test('a gateway rests once each time it has become quiet, and never while it works', async () => {
  const clock = fakeClock()
  const over = new AbortController()
  const house = { activity: 0, busy: false, rests: 0 }
  const ended = whenQuiet(
    { clock, activity: () => house.activity, busy: () => house.busy },
    async () => {
      house.rests += 1
    },
    over.signal,
  )
  await clock.advance(60_000)
  assert.equal(house.rests, 1, 'after the start, and not again')
  for (let second = 0; second < 60; second += 1) {
    house.activity += 1
    await clock.advance(1_000)
  }
  assert.equal(house.rests, 1, 'people write')
  house.busy = true
  await clock.advance(60_000)
  assert.equal(house.rests, 1, 'a turn runs')
  house.busy = false
  await clock.advance(60_000)
  assert.equal(house.rests, 2)
  over.abort()
  await ended
})
