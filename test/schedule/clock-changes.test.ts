import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zoneOf } from '../../src/kit/zone.ts'
import { nextOfCron } from '../../src/schedule/cron-expression.ts'
import { changesOf, checkChange, checkYears } from './clock-changes.ts'

/** One of each kind: by an hour, by half of one, by two, at midnight, just before it, at odd times, on the other half of the globe. */
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'America/Havana',
  'America/Godthab',
  'Africa/Cairo',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Pacific/Chatham',
]

for (const name of zones)
  test(`no run is lost or doubled when the clocks of ${name} change, for three years`, () => {
    const changes = changesOf(zoneOf(name))
    assert.ok(changes.length >= 3, `${name} has ${changes.length} changes`)
    for (const change of changes) checkChange(name, change)
  })

test('steps of hours and minutes keep to the clock too', () => {
  const runs = (expression: string, start: string, count: number) => {
    const found: string[] = []
    for (let at: number | undefined = Date.parse(start); at !== undefined && found.length < count;) {
      at = nextOfCron(expression, 'Europe/Berlin', at)
      if (at !== undefined) found.push(new Date(at).toISOString().slice(8, 16))
    }
    return found
  }
  assert.deepEqual(runs('0 */2 * * *', '2026-03-28T23:30:00Z', 3), ['29T01:00', '29T02:00', '29T04:00'])
  assert.deepEqual(runs('*/20 2 * * *', '2026-03-28T23:30:00Z', 2), ['29T01:00', '30T00:00'])
  assert.deepEqual(runs('*/20 2 * * *', '2026-10-24T22:30:00Z', 4), ['25T00:00', '25T00:20', '25T00:40', '26T01:00'])
  assert.deepEqual(runs('0 * * * *', '2026-10-24T23:30:00Z', 4), ['25T00:00', '25T01:00', '25T02:00', '25T03:00'])
})

test('three years of a daily job whose hour is the one that changes', () => {
  checkYears('America/Santiago')
})
