import type { Effort } from '../core/chat.ts'
import { Problem, exitCodes } from '../core/problem.ts'
import type { ModelEntry, Price } from './entry.ts'
import { nearest } from './nearest.ts'
import type { ModelRef } from './ref.ts'
import { splitModel } from './ref.ts'
import type { ModelRow } from './row.ts'
import { joinPath, trimBase } from './url.ts'
import type { Vendor } from './vendor.ts'
import { chatPaths } from './vendor.ts'
import { vendorIds, vendorOfBase } from './vendor-lookup.ts'

/** A key from the environment for a vendor id. */
export type KeyFor = ((vendor: string) => string | undefined) | undefined

/** `api_key` and `api_keys` of one row as one list: trimmed, without blanks and doubles, `api_key` first. */
export function mergeApiKeys(row: Pick<ModelRow, 'api_key' | 'api_keys'>): readonly string[] {
  const all = [row.api_key ?? '', ...(row.api_keys ?? [])].map((key) => key.trim())
  return [...new Set(all.filter(Boolean))]
}

/** Ends the reading of a row with a Problem: what is wrong, and what to do. */
export type Refuse = (what: string, mend: string) => never

/** Problems that name the row. */
export function refusing(row: ModelRow, at: string | undefined): Refuse {
  const who = row.model_name.trim() || row.model.trim()
  return (what, mend) => {
    throw new Problem(who ? `Model "${who}": ${what}` : `A model entry: ${what}`, {
      mend,
      exitCode: exitCodes.config,
      ...(at !== undefined && { at }),
    })
  }
}

export function readModel(row: ModelRow, refuse: Refuse): ModelRef {
  const ref = splitModel(row) ?? refuse('model is missing.', 'Write it as vendor/model, for example "openai/gpt-5.4".')
  if (/\s/.test(ref.model))
    refuse(`model "${ref.model}" has a space in it.`, 'Write it as vendor/model without spaces.')
  return ref
}

export function vendorHint(vendor: string): string {
  const near = nearest(vendor, vendorIds)
  const guess = near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''
  return `${guess}Any OpenAI-compatible service works with provider "openai" and its api_base.`
}

const authMethods: Readonly<Record<string, ModelEntry['auth']>> = {
  '': 'key',
  key: 'key',
  api_key: 'key',
  oauth: 'oauth',
  token: 'token',
  'codex-cli': 'oauth',
}
export function readAuth(row: ModelRow, vendor: string, own: Vendor, refuse: Refuse): ModelEntry['auth'] {
  const method = row.auth_method?.trim().toLowerCase() ?? ''
  const auth = Object.hasOwn(authMethods, method) ? authMethods[method] : undefined
  if (own.auth === 'oauth-only') return 'oauth'
  if (auth === undefined)
    return refuse(`auth_method "${method}" is unknown.`, 'Use "oauth", "token", or leave it out for a key.')
  if (auth !== 'key' && !own.signedIn && !own.keyless)
    return refuse(`auth_method "${method}" does not exist for ${vendor}.`, 'Leave auth_method out and give an api_key.')
  return auth
}

/** Protocols whose `api_base` is an http address. */
const overHttp = new Set([
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'azure-chat',
  'gemini',
  'speech',
  'codex',
])
export function readBase(row: ModelRow, own: Vendor, auth: ModelEntry['auth'], refuse: Refuse): string {
  const effective = auth === 'key' ? own : { ...own, ...own.signedIn }
  const given = trimBase(row.api_base ?? '')
  if (given === '') {
    if (effective.apiBase === undefined && !own.keyless)
      refuse(
        'api_base is missing.',
        `${own.label} has no address of its own: write the one of your account, as https://….`,
      )
    return effective.apiBase ?? ''
  }
  if (overHttp.has(effective.protocol) && !/^https?:$/.test(URL.parse(given)?.protocol ?? ''))
    refuse(`api_base "${given}" is not an http address.`, 'Write it with https:// or http:// in front.')
  return withoutCallPath(given, effective)
}

/** A base copied together with the path of the call: `…/v1/chat/completions` is read as `…/v1`. */
function withoutCallPath(base: string, row: Vendor): string {
  const path = row.chatPath ?? chatPaths[row.protocol]
  if (path === undefined || joinPath(base, path) !== base) return base
  const tail = row.protocol === 'anthropic-messages' ? '/messages' : (chatPaths[row.protocol] ?? path)
  return base.slice(0, -tail.length)
}

export function readKeys(
  row: ModelRow,
  vendor: string,
  own: Vendor,
  apiBase: string,
  keyFor: KeyFor,
): readonly string[] {
  const keys = mergeApiKeys(row)
  if (keys.length > 0) return keys
  const holder = trimBase(row.api_base ?? '') === '' ? vendor : keyHolder(apiBase, vendor, own)
  const key = holder === undefined ? undefined : keyFor?.(holder)?.trim()
  return key ? [key] : []
}

/** The vendor whose key may go to a base; undefined for a host of nobody we know, and for one that is asked without encryption. */
function keyHolder(apiBase: string, vendor: string, own: Vendor): string | undefined {
  const url = URL.parse(apiBase)
  if (!url || !/^https?:$/.test(url.protocol)) return vendor
  const safe = url.protocol === 'https:' || /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  return safe ? vendorOfBase(apiBase, own) : undefined
}

/** Refuses a row that uses keys, has none, and needs one. */
export function requireAccess(row: ModelRow, own: Vendor, keys: readonly string[], refuse: Refuse): void {
  if (own.keyless || keys.length > 0) return
  // A vendor without an address of its own is an account in a cloud: no address of it works without a key.
  if (own.apiBase !== undefined && trimBase(row.api_base ?? '') !== '') return
  const [variable] = own.keyEnv ?? []
  const where = own.keyUrl ? ` Get a key at ${own.keyUrl}.` : ''
  refuse(
    own.apiBase === undefined ? 'api_key is missing.' : 'neither api_key nor api_base is given.',
    `${own.label} needs a key: write api_key${variable ? ` or set ${variable} in the environment` : ''}.${where}`,
  )
}

/** Refuses a row whose account is not signed in. */
export function refuseLogin(vendor: string, own: Vendor, refuse: Refuse): never {
  return refuse(`nobody is signed in at ${own.label}.`, `Run: picoclaw auth login --provider ${vendor}`)
}

const efforts: Readonly<Record<string, Effort>> = {
  off: 'off',
  none: 'off',
  disabled: 'off',
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'xhigh',
  adaptive: 'adaptive',
}
/** The level that `thinking_level` names in any case; undefined for a text that names none. */
export function parseEffort(level: string): Effort | undefined {
  const name = level.trim().toLowerCase()
  return Object.hasOwn(efforts, name) ? efforts[name] : undefined
}
export function readEffort(level: string | undefined, refuse: Refuse): Effort | undefined {
  if (level === undefined || level.trim() === '') return undefined
  return (
    parseEffort(level) ??
    refuse(`thinking_level "${level}" is unknown.`, 'Use off, low, medium, high, xhigh or adaptive, or leave it out.')
  )
}

export function readSchemaTransform(transform: string | undefined, refuse: Refuse): boolean {
  const name = transform?.trim().toLowerCase() ?? ''
  if (name === '' || name === 'simple') return name === 'simple'
  return refuse(`tool_schema_transform "${name}" is unknown.`, 'Use "simple" or leave it out.')
}

export function readTokenField(field: string | undefined, refuse: Refuse): ModelEntry['maxTokensField'] {
  const name = field?.trim() ?? ''
  if (name === '') return undefined
  if (name === 'max_tokens' || name === 'max_completion_tokens') return name
  return refuse(`max_tokens_field "${name}" is unknown.`, 'Use "max_tokens" or "max_completion_tokens".')
}

export function readPrice({ input, output, cache_read, cache_write }: NonNullable<ModelRow['price']>): Price {
  return { input, output, ...optional({ cacheRead: cache_read, cacheWrite: cache_write }) }
}

/** Milliseconds of a time limit in seconds; zero and less mean the default. */
export function seconds(value: number | undefined, otherwise: number): number {
  return Math.round((value !== undefined && value > 0 ? value : otherwise) * 1000)
}

export const text = (value: string | undefined): string | undefined => value?.trim() || undefined

/** The same object without the keys that are undefined. */
export function optional<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>
  }
}
