import type { ModelRow } from '../models/row.ts'
import type { Config } from './schema/config.ts'

type Providers = NonNullable<Config['providers']>
type Section = NonNullable<Providers[keyof Providers]>

interface OldVendor {
  /** The section, and other names of it. */
  readonly sections: readonly [keyof Providers, ...(keyof Providers)[]]
  /** The vendor where it is called otherwise than the section. */
  readonly vendor?: string
  /** The model when the user names none. */
  readonly model: string
  /** Serves models of many vendors, whose names it takes whole. */
  readonly gateway?: true
  /** What makes an entry of it, beside a key or a base. */
  readonly enough?: 'connect_mode' | 'auth_method'
}

/** In the order in which the original converts them. */
const oldVendors: readonly OldVendor[] = [
  { sections: ['openai', 'gpt'], model: 'gpt-5.4' },
  { sections: ['anthropic', 'claude'], model: 'claude-sonnet-4.6' },
  { sections: ['litellm'], model: 'auto', gateway: true },
  { sections: ['openrouter'], model: 'auto', gateway: true },
  { sections: ['groq'], model: 'llama-3.1-70b-versatile' },
  { sections: ['zhipu', 'glm'], model: 'glm-4' },
  { sections: ['vllm'], model: 'auto' },
  { sections: ['gemini', 'google'], model: 'gemini-pro' },
  { sections: ['nvidia'], model: 'meta/llama-3.1-8b-instruct' },
  { sections: ['ollama'], model: 'llama3' },
  { sections: ['moonshot', 'kimi'], model: 'kimi' },
  { sections: ['shengsuanyun'], model: 'auto' },
  { sections: ['deepseek'], model: 'deepseek-chat' },
  { sections: ['cerebras'], model: 'llama-3.3-70b' },
  { sections: ['vivgrid'], model: 'auto' },
  { sections: ['volcengine', 'doubao'], model: 'doubao-pro' },
  { sections: ['github_copilot', 'copilot'], vendor: 'github-copilot', model: 'gpt-5.4', enough: 'connect_mode' },
  { sections: ['antigravity'], model: 'gemini-2.0-flash', enough: 'auth_method' },
  { sections: ['qwen', 'tongyi'], model: 'qwen-max' },
  { sections: ['mistral'], model: 'mistral-small-latest' },
  { sections: ['avian'], model: 'deepseek/deepseek-v3.2' },
  { sections: ['minimax'], model: 'minimax' },
  { sections: ['longcat'], model: 'LongCat-Flash-Thinking' },
  { sections: ['modelscope'], model: 'Qwen/Qwen3-235B-A22B-Instruct-2507' },
  { sections: ['novita'], model: 'auto' },
]

const vendorOf = ({ sections, vendor }: OldVendor) => vendor ?? sections[0]

interface Converted {
  readonly row: OldVendor
  readonly section: Section
}

/** The old `providers` section as rows of the model list. `model_list` says which names are taken already. */
export function rowsFromProviders(
  config: Pick<Config, 'providers' | 'model_list'> & {
    readonly agents: { readonly defaults: Pick<Config['agents']['defaults'], 'provider' | 'model_name'> }
  },
): ModelRow[] {
  const { providers, agents } = config
  const usable = oldVendors.flatMap((row): Converted[] => {
    const section = row.sections.map((name) => providers?.[name]).find((found) => found !== undefined)
    return section !== undefined && enough(row, section) ? [{ row, section }] : []
  })
  const { provider, model_name: wanted } = agents.defaults
  const taken = config.model_list.some(({ model_name, model }) => wanted === model_name || wanted === model)
  const server = wanted === undefined || taken ? undefined : serves(usable, wanted, provider)
  return usable.map((each) => {
    const vendor = vendorOf(each.row)
    const chosen = each === server && wanted !== undefined
    const model = chosen ? legacyModel(vendor, wanted, each.row.gateway === true) : `${vendor}/${each.row.model}`
    return rowFor(chosen && blank(provider) ? wanted : vendor, model, each.section)
  })
}

const blank = (text: string | undefined) => text === undefined || text.trim() === ''

function enough({ enough }: OldVendor, section: Section): boolean {
  return [section.api_key, section.api_base, enough === undefined ? undefined : section[enough]].some(
    (value) => !blank(value),
  )
}

/** Which of the vendors the user's model goes to: the one they name, else the one the model names, else a gateway, else the first. */
function serves(usable: readonly Converted[], model: string, provider: string | undefined): Converted | undefined {
  const named = (name: string) =>
    usable.find(({ row }) => [...row.sections, vendorOf(row)].includes(name.trim().toLowerCase() as never))
  if (provider !== undefined && !blank(provider)) return named(provider)
  const slash = model.indexOf('/')
  if (slash < 0) return usable[0]
  return named(model.slice(0, slash)) ?? usable.find(({ row }) => row.gateway) ?? usable[0]
}

/** vendor/model for a model of the old form: a name with a slash stays, unless a gateway takes it whole. */
export function legacyModel(
  vendor: string,
  model: string,
  gateway = vendor === 'openrouter' || vendor === 'litellm',
): string {
  if (model.startsWith(`${vendor}/`)) return model
  return model.includes('/') && !gateway ? model : `${vendor}/${model}`
}

function rowFor(name: string, model: string, section: Section): ModelRow {
  const { api_key: key, api_base, proxy, request_timeout, auth_method, connect_mode } = section
  return {
    model_name: name,
    model,
    ...(key === undefined ? {} : { api_keys: [key] }),
    ...(api_base === undefined ? {} : { api_base }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(request_timeout === undefined ? {} : { request_timeout }),
    ...(auth_method === undefined ? {} : { auth_method }),
    ...(connect_mode === undefined ? {} : { connect_mode }),
  }
}
