import type { Config } from '../../config/schema/config.ts'
import type { Engine } from './engine.ts'
import { baidu } from './engines/baidu.ts'
import { brave } from './engines/brave.ts'
import { duckduckgo } from './engines/duckduckgo.ts'
import { glm } from './engines/glm.ts'
import { perplexity } from './engines/perplexity.ts'
import { searxng } from './engines/searxng.ts'
import { tavily } from './engines/tavily.ts'

/** Every engine, in the order in which an automatic choice looks at them. */
export const engines = { perplexity, brave, searxng, tavily, duckduckgo, baidu, glm } satisfies Record<string, Engine>
export type EngineName = keyof typeof engines

/** An engine as it is set up here. */
export interface EngineSetup {
  readonly name: EngineName
  readonly enabled: boolean
  readonly keys: readonly string[]
  /** Absent: its own address. */
  readonly base?: string
  readonly variant?: string
  /** Results when a call does not say. */
  readonly count: number
}

/** What the configuration says about each engine. */
export function engineSetups({ web }: Config['tools']): readonly EngineSetup[] {
  return (Object.keys(engines) as EngineName[]).map((name) => ({ name, ...sections[name](web) }))
}

type Web = Config['tools']['web']
type Section = (web: Web) => Omit<EngineSetup, 'name'>
const based = (base: string | undefined) => (base ? { base } : {})
const pool =
  (name: 'brave' | 'tavily' | 'perplexity'): Section =>
  ({ [name]: { enabled, api_keys, base_url, max_results } }) => ({
    enabled,
    keys: api_keys.filter(Boolean),
    count: max_results,
    ...based(base_url),
  })
const single = ({ api_key = '' }: { readonly api_key?: string | undefined }) => [api_key].filter(Boolean)
const sections: Readonly<Record<EngineName, Section>> = {
  brave: pool('brave'),
  tavily: pool('tavily'),
  perplexity: pool('perplexity'),
  searxng: ({ searxng: { enabled, base_url, max_results } }) => ({
    enabled,
    keys: [],
    count: max_results,
    ...based(base_url),
  }),
  duckduckgo: ({ duckduckgo: { enabled, base_url, max_results } }) => ({
    enabled,
    keys: [],
    count: max_results,
    ...based(base_url),
  }),
  glm: ({ glm_search: section }) => ({
    enabled: section.enabled,
    keys: single(section),
    count: section.max_results,
    variant: section.search_engine,
    ...based(section.base_url),
  }),
  baidu: ({ baidu_search: section }) => ({
    enabled: section.enabled,
    keys: single(section),
    count: section.max_results,
    ...based(section.base_url),
  }),
}

/** The engine that serves: the one asked for when it is ready, else the first that is. Undefined when none is. */
export function chooseEngine(provider: string, setups: readonly EngineSetup[]): EngineSetup | undefined {
  const ready = setups.filter(isReady)
  const wanted = provider
    .trim()
    .toLowerCase()
    .replace(/_search$/, '')
  const order = Object.keys(engines)
  const [first] = ready.toSorted((left, right) => order.indexOf(left.name) - order.indexOf(right.name))
  return ready.find(({ name }) => name === wanted) ?? first
}

function isReady({ name, enabled, keys, base }: EngineSetup): boolean {
  if (!enabled) return false
  const { needs } = engines[name]
  if (needs === 'key') return keys.length > 0
  return needs === 'nothing' || base !== undefined
}
