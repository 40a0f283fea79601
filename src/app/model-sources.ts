import type { Environment } from '../config/environment.ts'
import type { Loaded } from '../config/load.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { Problem } from '../core/problem.ts'
import type { ModelEntry } from '../models/entry.ts'
import { toEntry } from '../models/entry-from-row.ts'
import { environmentKey, environmentModels } from '../models/environment.ts'
import { vendorOf } from '../models/vendor-lookup.ts'
import { localServers } from '../providers/discover.ts'
import type { Found } from '../providers/guide/guide.ts'

/** The models there are, and what was looked at to find them. */
export interface ModelSources {
  readonly entries: readonly ModelEntry[]
  /** The name to use when nobody names one. */
  readonly defaultModel: string
  /** Names to go on with when the default model fails. */
  readonly fallbacks: readonly string[]
  /** Rows that cannot work, by their name. */
  readonly broken: ReadonlyMap<string, Problem>
  readonly found: Found
}

export interface Surroundings {
  readonly environment: Environment
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  readonly log: Log
}

const guideName = 'guide'

/**
 * Finds the models a person may use, in this order: the model list of the configuration and what its old `providers` section stands
 * for; keys in the environment; a local server that listens; the built-in guide.
 */
export async function modelSources(loaded: Loaded, around: Surroundings): Promise<ModelSources> {
  const { config, converted } = loaded
  const { environment } = around
  const { model_name: named, model_fallbacks: fallbacks } = config.agents.defaults
  const found: Found = { keys: [], servers: [], configPath: environment.configPath }
  const configured = readRows(loaded, around)
  if (config.model_list.length + converted.length > 0)
    return { ...configured, defaultModel: named || (configured.entries[0]?.name ?? ''), fallbacks, found }
  const rows = environmentModels(environment.vars)
  if (rows.length > 0) {
    const entries = rows.map((row) => toEntry(row, { source: 'environment' }))
    const names = entries.map((entry) => entry.name)
    return {
      entries,
      defaultModel: named || (names[0] ?? ''),
      fallbacks: [...fallbacks, ...names.slice(1)],
      broken: new Map(),
      found: {
        ...found,
        keys: entries.map((entry) => ({ label: labelOf(entry.vendor), env: variableOf(entry, environment) })),
      },
    }
  }
  const servers = await localServers(around)
  const local = servers.flatMap(({ vendor, url, models }) =>
    models.map((model) =>
      toEntry({ model_name: model, provider: vendor, model, api_base: url }, { source: 'local server' }),
    ),
  )
  const guide = toEntry({ model_name: guideName, provider: 'builtin', model: 'guide' }, { source: 'built in' })
  return {
    entries: [...local, guide],
    defaultModel: named || (local[0]?.name ?? guideName),
    fallbacks,
    broken: new Map(),
    found: { ...found, servers: servers.map(({ vendor, url, models }) => ({ label: labelOf(vendor), url, models })) },
  }
}

/** The rows that can work; a row that cannot is told and left out, so that it does not take the others with it. */
function readRows(
  { config, converted }: Loaded,
  { environment, log }: Surroundings,
): Pick<ModelSources, 'entries' | 'broken'> {
  const broken = new Map<string, Problem>()
  const rows = [
    ...config.model_list.map((row, index) => ({ row, at: `model_list[${index}]` })),
    ...converted.map((row) => ({ row, at: 'providers' })),
  ]
  const entries = rows.flatMap(({ row, at }) => {
    try {
      return [toEntry(row, { at, keyFor: (vendor) => environmentKey(environment.vars, vendor) })]
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      broken.set(row.model_name, error)
      return []
    }
  })
  for (const problem of broken.values())
    log.warn([problem.detail.at, problem.message, problem.detail.mend].filter(Boolean).join(' '))
  const [first] = broken.values()
  if (entries.length === 0 && first) throw first
  return { entries, broken }
}

const labelOf = (vendor: string) => vendorOf(vendor)?.label ?? vendor

function variableOf(entry: ModelEntry, { vars }: Environment): string {
  return vendorOf(entry.vendor)?.keyEnv?.find((name) => vars[name]?.trim() === entry.keys[0]) ?? ''
}
