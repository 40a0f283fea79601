import type { Effort } from '../../core/chat.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ThinkingStyle } from '../../models/vendor.ts'
import type { WireMessage } from './messages.ts'

/** What an answer may cost at most when nobody says, in tokens. Every Claude model takes it. */
const defaultMaxTokens = 8_192
/** The most that all models with thinking take, in tokens; it bounds what we choose, never what is asked for. */
const safeMaxTokens = 64_000
/** The smallest thinking budget that the API takes. */
const leastBudget = 1_024

const budgets: Readonly<Record<Exclude<Effort, 'off' | 'adaptive'>, number>> = {
  low: 4_096,
  medium: 16_384,
  high: 32_000,
  xhigh: 64_000,
}

const forces = (choice: JsonObject | undefined): boolean => choice?.['type'] === 'any' || choice?.['type'] === 'tool'

/**
 * True in the middle of a tool turn whose calls came without their thinking: a budget would then be refused, since the last
 * assistant message must begin with the thinking that led to its calls.
 */
function answersUnthought(messages: readonly WireMessage[]): boolean {
  const isResult = messages.at(-1)?.content[0]?.['type'] === 'tool_result'
  const first = messages.at(-2)?.content[0]?.['type']
  return isResult && first !== 'thinking' && first !== 'redacted_thinking'
}

export interface ThinkingQuestion {
  readonly effort: Effort | undefined
  /** What the caller allows for the whole answer. */
  readonly maxTokens: number | undefined
  readonly rules: { readonly thinking?: ThinkingStyle }
  readonly choice: JsonObject | undefined
  readonly messages: readonly WireMessage[]
}
export interface Thinking {
  readonly maxTokens: number
  /** True when the model thinks: sampling fields are then refused. */
  readonly on: boolean
  readonly field?: JsonObject
}

/** Thinking is left out where the API refuses it: beside a forced tool, and where the budget would not fit. */
export function thinkingFor({ effort, maxTokens, rules, choice, messages }: ThinkingQuestion): Thinking {
  const plain = { maxTokens: maxTokens ?? defaultMaxTokens, on: false }
  if (effort === 'off' && rules.thinking === 'off-object') return { ...plain, field: { type: 'disabled' } }
  if (effort === undefined || effort === 'off' || forces(choice)) return plain
  if (effort === 'adaptive') return { ...plain, on: true, field: { type: 'adaptive' } }
  if (answersUnthought(messages)) return plain
  const most = maxTokens ?? Math.min(defaultMaxTokens + budgets[effort], safeMaxTokens)
  const budget = Math.min(budgets[effort], most - answerRoom(most))
  if (budget < leastBudget) return plain
  return { maxTokens: most, on: true, field: { type: 'enabled', budget_tokens: budget } }
}

/** Tokens that thinking leaves for the answer: the budget is part of max_tokens, and an answer needs some too. */
const answerRoom = (maxTokens: number): number => Math.min(4_096, Math.floor(maxTokens / 2))
