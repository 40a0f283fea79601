import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timesOf } from '../../src/cli/cron/times.ts'
import { Problem } from '../../src/core/problem.ts'

test('a schedule is an interval, an expression or a moment, as people write them', () => {
  assert.deepEqual(timesOf({ every: '300' }, 'UTC'), { kind: 'every', everyMs: 300_000 })
  assert.deepEqual(timesOf({ every: '90s' }, 'UTC'), { kind: 'every', everyMs: 90_000 })
  assert.deepEqual(timesOf({ every: ' 2 h' }, 'UTC'), { kind: 'every', everyMs: 7_200_000 })
  const tz = 'Europe/Berlin'
  assert.deepEqual(timesOf({ cron: '0 9 * * *', tz }, 'UTC'), { kind: 'cron', expr: '0 9 * * *', tz })
  assert.deepEqual(timesOf({ cron: '0 9 * * *' }, tz), { kind: 'cron', expr: '0 9 * * *' })
  const christmas = Date.parse('2026-12-24T09:00:00Z')
  for (const at of ['2026-12-24 10:00', '2026-12-24T10:00:00', '2026-12-24T09:00:00Z', '2026-12-24T10:00+01:00']) {
    assert.deepEqual(timesOf({ at, tz }, 'UTC'), { kind: 'at', atMs: christmas, tz }, at)
    assert.deepEqual(timesOf({ at }, tz), { kind: 'at', atMs: christmas }, at)
  }
})

test('anything else is refused', () => {
  for (const options of [
    {},
    { every: '5', cron: '* * * * *' },
    { every: '0' },
    { every: '-5' },
    { every: '5 weeks' },
    { at: 'tomorrow' },
    { at: '2026-02-30 10:00' },
    { at: '2026-12-24 25:00' },
    { cron: '0 9 * * *', tz: 'Mars/Base' },
  ])
    assert.throws(() => timesOf(options, 'UTC'), Problem, JSON.stringify(options))
})
