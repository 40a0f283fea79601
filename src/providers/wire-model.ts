import type { ChatRequest, Effort } from '../core/chat.ts'
import type { ModelEntry } from '../models/entry.ts'
import type { Quirks, ModelRule } from '../models/vendor.ts'
import type { Endpoint } from './endpoint.ts'
import { defined } from './read.ts'

/** The model's id as this vendor spells it. */
export function wireModel({ entry, vendor }: Pick<Endpoint, 'entry' | 'vendor'>): string {
  return vendor.quirks?.hyphenateDots ? entry.model.replaceAll(/(?<=\d)\.(?=\d)/g, '-') : entry.model
}

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
