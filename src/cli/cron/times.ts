import { exitCodes, Problem } from '../../core/problem.ts'
import { isZone, readWall, zoneOf } from '../../kit/zone.ts'

/** What the options of `cron add` may say about time. */
interface TimeOptions {
  readonly every?: string | undefined
  readonly cron?: string | undefined
  readonly at?: string | undefined
  readonly tz?: string | undefined
}

export type Times =
  | { readonly kind: 'every'; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly expr: string; readonly tz?: string }
  | { readonly kind: 'at'; readonly atMs: number; readonly tz?: string }

const usage = (what: string, mend: string) => new Problem(what, { mend, exitCode: exitCodes.usage })

/** The schedule that the options name, a Problem unless it is exactly one; `zone` is for a moment that names none. */
export function timesOf({ every, cron, at, tz }: TimeOptions, zone: string): Times {
  const given = [every, cron, at].filter((value) => value !== undefined)
  if (given.length !== 1)
    throw usage('A job needs exactly one of --every, --cron and --at.', 'For example: --cron "0 9 * * 1-5"')
  if (tz !== undefined && !isZone(tz))
    throw usage(`There is no time zone "${tz}".`, 'Use an IANA name, for example Europe/Berlin.')
  const named = tz === undefined ? {} : { tz }
  if (cron !== undefined) return { kind: 'cron', expr: cron, ...named }
  return every === undefined
    ? { kind: 'at', atMs: momentOf(at ?? '', tz ?? zone), ...named }
    : { kind: 'every', everyMs: spanOf(every) }
}

const unitMs: Readonly<Record<string, number>> = { '': 1_000, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `300` (seconds), `90s`, `30m`, `2h`, `1d`. */
function spanOf(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})\s*([smhd]?)$/.exec(text.trim()) ?? []
  const ms = Number(count) * (unitMs[unit] ?? 0)
  if (!(ms >= 1_000)) throw usage(`"${text}" is no interval.`, 'Use seconds, or for example 30m, 2h, 1d.')
  return ms
}

/** `2026-12-24 10:00`, with seconds or a `T` where wanted, as the clocks of the zone show it; or with an offset of its own. */
function momentOf(text: string, tz: string): number {
  const wrong = () => usage(`"${text}" is no moment.`, 'Use for example "2026-12-24 10:00".')
  if (/\d\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$/.test(text.trim())) {
    const at = Date.parse(text.trim())
    if (Number.isNaN(at)) throw wrong()
    return at
  }
  const wall = readWall(text)
  if (!wall) throw wrong()
  return zoneOf(tz).moment(wall)
}
