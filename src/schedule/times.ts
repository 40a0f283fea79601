import { isZone, minuteText, zoneOf } from '../kit/zone.ts'

/** When a job runs. `tz` is an IANA name; absent is the zone of the house. */
export type JobTimes =
  | { readonly kind: 'at'; readonly atMs: number; readonly tz?: string }
  /** From `anchorMs` on, or from the moment it is asked about. */
  | { readonly kind: 'every'; readonly everyMs: number; readonly anchorMs?: number; readonly tz?: string }
  | { readonly kind: 'cron'; readonly expr: string; readonly tz?: string }

/** The first run after a moment; undefined when there is none, or when the schedule cannot be read. */
export async function nextRun(times: JobTimes, after: number, zone: string): Promise<number | undefined> {
  switch (times.kind) {
    case 'at':
      return Number.isFinite(times.atMs) && times.atMs > after ? times.atMs : undefined
    case 'every': {
      const { everyMs, anchorMs = after } = times
      if (!Number.isFinite(everyMs) || everyMs < 1) return undefined
      return anchorMs > after ? anchorMs : anchorMs + (Math.floor((after - anchorMs) / everyMs) + 1) * everyMs
    }
    case 'cron': {
      const { cronFault, nextOfCron } = await import('./cron-expression.ts')
      const { expr, tz = zone } = times
      if (cronFault(expr) !== undefined || !isZone(tz)) return undefined
      return nextOfCron(expr, tz, after)
    }
  }
}

/** The schedule in words: `every 30 minutes`, `0 9 * * 1-5 (Europe/Berlin)`, `once, 2026-12-24 10:00 (Europe/Berlin)`. */
export function timesText(times: JobTimes, zone: string): string {
  const place = times.tz ?? zone
  switch (times.kind) {
    case 'at':
      return `once, ${minuteText(zoneOf(isZone(place) ? place : zone), times.atMs)} (${place})`
    case 'every':
      return `every ${spanText(times.everyMs)}`
    case 'cron':
      return `${times.expr} (${place})`
  }
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** `30 minutes`, `1 hour`, `90 seconds`. */
export function spanText(ms: number): string {
  const [name, size] = units.find(([, size]) => ms >= size && ms % size === 0) ?? units[3]
  const count = ms / size
  return `${Number.isInteger(count) ? count : count.toFixed(1)} ${name}${count === 1 ? '' : 's'}`
}
