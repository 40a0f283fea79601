import { configSchema } from '../../src/config/schema/config.ts'
import { isPublicAddress } from '../../src/kit/public-address.ts'
import { searchRange, type SearchRange } from '../../src/tools/web/engine.ts'
import { chooseEngine, type EngineName, engines, engineSetups } from '../../src/tools/web/engines.ts'
import { keyRing } from '../../src/tools/web/key-ring.ts'
import { htmlToMarkdown } from '../../src/tools/web/page/markdown.ts'
import { htmlToText } from '../../src/tools/web/page/text.ts'
import type { Adapters } from './adapters.ts'

/** Where the configuration keeps an engine, and how it spells its keys. */
const sections: Readonly<Record<EngineName, (enabled: boolean, key: string | undefined) => object>> = {
  perplexity: (enabled, key) => ({ perplexity: { enabled, api_keys: key ? [key] : [] } }),
  brave: (enabled, key) => ({ brave: { enabled, api_keys: key ? [key] : [] } }),
  tavily: (enabled, key) => ({ tavily: { enabled, api_keys: key ? [key] : [] } }),
  searxng: (enabled, key) => ({ searxng: { enabled, ...(key && { base_url: key }) } }),
  duckduckgo: (enabled) => ({ duckduckgo: { enabled } }),
  glm: (enabled, key) => ({ glm_search: { enabled, ...(key && { api_key: key }) } }),
  baidu: (enabled, key) => ({ baidu_search: { enabled, ...(key && { api_key: key }) } }),
}

interface Choice {
  readonly provider: string
  readonly enabled: readonly string[]
  readonly keys: Readonly<Record<string, string>>
}

export const adapters: Adapters = {
  htmlToMarkdown: (html: string) => htmlToMarkdown(html),
  htmlToText,
  isRestrictedAddress: (ip: string) => !isPublicAddress(ip),
  normalizeSearchRange: searchRange,
  searchRangeParameter: ({ engine, range }: { engine: EngineName; range: SearchRange }) =>
    engines[engine].ranges[range],
  searchKeyOrder({ keys, calls }: { keys: readonly string[]; calls: number }) {
    const next = keyRing(keys)
    return Array.from({ length: calls }, () => next())
  },
  resolveSearchEngine({ provider, enabled, keys }: Choice) {
    const web = Object.assign(
      { provider },
      ...Object.entries(sections).map(([name, section]) => section(enabled.includes(name), keys[name])),
    ) as object
    const { tools } = configSchema.parse({ tools: { web } })
    return chooseEngine(tools.web.provider, engineSetups(tools))?.name
  },
}
