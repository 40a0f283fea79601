import { Problem, exitCodes } from '../core/problem.ts'
import type { ModelEntry } from './entry.ts'
import { spellings } from './find.ts'
import type { Pool } from './pool.ts'
import type { ResolverOptions } from './resolver.ts'
import { listed, resolver, tierIn } from './resolver.ts'
import { rowOf } from './url.ts'
import type { ProtocolId } from './vendor.ts'
import { bySpecificity, matchWildcard } from './wildcard.ts'

export interface FallbackRule {
  /** A model name in which `*` stands for anything. */
  readonly match: string
  /** The name to try when the matched one cannot answer. */
  readonly to: string
}
export interface RegistryOptions extends ResolverOptions {
  readonly fallbackRules?: readonly FallbackRule[]
  /** Protocols that cannot be spoken yet. */
  readonly unbuilt?: ReadonlySet<ProtocolId>
}

/** All models by name. */
export interface Registry {
  /** The names of the entries, in order, each once. */
  readonly names: readonly string[]
  readonly defaultModel: string | undefined
  /** The entries behind a name. Throws a Problem that lists the nearest names when there are none, or says what they lack. */
  resolve(name: string): Pool
  /**
   * Whom to ask for a chat answer, in order: the primary, its entries' own fallbacks, the fallback rules that fit the name (most
   * specific first), then `fallbacks`. What would be asked twice is left out. A primary that cannot be resolved throws unless a
   * fallback rule fits it or the name is empty; other names that cannot are left out, and `problems` reports them.
   */
  chain(name: string, fallbacks?: readonly string[]): readonly Pool[]
  /** What is wrong with the names that entries, aliases, rules, tiers, the default model and `more` use: one Problem each. */
  problems(more?: readonly string[]): readonly Problem[]
  /** The model that a tier word in `name` stands for (`haiku` in claude-haiku-4-5): the tier's, else the default model. */
  tier(name: string): string | undefined
}

export function registry(options: RegistryOptions): Registry {
  const { entries, fallbackRules = [], tiers = {}, defaultModel, unbuilt = new Set() } = options
  const names = [...new Set(entries.map(({ name }) => name))]
  const search = resolver(options)
  const rules = bySpecificity(fallbackRules, ({ match }) => match)
  const speakable = (entry: ModelEntry): boolean => !unbuilt.has(rowOf(entry).protocol)

  const resolve = (raw: string): Pool => {
    const name = raw.trim()
    if (name === '') throw configProblem('No model is named.', 'Set agents.defaults.model_name.')
    const all = search(name)
    const able = all.filter(speakable)
    if (able.length > 0) return { name, entries: able }
    throw unbuiltProblem(
      name,
      all,
      names.filter((other) => entries.some((entry) => entry.name === other && speakable(entry))),
    )
  }
  const resolveChat = (name: string): Pool => {
    const pool = resolve(name)
    const able = pool.entries.filter((entry) => rowOf(entry).chat !== false)
    if (able.length > 0) return { ...pool, entries: able }
    throw configProblem(`"${name}" is for speech, not for chat.`, listed(names.filter((other) => other !== name)) ?? '')
  }
  const rulesFor = (name: string, pool: Pool | undefined): readonly string[] => {
    const known = [...spellings(name), ...(pool?.entries ?? []).map((entry) => `${entry.vendor}/${entry.model}`)]
    return rules
      .filter(({ match }) => known.some((text) => matchWildcard(match, text) !== undefined))
      .map(({ to }) => to)
  }

  return {
    names,
    defaultModel,
    resolve,
    chain(raw, fallbacks = []) {
      const name = raw.trim()
      const { pool: primary, problem } = attempt(() => resolveChat(name))
      const ruled = rulesFor(name, primary)
      if (problem && name !== '' && ruled.length === 0) throw problem
      const others = [...(primary?.entries.flatMap((entry) => entry.fallbacks) ?? []), ...ruled, ...fallbacks]
      const pools = [primary, ...others.map((other) => attempt(() => resolveChat(other)).pool)]
      const chain = withoutDoubles(pools.filter((pool) => pool !== undefined))
      if (problem && chain.length === 0) throw problem
      return chain
    },
    problems(more = []) {
      const used = [
        ...entries.flatMap((entry) => entry.fallbacks),
        ...Object.values(options.aliases ?? {}),
        ...rules.map(({ to }) => to),
        ...Object.values(tiers),
        ...(defaultModel === undefined ? [] : [defaultModel]),
        ...more,
      ]
      return [...new Set(used)]
        .map((name) => attempt(() => resolve(name)).problem)
        .filter((problem) => problem !== undefined)
    },
    tier(name) {
      const word = tierIn(name)
      return word && (tiers[word] ?? defaultModel)
    },
  }
}

function withoutDoubles(pools: readonly Pool[]): readonly Pool[] {
  const seen = new Set<string>()
  return pools.flatMap(({ name, entries }) => {
    const fresh = entries.filter((entry) => {
      const key = identity(entry)
      return !seen.has(key) && seen.add(key)
    })
    return fresh.length > 0 ? [{ name, entries: fresh }] : []
  })
}

/** Equal for two entries that would make the same request. */
function identity({ vendor, model, apiBase, keys, auth, proxy, headers, extraBody, effort }: ModelEntry): string {
  return JSON.stringify([vendor, model, apiBase, keys, auth, proxy, headers, extraBody, effort])
}

function attempt(resolve: () => Pool): { readonly pool?: Pool; readonly problem?: Problem } {
  try {
    return { pool: resolve() }
  } catch (error) {
    if (error instanceof Problem) return { problem: error }
    throw error
  }
}

function configProblem(what: string, mend: string): Problem {
  return new Problem(what, { mend, exitCode: exitCodes.config })
}

function unbuiltProblem(name: string, entries: readonly ModelEntry[], others: readonly string[]): Problem {
  const labels = [...new Set(entries.map((entry) => rowOf(entry).label))].join(' and ')
  return configProblem(
    `"${name}" is served by ${labels}, which this version cannot talk to yet.`,
    listed(others)?.replace('Models here', 'These work') ??
      'Use an OpenAI-compatible endpoint (provider "openai" with its api_base) or an Anthropic one (anthropic-messages).',
  )
}
