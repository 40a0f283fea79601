import { minuteText, type Zone } from '../kit/zone.ts'

/** A moment as the clocks of a zone show it, with the weekday: `2026-11-21 09:05 (Saturday)`. */
export function localMoment(zone: Zone, at: number): string {
  const { year, month, day } = zone.wall(at)
  const weekday = weekdays[new Date(Date.UTC(year, month - 1, day)).getUTCDay()]
  return `${minuteText(zone, at)} (${weekday})`
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
