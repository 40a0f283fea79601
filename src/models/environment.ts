import type { ModelRow } from './row.ts'
import type { Vendor } from './vendor.ts'
import { vendorIds, vendorOf } from './vendor-lookup.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * The models that keys in the environment allow: for each vendor with a key its suggested model, in the order of the vendor table. A
 * variable counts once, for the first vendor that names it.
 */
export function environmentModels(variables: Variables): readonly ModelRow[] {
  const used = new Set<string>()
  return vendorIds.flatMap((id) => {
    const row = vendorOf(id)
    if (!row || !discoverable(row)) return []
    const variable = row.keyEnv?.find((name) => variables[name]?.trim())
    if (variable === undefined || used.has(variable)) return []
    used.add(variable)
    return [{ model_name: row.suggested, model: `${id}/${row.suggested}`, api_key: variables[variable]?.trim() }]
  })
}

/** True when a key alone is reason enough to use the vendor. */
function discoverable(row: Vendor): row is Vendor & { readonly suggested: string } {
  return row.suggested !== undefined && row.apiBase !== undefined && row.discover !== false && row.chat !== false
}

/** The key in the environment for a vendor id. */
export function environmentKey(variables: Variables, vendor: string): string | undefined {
  return vendorOf(vendor)
    ?.keyEnv?.map((name) => variables[name]?.trim())
    .find(Boolean)
}
