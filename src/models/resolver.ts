import { Problem, exitCodes } from '../core/problem.ts'
import type { ModelEntry } from './entry.ts'
import { toEntry } from './entry-from-row.ts'
import { finder } from './find.ts'
import { nearest } from './nearest.ts'
import type { ModelRef } from './ref.ts'
import { formatModelRef, parseModelRef } from './ref.ts'
import { remembering } from './remembering.ts'
import type { KeyFor } from './row-readers.ts'
import { vendorOf, vendorsOfModelId } from './vendor-lookup.ts'
import { bySpecificity, isWildcard, matchWildcard } from './wildcard.ts'

const tierWords = ['opus', 'sonnet', 'haiku'] as const
/** The names that coding CLIs have for large, middle and small models. */
export type Tier = (typeof tierWords)[number]

export interface ResolverOptions {
  /** In the order of the file. A name with `*` serves every name that fits; a `*` in its model is what the name's stood for. */
  readonly entries: readonly ModelEntry[]
  /** Other names for models; `*` in a name stands for anything. */
  readonly aliases?: Readonly<Record<string, string>>
  readonly tiers?: Partial<Readonly<Record<Tier, string>>>
  /** The model of an agent that names none. */
  readonly defaultModel?: string
  /** The vendor of bare ids that no entry has. */
  readonly defaultVendor?: string
  /** A key from the environment for a vendor id. */
  readonly keyFor?: KeyFor
}

/** Finds the entries a name means; throws a Problem when there are none. */
export type Resolver = (name: string) => readonly ModelEntry[]

/**
 * In this order: alias, the names and ids of the entries, wildcards, and last a reference to a vendor's own host, which needs a key
 * in the environment unless the vendor is keyless. What is then still without an answer may be a tier.
 */
export function resolver(options: ResolverOptions): Resolver {
  const { entries, tiers = {}, defaultModel, defaultVendor, keyFor } = options
  const aliases = aliasing(options.aliases ?? {})
  const find = finder(entries, defaultVendor)
  const made = remembering<ModelEntry>()

  const make = (ref: ModelRef): ModelEntry => {
    const name = formatModelRef(ref)
    const row = { model_name: name, provider: ref.vendor, model: ref.model }
    return made(name, () => toEntry(row, { source: 'environment', keyFor }))
  }
  const refer = (name: string): ModelRef | undefined => {
    const vendor = defaultVendor || (name.includes('/') ? undefined : vendorsOfModelId(name)[0])
    const ref = parseModelRef(name, vendor ?? '')
    return ref && vendorOf(ref.vendor) ? ref : undefined
  }
  /** A tier is meant by its bare word, or by a Claude id when that tier was given a model. */
  const tierTarget = (name: string): string | undefined => {
    const word = tierIn(name)
    return word && (tiers[word] ?? (word === name.toLowerCase() ? defaultModel : undefined))
  }
  const search = (name: string, seen: readonly string[]): readonly ModelEntry[] => {
    const again = (target: string | undefined): readonly ModelEntry[] | undefined =>
      target === undefined || seen.includes(name) ? undefined : search(target, [...seen, name])
    const found = again(aliases(name)) ?? find(name)
    if (found.length > 0) return found
    const ref = refer(name)
    if (!ref) return again(tierTarget(name)) ?? unknown(name, entries, options.aliases)
    try {
      return [make(ref)]
    } catch (error) {
      const found = again(tierTarget(name))
      if (found) return found
      throw error
    }
  }
  return (name) => search(name, [])
}

/** The tier word in a Claude model's id, or the name itself when it is one. */
export function tierIn(name: string): Tier | undefined {
  const lower = name.toLowerCase()
  return tierWords.find((word) => lower === word || new RegExp(`(?:^|[/.])claude-(?:.*-)?${word}\\b`).test(lower))
}

function aliasing(aliases: Readonly<Record<string, string>>): (name: string) => string | undefined {
  const patterns = bySpecificity(
    Object.entries(aliases).filter(([alias]) => isWildcard(alias)),
    ([alias]) => alias,
  )
  return (name) =>
    Object.hasOwn(aliases, name)
      ? aliases[name]
      : patterns.find(([alias]) => matchWildcard(alias, name) !== undefined)?.[1]
}

function unknown(name: string, entries: readonly ModelEntry[], aliases: Readonly<Record<string, string>> = {}): never {
  const names = [...new Set([...entries.map((entry) => entry.name), ...Object.keys(aliases)])]
  const near = nearest(name, names)
  const guess = near.length > 0 ? `Did you mean ${near.map((other) => `"${other}"`).join(' or ')}? ` : ''
  throw new Problem(`No model is called "${name}".`, {
    mend: guess + (listed(names) ?? 'Add one to model_list, or set a key such as OPENAI_API_KEY in the environment.'),
    exitCode: exitCodes.config,
  })
}

/** The first dozen of the names, for people; undefined when there are none. */
export function listed(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined
  return `Models here: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}.`
}
