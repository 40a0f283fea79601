// Writes src/models/price-table.json out of a maintained list of prices: `node scripts/prices.ts`, after an upgrade of that package.
import { readFileSync, writeFileSync } from 'node:fs'
import { findProvider, type MatchLogic, type ModelInfo, type ModelPrice } from '@pydantic/genai-prices'
import { foldModel, withoutDate } from '../src/models/price-of.ts'
import type { VendorId } from '../src/models/vendors.ts'

const target = 'src/models/price-table.json'
const library = '@pydantic/genai-prices'

/** Our vendors, and what the list calls them; the first that knows a model counts. Vendors that are not here have no known prices. */
const lists: Partial<Record<VendorId, readonly string[]>> = {
  openai: ['openai'],
  anthropic: ['anthropic'],
  'anthropic-messages': ['anthropic'],
  gemini: ['google'],
  vertex: ['google', 'anthropic'],
  deepseek: ['deepseek'],
  mistral: ['mistral'],
  xai: ['x-ai'],
  cohere: ['cohere'],
  perplexity: ['perplexity'],
  openrouter: ['openrouter'],
  groq: ['groq'],
  cerebras: ['cerebras'],
  together: ['together'],
  fireworks: ['fireworks'],
  novita: ['novita'],
  avian: ['avian'],
  zhipu: ['zhipuai'],
  zai: ['zai'],
  moonshot: ['moonshotai'],
  minimax: ['minimax'],
  azure: ['azure', 'openai'],
  bedrock: ['aws'],
}

type Row = readonly [input: number, output: number, cacheRead?: number | null, cacheWrite?: number | null]

const today = new Date().toISOString().slice(0, 10)
const { version } = JSON.parse(readFileSync(`node_modules/${library}/package.json`, 'utf8')) as { version: string }
const vendors = Object.fromEntries(Object.entries(lists).map(([vendor, names]) => [vendor, tableOf(names)]))
writeFileSync(target, JSON.stringify({ source: `${library} ${version}`, date: today, vendors }))
process.stdout.write(`${target} is written; format it with npx oxfmt.\n`)

function tableOf(names: readonly string[]): Readonly<Record<string, Row>> {
  const table: Record<string, Row> = {}
  for (const name of names) {
    const provider = findProvider({ providerId: name })
    if (!provider) throw new Error(`The list has no ${name}.`)
    const own: Record<string, Row> = {}
    for (const model of provider.models) {
      const row = rowOf(model)
      if (!row) continue
      for (const id of idsOf(model)) {
        const known = own[id]
        // Two models under one folded id: the dearer, so that a cap holds.
        if (!known || known[1] < row[1]) own[id] = row
      }
    }
    for (const [id, row] of Object.entries(own)) table[id] ??= row
  }
  // An id with a date that costs what the id without it costs says nothing new.
  const kept = Object.entries(table).filter(([id, row]) => {
    const short = withoutDate(id)
    return short === id || JSON.stringify(table[short]) !== JSON.stringify(row)
  })
  return Object.fromEntries(kept.sort(([left], [right]) => (left < right ? -1 : 1)))
}

/** Every spelling of a model that is written out in the list, folded. Patterns of dates are left to `withoutDate`. */
function idsOf({ id, match }: ModelInfo): readonly string[] {
  return [...new Set([id, ...spellings(match)].map(foldModel))].filter((text) => /^[\w./:@-]*[\w]$/.test(text))
}

function spellings(match: MatchLogic): readonly string[] {
  if ('or' in match) return match.or.flatMap(spellings)
  if ('equals' in match) return [match.equals]
  if ('starts_with' in match) return [match.starts_with]
  return []
}

/** The row of a model whose price is by tokens alone; undefined for any other. */
function rowOf({ id, prices }: ModelInfo): Row | undefined {
  const found = Array.isArray(prices) ? inForce(prices) : [prices]
  if (found.every((price) => Object.keys(price).length === 0)) return id.endsWith(':free') ? [0, 0] : undefined
  const input = dearest(found, 'input_mtok')
  const output = dearest(found, 'output_mtok')
  if (input === undefined || output === undefined) return undefined
  const cacheRead = dearest(found, 'cache_read_mtok') ?? null
  const cacheWrite = dearest(found, 'cache_write_mtok') ?? null
  if (cacheWrite !== null) return [input, output, cacheRead, cacheWrite]
  return cacheRead === null ? [input, output] : [input, output, cacheRead]
}

/** The price of today; where it goes by the hour, all of them. */
function inForce(prices: Extract<ModelInfo['prices'], readonly unknown[]>): readonly ModelPrice[] {
  const hourly = prices.filter(({ constraint }) => constraint?.type === 'time_of_date')
  const dated = prices.filter(
    ({ constraint }) => constraint?.type !== 'time_of_date' && !(constraint && constraint.start_date > today),
  )
  const latest = dated.at(-1)
  return [...hourly, ...(latest ? [latest] : [])].map((price) => price.prices)
}

/** Tiers by size of the prompt count with their base. */
function dearest(prices: readonly ModelPrice[], key: string): number | undefined {
  const figures = prices.flatMap((price) => {
    const value = price[key]
    return value === undefined ? [] : [typeof value === 'number' ? value : value.base]
  })
  return figures.length === 0 ? undefined : Math.max(...figures)
}
