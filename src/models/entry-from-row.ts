import type { ModelEntry } from './entry.ts'
import type { ModelRow } from './row.ts'
import type { KeyFor, Refuse } from './row-readers.ts'
import {
  optional,
  readAuth,
  readBase,
  readEffort,
  readKeys,
  readModel,
  readPrice,
  readSchemaTransform,
  readTokenField,
  refuseLogin,
  refusing,
  requireAccess,
  seconds,
  text,
  vendorHint,
} from './row-readers.ts'
import { rowFor, vendorOf } from './vendor-lookup.ts'

export interface EntryOptions {
  /** Where the row came from. Absent: the config. */
  readonly source?: ModelEntry['source']
  /** Place of the row, for problems: `config.json:12:5` or `model_list[2]`. */
  readonly at?: string
  /** A key from the environment for a vendor id. It is used only where the entry has none and points at that vendor's own host. */
  readonly keyFor?: KeyFor
  /** Whether an account of a vendor is signed in. Absent: nobody asks before the call does. */
  readonly signedIn?: (vendor: string) => boolean
}

/**
 * A row of `model_list`, checked and with every default filled in. Throws a Problem that names the key when the row cannot work:
 * no model, a model with a space in it, a vendor nobody knows, neither key nor base where one is needed.
 */
export function toEntry(row: ModelRow, options: EntryOptions = {}): ModelEntry {
  const refuse: Refuse = refusing(row, options.at)
  const name = row.model_name.trim()
  if (name === '') refuse('model_name is missing.', 'Give the entry a model_name: agents call it by that name.')
  return { name, ...access(row, refuse, options), ...manners(row, refuse) }
}

type Manners = Omit<ModelEntry, 'name' | keyof Access>
type Access = Pick<
  ModelEntry,
  | 'vendor'
  | 'model'
  | 'apiBase'
  | 'keys'
  | 'auth'
  | 'source'
  | 'effort'
  | 'requestTimeoutMs'
  | 'firstTokenTimeoutMs'
  | 'idleTimeoutMs'
>

/** Whom the entry asks, as whom, and how patiently. */
function access(row: ModelRow, refuse: Refuse, { keyFor, signedIn, source = 'config' }: EntryOptions): Access {
  const { vendor, model } = readModel(row, refuse)
  const own = vendorOf(vendor) ?? refuse(`"${vendor}" is not a vendor.`, vendorHint(vendor))
  const auth = readAuth(row, vendor, own, refuse)
  const apiBase = readBase(row, own, auth, refuse)
  const keys = readKeys(row, vendor, own, apiBase, keyFor)
  if (auth === 'key') requireAccess(row, own, keys, refuse)
  else if (own.signedIn && signedIn?.(vendor) === false) refuseLogin(vendor, own, refuse)
  const effort = readEffort(row.thinking_level, refuse)
  const slow = rowFor(vendor, apiBase).local === true || (effort !== undefined && effort !== 'off')
  return {
    vendor,
    model,
    apiBase,
    keys,
    auth,
    source,
    requestTimeoutMs: seconds(row.request_timeout, 120),
    firstTokenTimeoutMs: seconds(row.first_token_timeout, slow ? 300 : 30),
    idleTimeoutMs: seconds(row.idle_timeout, 120),
    ...optional({ effort }),
  }
}

/** How the entry wants to be asked. */
function manners(row: ModelRow, refuse: Refuse): Manners {
  return {
    fallbacks: (row.fallbacks ?? []).map((fallback) => fallback.trim()).filter(Boolean),
    rpm: Math.max(0, row.rpm ?? 0),
    simpleSchema: readSchemaTransform(row.tool_schema_transform, refuse),
    streaming: row.streaming?.enabled ?? true,
    keepThinking: row.keep_thinking ?? 'auto',
    extraBody: row.extra_body ?? {},
    headers: Object.fromEntries(Object.entries(row.custom_headers ?? {}).filter(([header]) => header.trim() !== '')),
    allowAll: row.allow_all ?? false,
    ...optional({
      proxy: text(row.proxy),
      maxTokensField: readTokenField(row.max_tokens_field, refuse),
      userAgent: text(row.user_agent),
      workspace: text(row.workspace),
      connectMode: text(row.connect_mode),
      price: row.price && readPrice(row.price),
    }),
  }
}
