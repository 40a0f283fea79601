import type { Zone } from '../kit/zone.ts'

/** A day of the calendar. */
export interface Day {
  /** As `2026-11-30`. */
  readonly name: string
  /** Path of its notes within the workspace, as `memory/202611/20261130.md`. */
  readonly file: string
}

/** The day of a moment, and those before it, newest first. `now` in epoch milliseconds. */
export function lastDays(zone: Zone, now: number, count: number): readonly Day[] {
  const { year, month, day } = zone.wall(now)
  // Date.UTC carries a day before the first over into the month before.
  return Array.from({ length: count }, (_, back) => dayOf(new Date(Date.UTC(year, month - 1, day - back))))
}

function dayOf(date: Date): Day {
  const name = date.toISOString().slice(0, 10)
  const digits = name.replaceAll('-', '')
  return { name, file: `memory/${digits.slice(0, 6)}/${digits}.md` }
}
