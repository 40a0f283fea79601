import { at } from '../../config/tree.ts'
import type { ChatRequest } from '../../core/chat.ts'
import type { Provider } from '../../core/provider.ts'
import { toEntry } from '../../models/entry-from-row.ts'
import type { ModelEntry } from '../../models/entry.ts'
import type { AgentFacts } from '../agents.ts'
import type { House } from '../house.ts'

/** Whom a turn asks. */
export interface Choice {
  /** The name that was asked for. */
  readonly name: string
  readonly provider: Provider
}

/** The chain behind a model's name. A row that cannot work says why when it is the one that is asked. */
export function chainOf({ fleet, current }: House, name: string, fallbacks: readonly string[]): Provider {
  const { registry, sources } = current
  const broken = sources.broken.get(name)
  if (broken && !registry.names.includes(name)) throw broken
  return fleet.chain(registry.chain(name, fallbacks))
}

/** The model of an agent: the one that was asked for alone, else its own, else the default, each with what follows it. */
export function choose(house: House, agent: AgentFacts, asked: string | undefined): Choice {
  const { sources } = house.current
  const name = asked ?? agent.model ?? sources.defaultModel
  const own = agent.model === undefined ? sources.fallbacks : (agent.fallbacks ?? sources.fallbacks)
  return { name, provider: chainOf(house, name, asked === undefined ? own : []) }
}

/** Limits that nobody asked for are left to the vendor: many refuse one that is above their own. */
export function requestLimits({ current: { loaded } }: House): Pick<ChatRequest, 'maxTokens' | 'temperature'> {
  const { max_tokens: maxTokens, temperature } = loaded.config.agents.defaults
  return {
    ...(at(loaded.tree, 'agents', 'defaults', 'max_tokens') && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
  }
}

/** The kinds of executor that need no other program: the section that sets each up, the vendor whose format it speaks. */
const direct = {
  'openai-api': { section: 'openai', vendor: 'openai', base: 'https://api.openai.com/v1', model: 'gpt-4o' },
  'anthropic-api': {
    section: 'anthropic',
    vendor: 'anthropic-messages',
    base: 'https://api.anthropic.com/v1',
    model: 'claude-sonnet-4-6',
  },
} as const

const isDirect = (type: string): type is keyof typeof direct => Object.hasOwn(direct, type)

/** Asks the backend of the `executor` section, unless another model was asked for. */
export function backend(house: House, asked: string | undefined): Provider | undefined {
  const entry = asked === undefined ? executorEntry(house) : undefined
  return entry && house.fleet.chain([{ name: entry.name, entries: [entry] }])
}

/** The backend of the `executor` section, where it is one that we are ourselves. */
function executorEntry({ current: { loaded } }: House): ModelEntry | undefined {
  const { executor } = loaded.config
  if (!executor || !isDirect(executor.type)) return undefined
  const { section, vendor, base, model } = direct[executor.type]
  const { base_url: ownBase, api_key: ownKey, model: ownModel } = executor[section] ?? {}
  // What stands beside the section speaks Anthropic's format.
  const shared: Partial<typeof executor> = section === 'anthropic' ? executor : {}
  const key = ownKey ?? shared.api_auth_token
  return toEntry(
    {
      model_name: 'executor',
      provider: vendor,
      model: ownModel ?? executor.default_model ?? model,
      api_base: ownBase ?? shared.api_base_url ?? base,
      ...(key !== undefined && { api_key: key }),
    },
    { source: 'executor' },
  )
}
