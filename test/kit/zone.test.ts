import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  dateText,
  isZone,
  localZone,
  machineZone,
  minuteText,
  momentText,
  nearestZone,
  readWall,
  zoneOf,
} from '../../src/kit/zone.ts'

const utc = (text: string) => Date.parse(`${text}Z`)

test('a moment is read and found again in any zone', () => {
  for (const name of ['UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia']) {
    const zone = zoneOf(name)
    for (const at of [utc('2026-01-15T12:34:56'), utc('2026-07-15T00:00:00'), 0, -1_000])
      assert.equal(zone.moment(zone.wall(at)), at, `${name} ${at}`)
  }
})

test('an hour that the clocks show twice is its first time; one that they leave out is the moment of the jump', () => {
  const berlin = zoneOf('Europe/Berlin')
  assert.equal(berlin.moment({ year: 2026, month: 10, day: 25, hour: 2, minute: 30 }), utc('2026-10-25T00:30:00'))
  for (const minute of [0, 1, 30, 59])
    assert.equal(berlin.moment({ year: 2026, month: 3, day: 29, hour: 2, minute }), utc('2026-03-29T01:00:00'))
  assert.equal(berlin.moment({ year: 2026, month: 3, day: 29, hour: 3 }), utc('2026-03-29T01:00:00'))
})

test('a day begins at its first moment, also where midnight is left out', () => {
  const berlin = zoneOf('Europe/Berlin')
  assert.equal(berlin.startOf('day', utc('2026-03-29T12:00:00')), utc('2026-03-28T23:00:00'))
  assert.equal(berlin.startOf('day', utc('2026-03-29T12:00:00'), 1), utc('2026-03-29T22:00:00'))
  assert.equal(berlin.startOf('month', utc('2026-12-31T22:59:59')), utc('2026-11-30T23:00:00'))
  assert.equal(berlin.startOf('month', utc('2026-12-31T22:59:59'), 1), utc('2026-12-31T23:00:00'))
  const santiago = zoneOf('America/Santiago')
  assert.equal(santiago.startOf('day', utc('2026-09-06T15:00:00')), utc('2026-09-06T04:00:00'))
  assert.equal(minuteText(santiago, utc('2026-09-06T04:00:00')), '2026-09-06 01:00')
})

test('texts are those of the zone; a word that is no zone is told apart', () => {
  assert.equal(dateText(zoneOf('Asia/Tokyo'), utc('2026-11-30T15:00:00')), '2026-12-01')
  assert.equal(isZone('Europe/Berlin'), true)
  assert.equal(isZone('Europe/Atlantis'), false)
  assert.ok(isZone(machineZone()))
})

test('a moment for people has its weekday and the name of the zone', () => {
  assert.equal(momentText(utc('2026-11-30T08:00:00'), 'Europe/Berlin'), 'Mon 30 Nov 2026 09:00 (Europe/Berlin)')
})

test('the clocks of the people are those of the zone that is named at that moment, else of the machine', () => {
  const at = utc('2026-07-15T12:34:56')
  let named: string | undefined
  const zone = localZone(() => named)
  for (named of [undefined, 'Asia/Tokyo', 'America/New_York', undefined]) {
    const same = zoneOf(named ?? machineZone())
    assert.deepEqual([zone.name, zone.wall(at)], [same.name, same.wall(at)])
    assert.equal(zone.startOf('day', at), same.startOf('day', at))
  }
})

test('a zone is found by its city, and misspelt', () => {
  for (const word of ['Berlin', 'berlin', 'Europe/Berln', 'europe/berlin '])
    assert.equal(nearestZone(word), 'Europe/Berlin', word)
  assert.equal(nearestZone('New York'), 'America/New_York')
  assert.equal(nearestZone('Atlantis under the sea'), undefined)
})

test('dates that no calendar has are not read', () => {
  assert.deepEqual(readWall('2028-02-29 10:05'), { year: 2028, month: 2, day: 29, hour: 10, minute: 5, second: 0 })
  for (const text of [
    '2026-02-29',
    '2026-13-01',
    '2026-11-30 24:00',
    '2026-11-30 10:60',
    '30.11.2026',
    '2026-11-30 10',
    '',
  ])
    assert.equal(readWall(text), undefined, text)
})
