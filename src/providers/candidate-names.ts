import type { Pool } from '../models/pool.ts'

/**
 * What people read for each candidate of a pool, in the pool's order: `vendor/model`, with the host where rows differ only by it, and
 * the number of the key where there are several. Unique within the pool.
 */
export function candidateNames(pool: Pool): readonly string[] {
  const refs = pool.entries.map((entry) => `${entry.vendor}/${entry.model}`)
  const named = pool.entries.flatMap((entry, index) => {
    const ref = refs[index] ?? pool.name
    const shared = refs.filter((other) => other === ref).length > 1
    const host = shared && URL.canParse(entry.apiBase) ? ` at ${new URL(entry.apiBase).host}` : ''
    const keys = Math.max(1, entry.keys.length)
    return Array.from({ length: keys }, (_, key) => `${ref}${host}${keys > 1 ? ` (key ${key + 1})` : ''}`)
  })
  return named.map((name, index) => {
    const earlier = named.slice(0, index).filter((other) => other === name).length
    return earlier > 0 ? `${name} #${earlier + 1}` : name
  })
}
