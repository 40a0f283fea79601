/** Local time as people write it, with the weekday: `2026-11-21 09:05 (Saturday)`. */
export function localMoment(now: number): string {
  const date = new Date(now)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const weekday = weekdays[date.getDay()]
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())} (${weekday})`
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
