import { vendors } from '../models/vendors.ts'
import type { Vendor } from '../models/vendor.ts'
import { protocols } from '../providers/protocols.ts'
import type { House } from './house.ts'

/** One row of `models list`. */
export interface ModelFacts {
  readonly name: string
  readonly default: boolean
  readonly vendor: string
  readonly model: string
  readonly base: string
  readonly keys: number
  readonly fallbacks: readonly string[]
  readonly source: string
  readonly rests: readonly { readonly candidate: string; readonly until: string; readonly reason: string }[]
}

/** The models there are, with what rests and why. */
export async function modelRows(house: Pick<House, 'fleet' | 'current'>): Promise<readonly ModelFacts[]> {
  const { entries, defaultModel } = house.current.sources
  return Promise.all(
    entries.map(async (entry) => ({
      name: entry.name,
      default: entry.name === defaultModel,
      vendor: entry.vendor,
      model: entry.model,
      base: entry.apiBase,
      keys: entry.keys.length,
      fallbacks: entry.fallbacks,
      source: entry.source,
      rests: (await house.fleet.rests({ name: entry.name, entries: [entry] })).map(({ candidate, until, reason }) => ({
        candidate,
        until: new Date(until).toISOString(),
        reason: reason.kind,
      })),
    })),
  )
}

/** One row of `models vendors`. */
export interface VendorFacts {
  readonly id: string
  readonly label: string
  readonly base?: string
  readonly protocol: string
  /** False while the protocol is not built. */
  readonly ready: boolean
  readonly keyEnv: readonly string[]
  readonly keyless: boolean
  readonly keyUrl?: string
}

/** Every vendor of the table. */
export function vendorList(): readonly VendorFacts[] {
  const rows: readonly (readonly [string, Vendor])[] = Object.entries(vendors)
  return rows.map(([id, row]) => ({
    id,
    label: row.label,
    protocol: row.protocol,
    ready: row.protocol === 'guide' || row.protocol in protocols,
    keyEnv: row.keyEnv ?? [],
    keyless: row.keyless ?? false,
    ...(row.apiBase !== undefined && { base: row.apiBase }),
    ...(row.keyUrl !== undefined && { keyUrl: row.keyUrl }),
  }))
}
