/** A moment as a clock on the wall shows it. Months from 1. */
export interface Wall {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** The clocks of one place. */
export interface Zone {
  /** IANA name. */
  readonly name: string
  wall(at: number): Wall
  /** Milliseconds by which its clocks are ahead of UTC. */
  offset(at: number): number
  /** The first moment at which its clocks show this, or, when they leave it out, the moment at which they jump over it. */
  moment(wall: Partial<Wall> & Pick<Wall, 'year' | 'month' | 'day'>): number
  /** The first moment of the day, or of the month, that `at` lies in; `ahead` 1 is the next one. */
  startOf(unit: 'day' | 'month', at: number, ahead?: number): number
}

/** The zone of this machine. */
export function machineZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** The clocks of this machine. What they need is loaded when they are first read: it takes as long as a small program. */
export function localZone(): Zone {
  let read: Zone | undefined
  const zone = () => (read ??= zoneOf(machineZone()))
  return {
    get name() {
      return zone().name
    },
    wall: (at) => zone().wall(at),
    offset: (at) => zone().offset(at),
    moment: (wall) => zone().moment(wall),
    startOf: (...args) => zone().startOf(...args),
  }
}

/** True for an IANA name that this runtime knows. */
export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Throws a RangeError for a name that is no zone. */
export function zoneOf(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const wall = (at: number): Wall => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const read = (key: string) => parts[key] ?? 0
    return {
      year: read('year'),
      month: read('month'),
      day: read('day'),
      hour: read('hour'),
      minute: read('minute'),
      second: read('second'),
    }
  }
  const offset = (at: number): number => {
    const second = Math.floor(at / 1_000) * 1_000
    return asUtc(wall(second)) - second
  }
  const moment: Zone['moment'] = (given) => {
    const utc = asUtc({ hour: 0, minute: 0, second: 0, ...given })
    // A day on each side of it the offsets are those before and after a change of the clocks, where there is one.
    const [before, after] = [offset(utc - dayMs), offset(utc + dayMs)]
    const fitting = [utc - before, utc - after].filter((at) => offset(at) === utc - at)
    return fitting.length > 0
      ? Math.min(...fitting)
      : jump(utc - Math.max(before, after), utc - Math.min(before, after))
  }
  /** The moment between the two at which the offset changes. */
  const jump = (from: number, to: number): number => {
    const start = offset(from)
    let [low, high] = [from, to]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (offset(middle) === start) low = middle
      else high = middle
    }
    return high
  }
  return {
    name,
    wall,
    offset,
    moment,
    startOf(unit, at, ahead = 0) {
      const { year, month, day } = wall(at)
      // Date.UTC carries a 13th month and a 32nd day over.
      const start = new Date(
        unit === 'day' ? Date.UTC(year, month - 1, day + ahead) : Date.UTC(year, month - 1 + ahead),
      )
      return moment({ year: start.getUTCFullYear(), month: start.getUTCMonth() + 1, day: start.getUTCDate() })
    },
  }
}

const dayMs = 86_400_000
const asUtc = ({ year, month, day, hour, minute, second }: Wall): number =>
  Date.UTC(year, month - 1, day, hour, minute, second)

/** Reads `2026-12-24`, `2026-12-24 10:00` or `2026-12-24T10:00:30`; undefined for anything else, and for a day that no calendar has. */
export function readWall(text: string): Wall | undefined {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text.trim())
  if (!found) return undefined
  const parts = found.slice(1).map((part: string | undefined) => Number(part ?? 0))
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  const wall = { year, month, day, hour, minute, second }
  // What no calendar has is carried over into the next unit, and so comes back as another text.
  const real = new Date(asUtc(wall)).toISOString()
  return real.startsWith(`${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`)
    ? wall
    : undefined
}

const two = (value: number): string => String(value).padStart(2, '0')

/** `2026-11-30`. */
export function dateText(zone: Zone, at: number): string {
  const { year, month, day } = zone.wall(at)
  return `${year}-${two(month)}-${two(day)}`
}

/** `2026-11-30 09:05`. */
export function minuteText(zone: Zone, at: number): string {
  const { hour, minute } = zone.wall(at)
  return `${dateText(zone, at)} ${two(hour)}:${two(minute)}`
}
