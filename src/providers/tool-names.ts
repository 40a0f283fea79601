import { createHash } from 'node:crypto'

/** Eight letters and digits that stay the same for the same text. */
const tag = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)

/** The text itself where a vendor takes it; else its usable characters and a tag that tells it from its likes. */
export function wireName(text: string, longest: number): string {
  if (text.length <= longest && /^[\w-]+$/.test(text)) return text
  return `${text.replaceAll(/[^\w-]/g, '_').slice(0, longest - 9)}_${tag(text)}`
}

/** Finds a tool's own name by the name that went over the wire. */
export function toolNames(names: readonly string[], longest: number): (wire: string) => string {
  const own = new Map(names.map((name) => [wireName(name, longest), name]))
  return (wire) => own.get(wire) ?? wire
}
