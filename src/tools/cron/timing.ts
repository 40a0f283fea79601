import { Problem } from '../../core/problem.ts'
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
  const { at_seconds: at = 0, every_seconds: every = 0, cron_expr: expr = '', time_zone: tz = '' } = written
  return [
    ...(at > 0 ? [{ kind: 'at', atMs: now + at * 1000 } as const] : []),
    ...(every > 0 ? [{ kind: 'every', everyMs: every * 1000 } as const] : []),
    ...(expr.trim() === '' ? [] : [{ kind: 'cron', expr: expr.trim(), ...(tz.trim() && { tz: tz.trim() }) } as const]),
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
