import { openHouse, type House } from '../../src/app/house.ts'
import type { Json } from '../../src/core/json.ts'
import { rowOf } from '../../src/models/url.ts'
import { wireModel } from '../../src/models/vendor-lookup.ts'
import type { Adapters } from './adapters.ts'
import { inHome } from './config.ts'

/** The program's own rooms over a config. */
function inHouse<T>(config: Record<string, Json>, work: (house: House) => T): Promise<T> {
  return inHome({ config }, async (environment) => {
    const house = await openHouse({ write: () => undefined, debug: false, environment })
    try {
      return work(house)
    } finally {
      await house.close()
    }
  })
}

/** Units that no room has alone: from a config file to the model that is asked. */
export const adapters = {
  resolveDefaultModel: (config: Record<string, Json>) =>
    inHouse(config, ({ current: { registry, sources } }) => {
      const [pool] = registry.chain(sources.defaultModel, sources.fallbacks)
      const [entry] = pool?.entries ?? []
      if (!entry) return undefined
      const { vendor, model, apiBase, keys } = entry
      return { vendor, wireModel: wireModel(rowOf(entry), model), apiBase, apiKey: keys[0] }
    }),
  chainNames: ({ agent, ...config }: { agent?: string; model_list: Json; agents: Json }) =>
    inHouse(config, ({ current: { registry, sources, loaded } }) => {
      const own = loaded.config.agents.list.find(({ id }) => id === agent)?.model
      const pools = own
        ? registry.chain(own.primary ?? '', own.fallbacks)
        : registry.chain(sources.defaultModel, sources.fallbacks)
      return pools.map(({ name }) => name)
    }),
} satisfies Adapters
