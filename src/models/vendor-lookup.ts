import { familyRules } from './model-rules.ts'
import type { ProtocolId, Quirks, Vendor } from './vendor.ts'
import { vendors } from './vendors.ts'

const rows: ReadonlyMap<string, Vendor> = new Map(Object.entries(vendors))
const canonical: ReadonlyMap<string, string> = new Map(
  [...rows].flatMap(([id, row]) => [id, ...(row.aliases ?? [])].map((name) => [name, id] as const)),
)

/** Every vendor id, in table order. */
export const vendorIds: readonly string[] = [...rows.keys()]

/** The canonical vendor id of a name in any case, or the trimmed lower-case text when no vendor has it. */
export function normalizeVendor(text: string): string {
  const name = text.trim().toLowerCase()
  return canonical.get(name) ?? name
}

/** The row of a vendor id or alias. */
export function vendorOf(name: string): Vendor | undefined {
  return rows.get(normalizeVendor(name))
}

/** The vendors whose ids look like this bare model id, best first: for `claude-…` the native protocol before the compatible one. */
export function vendorsOfModelId(id: string): readonly string[] {
  return vendorIds.filter((vendor) => {
    const pattern = rows.get(vendor)?.ownIds
    return pattern !== undefined && new RegExp(pattern, 'i').test(id)
  })
}

/** Protocols whose bodies are alike enough to share quirks. */
const dialects: Partial<Record<ProtocolId, ProtocolId>> = { 'azure-chat': 'openai-chat' }
const dialect = (row: Vendor): ProtocolId => dialects[row.protocol] ?? row.protocol

/** Host and port in lower case, this machine always as `localhost`; undefined when the text is no http address. */
function hostOf(base: string): string | undefined {
  const url = URL.parse(base)
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  return url.host.replace(/^(?:127\.0\.0\.1|\[::1\])(?=:|$)/, 'localhost')
}
const isUnder = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`)
const ownsHost = (row: Vendor, host: string): boolean =>
  (row.apiBase !== undefined && hostOf(row.apiBase) === host) ||
  (row.hosts ?? []).some((domain) => isUnder(host, domain))

/** The vendor that a base address belongs to; among several, one that speaks the same dialect as `like`. */
export function vendorOfBase(base: string, like?: Vendor): string | undefined {
  const host = hostOf(base)
  if (host === undefined) return undefined
  const owners = [...rows].filter(([, row]) => ownsHost(row, host))
  return (owners.find(([, row]) => like && dialect(row) === dialect(like)) ?? owners[0])?.[0]
}

/**
 * The row that really holds for an entry of `vendor` at `apiBase` (empty = the vendor's own): another vendor's quirks, path and error
 * templates when the base is that vendor's and speaks the same dialect, the vendor's own row elsewhere, without what holds at its
 * own hosts only. Rules for well known model families are appended to the row's own. Throws a RangeError for an unknown vendor.
 */
export function rowFor(vendor: string, apiBase: string): Vendor {
  const own = vendorOf(vendor)
  if (!own) throw new RangeError(`unknown vendor ${vendor}`)
  const host = hostOf(apiBase)
  if (apiBase === '' || (host !== undefined && ownsHost(own, host))) return withFamilies(own, own.quirks)
  const other = vendorOf(vendorOfBase(apiBase, own) ?? '')
  if (!other || dialect(other) !== dialect(own)) return withFamilies(own, awayFromHome(own.quirks))
  if (other.protocol === own.protocol) return withFamilies(other, other.quirks)
  return withFamilies({ ...own, ...(other.errors && { errors: other.errors }) }, other.quirks)
}

function awayFromHome(quirks: Quirks = {}): Quirks {
  const { cacheKey: _, hyphenateDots: _dots, modelIds: _ids, ...rest } = quirks
  return rest
}

function withFamilies(row: Vendor, quirks: Quirks = {}): Vendor {
  return { ...row, quirks: { ...quirks, models: [...(quirks.models ?? []), ...familyRules] } }
}

/** The id that goes out for a model: the row's own spelling of it. */
export function wireModel(row: Vendor, model: string): string {
  const { modelIds = {}, hyphenateDots } = row.quirks ?? {}
  const renamed = Object.hasOwn(modelIds, model) ? (modelIds[model] ?? model) : model
  return hyphenateDots ? renamed.replaceAll(/(?<=\d)\.(?=\d)/g, '-') : renamed
}
