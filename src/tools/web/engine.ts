import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { Problem } from '../../core/problem.ts'
import { inlineText } from './page/text.ts'

/** How old a result may be: any age, or of the last day, week, month, year. */
export const searchRanges = ['', 'd', 'w', 'm', 'y'] as const
export type SearchRange = (typeof searchRanges)[number]

export interface SearchQuery {
  readonly query: string
  readonly count: number
  readonly range: SearchRange
}

/** How one engine is reached. */
export interface EngineAccess {
  /** The whole address of its search; of SearXNG that of the server. */
  readonly base: string
  /** Empty where none is needed. */
  readonly key: string
  /** Which of several engines behind one address. */
  readonly variant?: string
}

export interface EngineRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON; its presence makes the request a POST. */
  readonly body?: JsonObject
}

export interface SearchResult {
  readonly title: string
  readonly url: string
  readonly snippet: string
}

/** A search engine: how it is asked and what it answers. */
export interface Engine {
  /** As results name it; empty when they do not. */
  readonly label: string
  /** Its address unless configured otherwise; empty when there is none. */
  readonly base: string
  /** What it cannot work without. */
  readonly needs: 'key' | 'base' | 'nothing'
  readonly timeoutMs: number
  /** True for a server of one's own, which no proxy stands before. */
  readonly direct?: true
  readonly ranges: Readonly<Record<SearchRange, string>>
  request(query: SearchQuery, access: EngineAccess): EngineRequest
  /** Results in order, or the text of an engine that answers in words. A Problem when the answer is none. */
  read(body: string): readonly SearchResult[] | string
}

/** A range as a model writes it. A Problem when it is none. */
export function searchRange(text: string): SearchRange {
  const wanted = text.trim().toLowerCase()
  const found = searchRanges.find((range) => range === wanted)
  if (found !== undefined) return found
  throw new Problem(`"${text}" is no range.`, { mend: 'Use d, w, m or y.' })
}

/** The address with a query. Parameters without a value are left out. */
export function withQuery(base: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(base)
  for (const [name, value] of Object.entries(parameters)) if (value !== '') url.searchParams.set(name, value)
  return url.href
}

/** The objects of a list at a path of a JSON answer; none when there is no such list. */
export function listAt(body: string, ...path: readonly string[]): readonly JsonObject[] {
  const found = valueAt(parsed(body), path)
  return Array.isArray(found) ? found.filter((item) => isJsonObject(item)) : []
}

export function parsed(body: string): Json {
  try {
    return JSON.parse(body) as Json
  } catch (error) {
    throw new Problem('its answer is not JSON', { cause: error })
  }
}

export function valueAt(value: Json | undefined, [key, ...rest]: readonly string[]): Json | undefined {
  if (key === undefined) return value
  if (Array.isArray(value)) return valueAt(value[Number(key)] as Json | undefined, rest)
  return isJsonObject(value) ? valueAt(value[key], rest) : undefined
}

/** A result out of the fields of `item`; marks in its words are removed. */
export function resultOf(
  item: JsonObject,
  fields: { readonly title: string; readonly url: string; readonly snippet: string },
): SearchResult {
  const text = (key: string) => (typeof item[key] === 'string' ? item[key] : '')
  return {
    title: inlineText(text(fields.title)),
    url: text(fields.url).trim(),
    snippet: inlineText(text(fields.snippet)),
  }
}
