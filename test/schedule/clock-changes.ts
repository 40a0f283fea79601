import assert from 'node:assert/strict'
import { dateText, type Wall, type Zone, zoneOf } from '../../src/kit/zone.ts'
import { nextOfCron } from '../../src/schedule/cron-expression.ts'

const hour = 3_600_000
const day = 24 * hour
const from = Date.parse('2026-01-01T00:00:00Z')
const to = Date.parse('2029-01-01T00:00:00Z')

/** The moments at which the clocks of a zone change, in three years. */
export function changesOf(zone: Zone): readonly number[] {
  const found: number[] = []
  let last = zone.offset(from)
  for (let at = from + day; at <= to; at += day) {
    const offset = zone.offset(at)
    if (offset === last) continue
    let [low, high] = [at - day, at]
    while (high - low > 1_000) {
      const middle = Math.floor((low + high) / 2_000) * 1_000
      if (zone.offset(middle) === last) low = middle
      else high = middle
    }
    found.push(high)
    last = offset
  }
  return found
}

/** Every run of an expression between two moments. */
function runsOf(expression: string, zone: string, start: number, end: number): readonly number[] {
  const runs: number[] = []
  for (
    let at = nextOfCron(expression, zone, start);
    at !== undefined && at <= end;
    at = nextOfCron(expression, zone, at)
  )
    runs.push(at)
  return runs
}

/** The local dates between two moments that the zone really has. */
function datesOf(zone: Zone, start: number, end: number, step = hour / 2): readonly string[] {
  const dates = new Set<string>()
  for (let at = start; at <= end; at += step) dates.add(dateText(zone, at))
  return [...dates]
}

/** When a daily job must run on a date: at its time, at its first where there are two, at the jump where there is none. */
function expected(zone: Zone, date: string, { hour, minute }: Pick<Wall, 'hour' | 'minute'>): number {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  return zone.moment({ year, month, day, hour, minute })
}

/** Times of day that a change could lose or double: around it by the clocks before and after, and some that have nothing to do with it. */
function timesAround(zone: Zone, change: number): readonly Pick<Wall, 'hour' | 'minute'>[] {
  const before = zone.offset(change - 1_000)
  const after = zone.offset(change)
  const edges = [before, after].flatMap((offset) =>
    [-15, 0, 15, 30, 45].map((minutes) => change + offset + minutes * 60_000),
  )
  const times = edges
    .map((at) => new Date(at))
    .map((date) => ({ hour: date.getUTCHours(), minute: date.getUTCMinutes() }))
  const all = [...times, { hour: 0, minute: 0 }, { hour: 12, minute: 0 }, { hour: 23, minute: 59 }]
  return [...new Map(all.map((time) => [`${time.hour}:${time.minute}`, time])).values()]
}

/** Checks the days around one change: a daily job runs once on each date, a job of every quarter of an hour each quarter. */
export function checkChange(name: string, change: number): void {
  const zone = zoneOf(name)
  const start = zone.startOf('day', change - 2 * day)
  const end = zone.startOf('day', change + 2 * day)
  const dates = datesOf(zone, start, end - 1)
  for (const time of timesAround(zone, change)) {
    const wanted = dates.map((date) => expected(zone, date, time))
    const where = `${name} at ${new Date(change).toISOString()}, daily at ${time.hour}:${time.minute}`
    assert.deepEqual(runsOf(`${time.minute} ${time.hour} * * *`, name, start - 1_000, end - 1_000), wanted, where)
  }
  const quarters = runsOf('*/15 * * * *', name, change - 3 * hour - 1_000, change + 3 * hour)
  const gaps = new Set(quarters.slice(1).map((at, index) => at - (quarters[index] ?? 0)))
  assert.deepEqual([...gaps], [hour / 4], `${name} at ${new Date(change).toISOString()}, every quarter of an hour`)
}

/** Three years of one daily job whose time is that of the first change: not one date without a run, not one with two. */
export function checkYears(name: string): void {
  const zone = zoneOf(name)
  const [change = from] = changesOf(zone)
  const date = new Date(change + zone.offset(change - 1_000))
  const time = { hour: date.getUTCHours(), minute: date.getUTCMinutes() }
  const start = zone.startOf('day', from + day)
  const dates = datesOf(zone, start, to, 6 * hour)
  const runs = runsOf(`${time.minute} ${time.hour} * * *`, name, start - 1_000, to)
  const missing = dates.map((date) => expected(zone, date, time)).filter((at) => at <= to && !runs.includes(at))
  assert.deepEqual(missing, [], name)
  assert.ok(runs.length <= dates.length, `${name}: ${runs.length} runs on ${dates.length} dates`)
}
