import { normalizeVendor, vendorOf } from './vendor-lookup.ts'

/** A model named as people name it. */
export interface ModelRef {
  /** Canonical vendor id. */
  readonly vendor: string
  /** The id on the wire. */
  readonly model: string
}

/**
 * Reads `vendor/model`: the first segment is cut once when it is a vendor or an alias, otherwise the whole text is a model of
 * `defaultVendor`. Undefined when there is nothing to name.
 */
export function parseModelRef(raw: string, defaultVendor: string): ModelRef | undefined {
  const text = raw.trim()
  const slash = text.indexOf('/')
  const first = slash < 0 ? '' : text.slice(0, slash)
  const named = slash === 0 || (slash > 0 && vendorOf(first) !== undefined)
  const model = named ? text.slice(slash + 1).trim() : text
  if (model === '') return undefined
  return { vendor: normalizeVendor(named && first ? first : defaultVendor), model }
}

/** The inverse of `parseModelRef`. */
export function formatModelRef({ vendor, model }: ModelRef): string {
  return `${vendor}/${model}`
}

/** Vendor and wire id of an entry. With an explicit `provider` the model is taken as it is; without one and without a vendor prefix it is OpenAI's. */
export function splitModel(entry: {
  readonly model: string
  readonly provider?: string | undefined
}): ModelRef | undefined {
  const provider = entry.provider?.trim()
  if (!provider) return parseModelRef(entry.model, 'openai')
  const model = entry.model.trim()
  return model === '' ? undefined : { vendor: normalizeVendor(provider), model }
}
