import type { Price } from './entry.ts'
import table from './price-table.json' with { type: 'json' }
import { normalizeVendor } from './vendor-lookup.ts'

/** A price, and where it comes from with its date, for the record. */
export interface SourcedPrice {
  readonly price: Price
  readonly source: string
}

type Row = readonly (number | null)[]
const vendors: Readonly<Record<string, Readonly<Record<string, Row>>>> = table.vendors

/** What the price table knows of a vendor's model. An id with a date or `-latest` at its end costs what the id without it costs. */
export function listedPrice(vendor: string, model: string): SourcedPrice | undefined {
  const rows = vendors[normalizeVendor(vendor)]
  const id = foldModel(model)
  const row =
    rows && [id, withoutDate(id)].map((name) => (Object.hasOwn(rows, name) ? rows[name] : undefined)).find(Boolean)
  return row && { price: priceFrom(row), source: `${table.source}, ${table.date}` }
}

function priceFrom([input, output, cacheRead, cacheWrite]: Row): Price {
  return {
    input: input ?? 0,
    output: output ?? 0,
    ...(typeof cacheRead === 'number' && { cacheRead }),
    ...(typeof cacheWrite === 'number' && { cacheWrite }),
  }
}

/** The spelling that the table goes by: lower case, without a `models/` in front, versions with hyphens (`4.6` and `4-6` are one). */
export function foldModel(model: string): string {
  return model
    .trim()
    .toLowerCase()
    .replace(/^models\//, '')
    .replaceAll(/(?<=\d)\.(?=\d)/g, '-')
}

/** A folded id without the date, `-latest` or `-v1-0` at its end: `claude-sonnet-4-6-20260219`, `gpt-5-4-2026-03-05`, `gemini-2-5-pro-latest`. */
export function withoutDate(id: string): string {
  return id.replace(/(?:[-@](?:20\d{6}|20\d\d-[01]\d-[0-3]\d|latest))(?:-v\d+(?::\d+)?)?$/, '')
}
