import type { Effort } from '../core/chat.ts'
import type { JsonObject } from '../core/json.ts'

/** Dollars per million tokens. */
export interface Price {
  readonly input: number
  readonly output: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
}

/** One row of `model_list`, checked, with every default filled in. Rows that share a name form a pool. */
export interface ModelEntry {
  readonly name: string
  /** Canonical vendor id. */
  readonly vendor: string
  /** The id on the wire: the entry's own vendor prefix cut once, nothing else. */
  readonly model: string
  /** Without a trailing slash. Empty only for vendors that need none. */
  readonly apiBase: string
  /** Plain keys, trimmed, unique, in order. */
  readonly keys: readonly string[]
  readonly auth: 'key' | 'oauth' | 'token'
  readonly fallbacks: readonly string[]
  readonly requestTimeoutMs: number
  readonly firstTokenTimeoutMs: number
  readonly idleTimeoutMs: number
  /** Requests per minute; 0 = no limit. */
  readonly rpm: number
  readonly proxy?: string
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  readonly effort?: Effort
  readonly simpleSchema: boolean
  readonly streaming: boolean
  readonly keepThinking: 'auto' | 'always' | 'never'
  readonly extraBody: JsonObject
  readonly headers: Readonly<Record<string, string>>
  readonly userAgent?: string
  readonly allowAll: boolean
  readonly workspace?: string
  readonly connectMode?: string
  readonly price?: Price
  /** Where the entry came from, for people. */
  readonly source: 'config' | 'executor' | 'providers' | 'environment' | 'local server' | 'built in'
}
