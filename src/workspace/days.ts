/** A day of the local calendar. */
export interface Day {
  /** As `2026-11-30`. */
  readonly name: string
  /** Path of its notes within the workspace, as `memory/202611/20261130.md`. */
  readonly file: string
}

/** The day of a moment, and those before it, newest first. `now` in epoch milliseconds. */
export function lastDays(now: number, count: number): readonly Day[] {
  const date = new Date(now)
  return Array.from({ length: count }, (_, back) =>
    // At noon, so that no change of the clock makes a day of another.
    dayOf(new Date(date.getFullYear(), date.getMonth(), date.getDate() - back, 12)),
  )
}

function dayOf(date: Date): Day {
  const [year, month, day] = [`${date.getFullYear()}`, two(date.getMonth() + 1), two(date.getDate())]
  return { name: `${year}-${month}-${day}`, file: `memory/${year}${month}/${year}${month}${day}.md` }
}

/** The time of day as `14:05`. */
export function timeOf(now: number): string {
  const date = new Date(now)
  return `${two(date.getHours())}:${two(date.getMinutes())}`
}

const two = (value: number): string => String(value).padStart(2, '0')
