import type { ModelEntry } from './entry.ts'
import { parseModelRef } from './ref.ts'
import { remembering } from './remembering.ts'
import { normalizeVendor, vendorsOfModelId } from './vendor-lookup.ts'
import { bySpecificity, isWildcard, matchWildcard } from './wildcard.ts'

/**
 * Finds the entries that a name means: by model_name, by vendor/model, by bare id with the default vendor, by the id on the wire, and
 * last by wildcards, the most specific first. Empty when there are none.
 */
export function finder(entries: readonly ModelEntry[], defaultVendor = ''): (name: string) => readonly ModelEntry[] {
  const plain = entries.filter((entry) => !isWildcard(entry.name) && !isWildcard(entry.model))
  const patterns = bySpecificity(
    entries.filter((entry) => !plain.includes(entry)),
    (entry) => entry.name,
  )
  const filled = remembering<ModelEntry>()
  const preferred = normalizeVendor(defaultVendor) || 'openai'

  const byReference = (name: string): readonly ModelEntry[] => {
    const ref = parseModelRef(name, preferred)
    if (!ref) return []
    const model = ref.model.toLowerCase()
    return plain.filter((entry) => entry.vendor === ref.vendor && entry.model.toLowerCase() === model)
  }
  const byWireId = (name: string): readonly ModelEntry[] => {
    const same = plain.filter((entry) => entry.model.toLowerCase() === name.toLowerCase())
    return same.filter((entry) => entry.vendor === same[0]?.vendor)
  }
  const fill = (entry: ModelEntry, name: string, star: string): ModelEntry =>
    filled(`${entries.indexOf(entry)} ${star} ${name}`, () => ({
      ...entry,
      name,
      model: entry.model.replace('*', () => star),
    }))
  const byPattern = (name: string): readonly ModelEntry[] => {
    for (const spelling of spellings(name)) {
      const best = patterns.find((entry) => matchWildcard(entry.name, spelling) !== undefined)
      if (best)
        return patterns
          .filter((entry) => entry.name === best.name)
          .map((entry) => fill(entry, name, matchWildcard(entry.name, spelling) ?? ''))
    }
    return []
  }
  const ways = [(name: string) => plain.filter((entry) => entry.name === name), byReference, byWireId, byPattern]
  return (name) => {
    for (const way of ways) {
      const found = way(name)
      if (found.length > 0) return found
    }
    return []
  }
}

/** A name, and for a bare id that can only mean certain vendors also `vendor/id`: patterns are written either way. */
export function spellings(name: string): readonly string[] {
  return name.includes('/') ? [name] : [name, ...vendorsOfModelId(name).map((vendor) => `${vendor}/${name}`)]
}
