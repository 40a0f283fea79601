import type { ChatRequest, Effort } from '../core/chat.ts'
import type { JsonObject } from '../core/json.ts'
import type { ModelEntry } from '../models/entry.ts'
import { joinPath } from '../models/url.ts'
import { wireModel as spelled } from '../models/vendor-lookup.ts'
import { chatPaths } from '../models/vendor.ts'
import type { ModelRule, ProtocolId, Quirks } from '../models/vendor.ts'
import type { Endpoint } from './endpoint.ts'
import { defined } from './read.ts'

/** Where this endpoint takes chats. */
export function chatUrl({ entry, vendor }: Pick<Endpoint, 'entry' | 'vendor'>, protocol: ProtocolId): string {
  return joinPath(entry.apiBase, vendor.chatPath ?? chatPaths[protocol] ?? '')
}

/** The model's id as this vendor spells it. */
export const wireModel = ({ entry, vendor }: Pick<Endpoint, 'entry' | 'vendor'>): string => spelled(vendor, entry.model)

/** What holds for this model: the first matching rule, field by field, over what holds for the vendor. */
export function rulesFor({ entry, vendor }: Pick<Endpoint, 'entry' | 'vendor'>): Omit<ModelRule, 'match'> {
  const quirks: Quirks = vendor.quirks ?? {}
  const fitting = (quirks.models ?? []).filter(({ match }) => new RegExp(match, 'i').test(entry.model))
  const first = <K extends keyof ModelRule>(field: K) => fitting.find((rule) => rule[field] !== undefined)?.[field]
  return defined({
    tokenField: entry.maxTokensField ?? first('tokenField') ?? quirks.tokenField,
    temperature: first('temperature'),
    thinking: first('thinking') ?? quirks.thinking,
  })
}

/** How hard to think: `off` in the entry is final, else the request decides before the entry. */
export function effortOf(entry: ModelEntry, request: ChatRequest): Effort | undefined {
  return entry.effort === 'off' ? 'off' : (request.effort ?? entry.effort)
}

/** Who the endpoint is as an author of messages: `vendor/model`. */
export const authorOf = ({ entry }: Pick<Endpoint, 'entry'>): string => `${entry.vendor}/${entry.model}`

/** A fixed value replaces what was asked for; nothing is sent unasked. */
export function temperatureOf(asked: number | undefined, rule: number | 'omit' | undefined): number | undefined {
  if (asked === undefined || rule === 'omit') return undefined
  return rule ?? asked
}

/** The body with the fields that were given as they are: the caller's, then the vendor's, last the entry's own. */
export function withExtras(
  body: object,
  { entry, vendor }: Pick<Endpoint, 'entry' | 'vendor'>,
  extra?: JsonObject,
): JsonObject {
  return { ...(body as JsonObject), ...extra, ...vendor.quirks?.extraBody, ...entry.extraBody }
}

/** The list, or undefined when it is empty. */
export const someOf = <T>(list: readonly T[] | undefined): readonly T[] | undefined => (list?.length ? list : undefined)
