import { Problem } from '../../core/problem.ts'
import type { Zone } from '../../kit/zone.ts'
import type { Timing } from '../ports.ts'

/** When, as a model writes it. Zero and empty count as not given: models fill in what they do not mean. */
export interface WrittenTiming {
  readonly at_seconds?: number | undefined
  readonly every_seconds?: number | undefined
  readonly cron_expr?: string | undefined
  readonly time_zone?: string | undefined
}

/** Every timing that is written down, in the order in which they count. `now` in epoch milliseconds. */
export function timingsOf(written: WrittenTiming, now: number): readonly Timing[] {
  const { at_seconds: at = 0, every_seconds: every = 0, cron_expr: expr = '', time_zone: zone = '' } = written
  const tz = zone.trim() && { tz: zone.trim() }
  return [
    ...(at > 0 ? [{ kind: 'at', atMs: now + at * 1000, ...tz } as const] : []),
    ...(every > 0 ? [{ kind: 'every', everyMs: every * 1000, ...tz } as const] : []),
    ...(expr.trim() === '' ? [] : [{ kind: 'cron', expr: expr.trim(), ...tz } as const]),
  ]
}

/** The one timing of a change; undefined when it has none. A Problem when it has several. */
export function onlyTiming(timings: readonly Timing[]): Timing | undefined {
  if (timings.length > 1)
    throw new Problem('Several timings are given.', { mend: 'Give one of at_seconds, every_seconds and cron_expr.' })
  return timings[0]
}

/** In the words of a list. */
export function timingText(timing: Timing): string {
  switch (timing.kind) {
    case 'at':
      return 'one-time'
    case 'every':
      return `every ${timing.everyMs / 1000}s`
    case 'cron':
      return timing.tz === undefined ? timing.expr : `${timing.expr} ${timing.tz}`
  }
}

/** Which clocks are meant by "at eight", for whoever plans a job. */
export function clocksText({ zone, named }: { readonly zone: Zone; readonly named: boolean }): string {
  if (named) return `Times of day are those of ${zone.name}.`
  if (!isUtc(zone)) return 'Times of day are those of the clocks of this machine.'
  return 'The clocks here show UTC, and nobody has said where the person lives: before the first job at a time of day ask the person, once, for their time zone, remember it, and give it as time_zone.'
}

/** True for clocks that show midnight when it is midnight in UTC, in winter and in summer. */
const isUtc = (zone: Zone): boolean =>
  [Date.UTC(2026, 0), Date.UTC(2026, 6)].every((midnight) => zone.wall(midnight).hour === 0)
