import type { FailureKind } from '../core/failure.ts'
import type { JsonObject } from '../core/json.ts'

/** A wire protocol. Several are named before they are built: a row whose protocol is missing answers with a Problem that says so. */
export type ProtocolId =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'gemini'
  | 'azure-chat'
  | 'bedrock-converse'
  | 'vertex'
  | 'antigravity'
  | 'codex'
  | 'copilot'
  | 'claude-cli'
  | 'codex-cli'
  | 'speech'
  | 'guide'

/** The path of a chat call under the base, for protocols that post to one fixed path. */
export const chatPaths: Partial<Record<ProtocolId, string>> = {
  'openai-chat': '/chat/completions',
  'openai-responses': '/responses',
  'anthropic-messages': '/v1/messages',
}

/** How a vendor wants to be told how hard to think. */
export type ThinkingStyle =
  /** `reasoning_effort: low|medium|high`. */
  | 'reasoning-effort'
  /** DeepSeek: `thinking {type}` and `reasoning_effort: high|max`. */
  | 'deepseek'
  /** `thinking: {type: 'disabled'}` on off, nothing else. */
  | 'off-object'
  /** `enable_thinking: false` on off, nothing else. */
  | 'off-flag'
  /** Never sent. */
  | 'none'

/** What holds for some of a vendor's models. */
export interface ModelRule {
  /** Case-insensitive regular expression on the wire id. */
  readonly match: string
  readonly tokenField?: 'max_tokens' | 'max_completion_tokens'
  /** A fixed value replaces the caller's; `omit` leaves the field out. */
  readonly temperature?: number | 'omit'
  readonly thinking?: ThinkingStyle
}

/** Where a vendor departs from its protocol: data, never a branch on the vendor's name. */
export interface Quirks {
  readonly tokenField?: 'max_tokens' | 'max_completion_tokens'
  readonly thinking?: ThinkingStyle
  /** First match wins, field by field. */
  readonly models?: readonly ModelRule[]
  /** Reasoning text is sent back in turns that contain a tool call. */
  readonly replayReasoning?: boolean
  /** The vendor refuses `stream_options`. */
  readonly noStreamUsage?: boolean
  /** `prompt_cache_key` is understood. Holds at the vendor's own hosts only. */
  readonly cacheKey?: boolean
  /** Dots in the version of a model id become hyphens (claude-sonnet-4.6 → claude-sonnet-4-6). Holds at the vendor's own hosts only. */
  readonly hyphenateDots?: boolean
  /** Ids that go out under another name, for example a router's own `auto`. Holds at the vendor's own hosts only. */
  readonly modelIds?: Readonly<Record<string, string>>
  /** Merged into the body under the entry's own `extra_body`. */
  readonly extraBody?: JsonObject
}

/** Tells the kind of a failure from the vendor's own error body. */
export interface ErrorTemplate {
  /** Equal to `error.code` or `error.type` (or the top-level `code`), as text. */
  readonly code?: string
  /** Anchored, case-insensitive regular expression on the vendor's error message. */
  readonly message?: string
  readonly status?: number
  readonly kind: FailureKind
  /** What the user should do; added to the advice. */
  readonly mend?: string
}

/** One row of the vendor table. */
export interface Vendor {
  /** Name for people. */
  readonly label: string
  readonly aliases?: readonly string[]
  readonly protocol: ProtocolId
  /** Absent: the entry must name one, unless the row is keyless. */
  readonly apiBase?: string
  /** Further hosts of this vendor, subdomains included. An entry of another vendor that points there takes this row's quirks. */
  readonly hosts?: readonly string[]
  /** Path of a chat call. The part that the base already ends in is not repeated. Absent: what the protocol says. */
  readonly chatPath?: string
  /** What changes when the entry signs in with an account instead of a key. */
  readonly signedIn?: Pick<Vendor, 'protocol' | 'apiBase' | 'chatPath'>
  /** Environment variables that may hold the key, in order. */
  readonly keyEnv?: readonly string[]
  /** False: the key's variable often serves other purposes, so finding it is no reason to use the vendor unasked. */
  readonly discover?: false
  /** Serves other vendors' models under their `vendor/model` names. */
  readonly gateway?: true
  /** Case-insensitive regular expression on bare ids that can only mean this vendor. */
  readonly ownIds?: string
  /** Works without a key. */
  readonly keyless?: boolean
  /** Runs on this machine. */
  readonly local?: boolean
  /** Signs in with an account, never with a key. */
  readonly auth?: 'oauth-only'
  /** False: never a chat model. */
  readonly chat?: false
  /** Serves `GET {base}/models`. */
  readonly listsModels?: boolean
  /** Where people get a key. */
  readonly keyUrl?: string
  /** The model to use when only a key is known. */
  readonly suggested?: string
  readonly quirks?: Quirks
  readonly errors?: readonly ErrorTemplate[]
}
