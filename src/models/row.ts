import type { JsonObject } from '../core/json.ts'

/** One row of `model_list` as the file spells it, types checked, secrets resolved to plain text, no default filled in. */
export interface ModelRow {
  readonly model_name: string
  readonly model: string
  readonly provider?: string | undefined
  readonly api_key?: string | undefined
  readonly api_keys?: readonly string[] | undefined
  readonly api_base?: string | undefined
  readonly proxy?: string | undefined
  readonly fallbacks?: readonly string[] | undefined
  readonly auth_method?: string | undefined
  readonly connect_mode?: string | undefined
  readonly workspace?: string | undefined
  readonly rpm?: number | undefined
  readonly max_tokens_field?: string | undefined
  readonly request_timeout?: number | undefined
  readonly first_token_timeout?: number | undefined
  readonly idle_timeout?: number | undefined
  readonly thinking_level?: string | undefined
  readonly tool_schema_transform?: string | undefined
  readonly streaming?: { readonly enabled?: boolean | undefined } | undefined
  readonly keep_thinking?: 'auto' | 'always' | 'never' | undefined
  readonly extra_body?: JsonObject | undefined
  readonly custom_headers?: Readonly<Record<string, string>> | undefined
  readonly user_agent?: string | undefined
  readonly allow_all?: boolean | undefined
  readonly price?:
    | {
        readonly input: number
        readonly output: number
        readonly cache_read?: number | undefined
        readonly cache_write?: number | undefined
      }
    | undefined
  readonly enabled?: boolean | undefined
}
