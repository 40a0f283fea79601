import { nearest } from './nearest.ts'

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

/**
 * The clocks of the zone that is named at the moment they are read, else those of this machine. What zones need is loaded when it is first
 * needed: it takes as long as a small program.
 */
export function localZone(named: () => string | undefined = () => undefined): Zone {
  let machine: string | undefined
  let read: Zone | undefined
  const zone = (): Zone => {
    const name = named() ?? (machine ??= machineZone())
    return read?.name === name ? read : (read = zoneOf(name))
  }
  return {
    get name() {
      return zone().name
    },
    wall: (at) => (named() === undefined ? machineWall(at) : zone().wall(at)),
    offset: (at) => zone().offset(at),
    moment: (wall) => zone().moment(wall),
    startOf: (...args) => zone().startOf(...args),
  }
}

function machineWall(at: number): Wall {
  const date = new Date(at)
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
  }
}

/** The zone that a name which is none was most likely meant to be: misspelt, or the city alone. */
export function nearestZone(name: string): string | undefined {
  const zones = Intl.supportedValuesOf('timeZone')
  const city = `/${name.trim().toLowerCase().replaceAll(' ', '_')}`
  return zones.find((zone) => zone.toLowerCase().endsWith(city)) ?? nearest(name, zones)
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

/** `09:05`. */
export function timeText(zone: Zone, at: number): string {
  const { hour, minute } = zone.wall(at)
  return `${two(hour)}:${two(minute)}`
}

/** `2026-11-30 09:05`. */
export function minuteText(zone: Zone, at: number): string {
  return `${dateText(zone, at)} ${timeText(zone, at)}`
}

/** A moment for people, with weekday and zone: `Mon 30 Mar 2026 09:00 (Europe/Berlin)`. */
export function momentText(at: number, zone: string): string {
  const date = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at)
  return `${date.replaceAll(',', '')} (${zone})`
}
