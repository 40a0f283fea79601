import { z } from 'zod'
import { Problem } from '../../core/problem.ts'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import { type SearchResult, searchRange } from './engine.ts'
import { engines, type EngineSetup } from './engines.ts'
import { keyRing } from './key-ring.ts'
import { searchOnce } from './search-call.ts'

type Fetch = typeof globalThis.fetch

export interface SearchOptions {
  readonly setup: EngineSetup
  readonly fetch: Fetch
}

/** web_search with one engine. */
export function webSearchTool({ setup, fetch }: SearchOptions): Tool {
  const engine = engines[setup.name]
  const ring = keyRing(setup.keys)
  const { base = engine.base, variant } = setup
  return defineTool({
    name: 'web_search',
    description: 'Searches the web: titles, addresses and short texts. Read a page with web_fetch.',
    input: z.object({
      query: z.string().trim().min(1).max(2000).describe('What to look for.'),
      count: z.int().optional().describe('Results, 1 to 10.'),
      range: z.string().optional().describe('Only of the last day (d), week (w), month (m) or year (y).'),
    }),
    readOnly: true,
    outside: 'web',
    async run({ query, count = 0, range = '' }, { signal }) {
      const wanted = { query, count: count >= 1 && count <= 10 ? count : setup.count, range: searchRange(range) }
      const name = engine.label || 'Brave'
      let last = ''
      for (const key of ring()) {
        const access = { base, key, ...(variant !== undefined && { variant }) }
        const outcome = await searchOnce(engine, wanted, access, { fetch, signal })
        if (outcome.ok) return told(query, wanted.count, engine.label, outcome.found)
        last = outcome.why
        if (!outcome.otherKey) throw new Problem(`search failed: ${name}: ${last}.`)
      }
      const who = setup.keys.length > 1 ? `${name}, all api keys failed, last error` : name
      throw new Problem(`search failed: ${who}: ${last}.`)
    },
  })
}

function told(query: string, count: number, label: string, found: readonly SearchResult[] | string): string {
  const head = `Results for: ${query}${label === '' ? '' : ` (via ${label})`}`
  if (typeof found === 'string') return `${head}\n${found}`
  const shown = found.slice(0, count)
  if (shown.length === 0) return `No results for: ${query}`
  const lines = shown.flatMap(({ title, url, snippet }, index) => [
    `${index + 1}. ${title || url}`,
    `   ${url}`,
    ...(snippet === '' ? [] : [`   ${snippet}`]),
  ])
  return [head, ...lines].join('\n')
}
