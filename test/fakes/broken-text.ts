/** True when a string anywhere in a value holds half a character, JSON within strings included. */
export function hasBrokenText(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed() || (value.startsWith('{') && hasBrokenText(parsed(value)))
  if (Array.isArray(value)) return value.some(hasBrokenText)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, item]) => hasBrokenText(key) || hasBrokenText(item))
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return undefined
  }
}
