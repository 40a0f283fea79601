import { Cron } from 'croner'
import { zoneOf } from '../kit/zone.ts'

/** Words that stand for an expression. */
const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
  '@30minutes': '*/30 * * * *',
  '@15minutes': '*/15 * * * *',
  '@10minutes': '*/10 * * * *',
  '@5minutes': '*/5 * * * *',
  '@everyminute': '* * * * *',
  '@always': '* * * * *',
  '@everysecond': '* * * * * *',
}

const plain = (expression: string): string => macros[expression.trim().toLowerCase()] ?? expression.trim()

/**
 * The first moment after `after` that an expression of five fields (six with seconds in front) names in a zone; undefined when none ever
 * comes. A time of day that the clocks leave out comes at the moment they jump over it, one that they show twice comes at its first;
 * a job of every hour goes on as real time does. Throws for an expression or a zone that cannot be read.
 */
export function nextOfCron(expression: string, zone: string, after: number): number | undefined {
  const text = plain(expression)
  return isTimeOfDay(text) ? nextByClock(text, zone, after) : nextByTime(text, zone, after)
}

/** True when the expression names hours, and not just any hour. */
function isTimeOfDay(text: string): boolean {
  return !/^\*(?:\/1)?$/.test(text.split(/\s+/).at(-4) ?? '')
}

function nextByTime(text: string, zone: string, after: number): number | undefined {
  const next = new Cron(text, { paused: true, timezone: zone }).nextRun(new Date(after))?.getTime()
  return next !== undefined && next > after ? next : undefined
}

/**
 * The library reckons as if there were no changes of clocks, with the hands of the zone's clock taken for UTC; what it finds is then looked up
 * in the zone. (Left to itself it loses a time that is left out just before midnight.)
 */
function nextByClock(text: string, zone: string, after: number): number | undefined {
  const cron = new Cron(text, { paused: true, timezone: 'UTC' })
  const place = zoneOf(zone)
  let hands = cron.nextRun(new Date(after + place.offset(after)))
  while (hands) {
    const at = place.moment({
      year: hands.getUTCFullYear(),
      month: hands.getUTCMonth() + 1,
      day: hands.getUTCDate(),
      hour: hands.getUTCHours(),
      minute: hands.getUTCMinutes(),
      second: hands.getUTCSeconds(),
    })
    if (at > after) return at
    hands = cron.nextRun(hands)
  }
  return undefined
}

/** Why an expression cannot be read; undefined when it can. */
export function cronFault(expression: string): string | undefined {
  const text = plain(expression)
  if (!/^\S+(?:\s+\S+){4,5}$/.test(text)) return 'it takes five fields, or six with seconds in front'
  try {
    return new Cron(text, { paused: true, timezone: 'UTC' }).isStopped() ? 'it is over' : undefined
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, '')
  }
}
