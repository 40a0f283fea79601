import type { Loaded } from '../config/load.ts'
import type { Clock } from '../core/clock.ts'
import type { ModelEntry } from '../models/entry.ts'
import { toEntry } from '../models/entry-from-row.ts'
import { vendors } from '../models/vendors.ts'
import { environmentModels, type LocalServer, localServers } from '../providers/discover.ts'

/** The models there are, and what was looked at to find them. */
export interface ModelSources {
  readonly entries: readonly ModelEntry[]
  /** The name to use when nobody names one. */
  readonly defaultModel: string
  /** Names to go on with when the default model fails. */
  readonly fallbacks: readonly string[]
  readonly keys: readonly { readonly vendor: string; readonly label: string; readonly env: string }[]
  readonly servers: readonly LocalServer[]
}

export const guideName = 'guide'

/**
 * Finds the models a person may use, in this order: the model list of the configuration; keys in the environment; a local server that
 * listens; the built-in guide.
 */
export async function modelSources(
  { config, environment }: Loaded,
  { fetch, clock }: { readonly fetch: typeof globalThis.fetch; readonly clock: Clock },
): Promise<ModelSources> {
  const { model_name, model_fallbacks } = config.agents.defaults
  const configured = config.model_list.map((row) => toEntry(row))
  if (configured.length > 0)
    return {
      entries: configured,
      defaultModel: model_name || (configured[0]?.name ?? ''),
      fallbacks: model_fallbacks,
      keys: [],
      servers: [],
    }
  const found = environmentModels(environment.vars)
  if (found.length > 0) {
    const entries = found.map(({ row }) => ({ ...toEntry(row), source: 'environment' as const }))
    return {
      entries,
      defaultModel: model_name || (entries[0]?.name ?? ''),
      fallbacks: entries.slice(1).map((entry) => entry.name),
      keys: found.map(({ vendor, env }) => ({ vendor, label: vendors[vendor].label, env })),
      servers: [],
    }
  }
  const servers = await localServers({ fetch, clock })
  const local = servers.flatMap((server) =>
    server.models.map((model) => ({
      ...toEntry({ model_name: model, provider: server.vendor, model, api_base: server.url }),
      source: 'local server' as const,
    })),
  )
  return {
    entries: [...local, guideEntry()],
    defaultModel: model_name || (local[0]?.name ?? guideName),
    fallbacks: [],
    keys: [],
    servers,
  }
}

function guideEntry(): ModelEntry {
  return { ...toEntry({ model_name: guideName, provider: 'builtin', model: 'guide' }), source: 'built in' }
}
