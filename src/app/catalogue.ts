import type { Loaded } from '../config/load.ts'
import { environmentKey } from '../models/environment.ts'
import { registry, type Registry } from '../models/registry.ts'
import type { ProtocolId } from '../models/vendor.ts'
import { vendors } from '../models/vendors.ts'
import { protocols } from '../providers/protocols.ts'
import { type ModelSources, modelSources, type Surroundings } from './model-sources.ts'

/** What one version of the configuration says about models. */
export interface Catalogue {
  readonly loaded: Loaded
  readonly sources: ModelSources
  readonly registry: Registry
}

/** Reads the models out of a loaded configuration and its surroundings. */
export async function catalogue(loaded: Loaded, around: Surroundings): Promise<Catalogue> {
  const sources = await modelSources(loaded, around)
  const { aliases, fallback_rules, tiers, agents } = loaded.config
  return {
    loaded,
    sources,
    registry: registry({
      entries: sources.entries,
      aliases,
      tiers: Object.fromEntries(Object.entries(tiers).filter(([, name]) => name)),
      fallbackRules: fallback_rules.flatMap(({ match, to }) => to.map((name) => ({ match, to: name }))),
      defaultModel: sources.defaultModel,
      ...(agents.defaults.provider && { defaultVendor: agents.defaults.provider }),
      keyFor: (vendor) => environmentKey(around.environment.vars, vendor),
      unbuilt: unbuilt(),
    }),
  }
}

/** Protocols that rows may name and nobody speaks yet. */
function unbuilt(): ReadonlySet<ProtocolId> {
  return new Set(Object.values(vendors).flatMap(({ protocol: id }) => (id === 'guide' || id in protocols ? [] : [id])))
}
