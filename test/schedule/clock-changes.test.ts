import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zoneOf } from '../../src/kit/zone.ts'
import { changesOf, checkChange, checkYears } from './clock-changes.ts'

/** One of each kind: by an hour, by half of one, by two, at midnight, at odd times, on the other half of the globe, around a fasting month. */
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'America/Havana',
  'America/St_Johns',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Asia/Jerusalem',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Atlantic/Azores',
  'Pacific/Chatham',
]

for (const name of zones)
  test(`no run is lost or doubled when the clocks of ${name} change, for three years`, () => {
    const changes = changesOf(zoneOf(name))
    assert.ok(changes.length >= 3, `${name} has ${changes.length} changes`)
    for (const change of changes) checkChange(name, change)
  })

test('three years of a daily job whose hour is the one that changes', () => {
  checkYears('Europe/Berlin')
  checkYears('America/Santiago')
})
