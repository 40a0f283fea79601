import { Cron } from 'croner'

/** Macros beside those that the library knows. */
const macros: Readonly<Record<string, string>> = {
  '@everysecond': '* * * * * *',
  '@everyminute': '* * * * *',
  '@always': '* * * * *',
  '@5minutes': '*/5 * * * *',
  '@10minutes': '*/10 * * * *',
  '@15minutes': '*/15 * * * *',
  '@30minutes': '*/30 * * * *',
  '@midnight': '0 0 * * *',
}

/**
 * The first moment after `after` that an expression of five fields (six with seconds in front) names in a zone; undefined when none ever
 * comes. A time that the clocks leave out comes at the moment they jump over it, one that they show twice comes at its first; jobs that
 * repeat within the hour go on as real time does. Throws for an expression or a zone that cannot be read.
 */
export function nextOfCron(expression: string, zone: string, after: number): number | undefined {
  const cron = new Cron(macros[expression.trim().toLowerCase()] ?? expression.trim(), {
    paused: true,
    timezone: zone,
    fixedTimeRule: 'no-wildcard',
  })
  const next = cron.nextRun(new Date(after))?.getTime()
  return next !== undefined && next > after ? next : undefined
}

/** Why an expression cannot be read; undefined when it can. */
export function cronFault(expression: string): string | undefined {
  const text = macros[expression.trim().toLowerCase()] ?? expression.trim()
  if (!text.startsWith('@') && !/^\S+(?:\s+\S+){4,5}$/.test(text))
    return 'it takes five fields, or six with seconds in front'
  try {
    return new Cron(text, { paused: true, timezone: 'UTC' }).isStopped() ? 'it is over' : undefined
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, '')
  }
}
