import type { ModelEntry } from '../../src/models/entry.ts'
import type { EntryOptions } from '../../src/models/entry-from-row.ts'
import { toEntry } from '../../src/models/entry-from-row.ts'
import { parseModelRef, splitModel } from '../../src/models/ref.ts'
import type { RegistryOptions } from '../../src/models/registry.ts'
import { registry } from '../../src/models/registry.ts'
import type { ModelRow } from '../../src/models/row.ts'
import { mergeApiKeys } from '../../src/models/row-readers.ts'
import { chatUrl, rowOf } from '../../src/models/url.ts'
import { normalizeVendor, vendorOf, wireModel } from '../../src/models/vendor-lookup.ts'
import { Problem } from '../../src/core/problem.ts'
import type { Adapters } from './adapters.ts'

type Row = Partial<ModelRow>

const entryOf = (row: Row, options?: EntryOptions): ModelEntry =>
  toEntry({ model_name: 't', model: '', ...row }, options)
/** Many inputs leave the key out where it does not matter. */
const withKey = (row: Row): Row => (mergeApiKeys(row).length > 0 ? row : { ...row, api_key: 'test-key' })
const wireId = (entry: ModelEntry): string => wireModel(rowOf(entry), entry.model)
const registryOf = (rows: readonly Row[], options: Omit<RegistryOptions, 'entries'> = {}) =>
  registry({ entries: rows.map((row) => entryOf(withKey(row))), ...options })

const families: Readonly<Record<string, string>> = { 'openai-chat': 'openai-compat' }

function resolved(entry: ModelEntry) {
  const { protocol } = rowOf(entry)
  return {
    modelId: wireId(entry),
    family: families[protocol] ?? protocol,
    apiBase: entry.apiBase,
    ...(entry.apiBase.includes('://') ? { endpoint: entry.apiBase } : { region: entry.apiBase }),
    timeoutSeconds: entry.requestTimeoutMs / 1000,
    toolSchemaTransform: entry.simpleSchema ? 'simple' : null,
  }
}

/** Whether rows are accepted, and the sentence of the first refusal. */
function validity(rows: readonly Row[]) {
  try {
    for (const row of rows) toEntry({ model_name: '', model: '', ...withKey(row) })
    return { valid: true }
  } catch (error) {
    if (error instanceof Problem) return { valid: false, error: error.message }
    throw error
  }
}

export const adapters = {
  parseModelRef: ({ raw, defaultVendor }: { raw: string; defaultVendor: string }) => parseModelRef(raw, defaultVendor),
  normalizeVendor: (name: string) => normalizeVendor(name),
  splitModel(row: { model: string; provider?: string }) {
    const ref = splitModel(row)
    return ref && { vendor: ref.vendor, modelId: ref.model }
  },
  resolveEntry: ({ entry, storedCredentials = [] }: { entry: Row; storedCredentials?: readonly string[] }) =>
    resolved(
      entryOf(entry, { signedIn: (vendor) => storedCredentials.some((name) => normalizeVendor(name) === vendor) }),
    ),
  defaultApiBase: (name: string) => vendorOf(name)?.apiBase,
  vendorRow: (id: string) => vendorOf(id),
  endpointUrl: ({ entry }: { entry: Row }) => chatUrl(entryOf(withKey(entry))),
  wireModel: ({ entry }: { entry: Row }) => wireId(entryOf(withKey(entry))),
  candidateChain({
    model_list,
    name,
    fallbacks,
  }: {
    model_list: readonly Row[]
    name: string
    fallbacks?: readonly string[]
  }) {
    const entries = registryOf(model_list)
      .chain(name, fallbacks)
      .flatMap((pool) => pool.entries)
    return entries.flatMap((entry) =>
      entry.keys.map((api_key) => ({
        model_name: entry.name,
        model: `${entry.vendor}/${entry.model}`,
        api_key,
        api_base: entry.apiBase,
      })),
    )
  },
  resolveCandidates(input: {
    primary: string
    fallbacks: readonly string[]
    defaultVendor: string
    modelList?: readonly Row[]
  }) {
    const models = registryOf(input.modelList ?? [], { defaultVendor: input.defaultVendor, keyFor: () => 'test-key' })
    const pools = models.chain(input.primary, input.fallbacks)
    return pools.flatMap((pool) => pool.entries.map(({ vendor, model }) => ({ vendor, model })))
  },
  mergeApiKeys: (row: Row) => mergeApiKeys(row),
  validateModelEntry: (row: Row) => validity([row]),
  validateModelList: (rows: readonly Row[]) => validity(rows),
  parseModelEntry(row: Row) {
    const entry = entryOf(withKey(row))
    return {
      vendor: entry.vendor,
      modelId: entry.model,
      apiKeys: mergeApiKeys(row),
      requestTimeoutSeconds: entry.requestTimeoutMs / 1000,
      streaming: { enabled: entry.streaming },
    }
  },
} satisfies Adapters
