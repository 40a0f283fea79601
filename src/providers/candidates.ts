import type { ModelEntry } from '../models/entry.ts'
import type { Pool } from '../models/pool.ts'
import type { RestKeys } from './rest-book.ts'

/** An entry with one of its keys. */
export interface Candidate {
  /** For people; unique in its pool: `openai/gpt-5.4`, `openai/gpt-5.4 (key 2)`, `openai/gpt-5.4 at eu.example.com`. */
  readonly name: string
  readonly entry: ModelEntry
  /** Undefined when the entry signs in otherwise, or needs nothing. */
  readonly key: string | undefined
  readonly keyTag: string
  /** Same base, vendor, model, key and limit = same identity, whatever else changes. */
  readonly identity: string
  readonly model: string
  readonly rest: RestKeys
}

/** All candidates of a pool, row by row and key by key. `hash` must be short and never give the key away. */
export function candidatesOf({ entries }: Pool, hash: (text: string) => string): readonly Candidate[] {
  const found = entries.flatMap((entry) => keysOf(entry).map((key) => candidate(entry, key, hash)))
  const places = found.map((item) => placeAmong(item, found))
  return found.map((item, index) => ({ ...item, name: numbered(places, found, index) }))
}
type Nameless = Omit<Candidate, 'name'>

/** The model, with its host where the same model is had from several. */
function placeAmong({ model, entry }: Nameless, found: readonly Nameless[]): string {
  const bases = new Set(found.filter((other) => other.model === model).map((other) => other.entry.apiBase))
  if (bases.size === 1) return model
  const hosts = new Set([...bases].map(hostOf))
  return `${model} at ${hosts.size === bases.size ? hostOf(entry.apiBase) : placeOf(entry.apiBase)}`
}

/** Candidates that would share a name are told apart by key, and rows with the same key by row. */
function numbered(places: readonly string[], found: readonly Nameless[], index: number): string {
  const tags = found.flatMap(({ keyTag }, at) => (places[at] === places[index] && at <= index ? [keyTag] : []))
  const own = tags.at(-1)
  const key = [...new Set(tags)].findIndex((tag) => tag === own) + 1
  const row = tags.filter((tag) => tag === own).length
  return `${places[index]}${key > 1 ? ` (key ${key})` : ''}${row > 1 ? ` (row ${row})` : ''}`
}

const keysOf = (entry: ModelEntry): readonly (string | undefined)[] =>
  entry.keys.length > 0 ? entry.keys : [undefined]

function candidate(entry: ModelEntry, key: string | undefined, hash: (text: string) => string): Nameless {
  const keyTag = key === undefined ? '' : hash(key)
  const base = /\/\/[^/]*@/.test(entry.apiBase) ? `${placeOf(entry.apiBase)}#${hash(entry.apiBase)}` : entry.apiBase
  const owner = `${entry.vendor} ${base} ${keyTag || entry.auth}`
  return {
    entry,
    key,
    keyTag,
    identity: `${owner} ${entry.model} ${entry.rpm}`,
    model: `${entry.vendor}/${entry.model}`,
    rest: { model: `${owner} ${entry.model}`, key: owner, host: hostOf(entry.apiBase) || entry.vendor },
  }
}

/** Host of a base without its port; empty when the base is no URL. */
function hostOf(base: string): string {
  return URL.parse(base)?.hostname ?? ''
}

/** A base without scheme, login and query. */
function placeOf(base: string): string {
  const url = URL.parse(base)
  return url ? `${url.host}${url.pathname.replace(/\/$/, '')}` : base
}
