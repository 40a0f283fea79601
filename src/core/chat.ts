import type { JsonObject } from './json.ts'
import type { AssistantMessage, Message, ToolCallPart } from './message.ts'

/** How hard the model should think; `off` forbids it, `adaptive` leaves it to the model. */
export type Effort = 'off' | 'low' | 'medium' | 'high' | 'xhigh' | 'adaptive'
export type StopReason = 'end' | 'length' | 'stop-sequence' | 'tool-calls' | 'refusal'

/** Tokens of one answer. The four prompt and output figures do not overlap: `input` excludes what was read from or written to a cache. */
export interface Usage {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  /** The part of `output` that was reasoning, where the vendor says so. */
  readonly reasoning?: number
}
export const noUsage: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }

/** What a model is told about a tool. */
export interface ToolSpec {
  readonly name: string
  readonly description: string
  /** JSON schema of the input object. */
  readonly input: JsonObject
}
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string }
export type AnswerFormat =
  | { readonly type: 'json' }
  | { readonly type: 'json-schema'; readonly name: string; readonly schema: JsonObject }
/** A place up to which the prompt stays the same from call to call. */
export type CacheMark =
  | { readonly after: 'tools' }
  | { readonly after: 'system'; readonly index: number }
  | { readonly after: 'message'; readonly index: number }

export interface ChatRequest {
  /** The system prompt in sections, stable ones first. */
  readonly system?: readonly string[]
  readonly messages: readonly Message[]
  readonly tools?: readonly ToolSpec[]
  readonly toolChoice?: ToolChoice
  readonly maxTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly stop?: readonly string[]
  readonly effort?: Effort
  readonly format?: AnswerFormat
  readonly cacheMarks?: readonly CacheMark[]
  /** Groups requests that share a prefix, for vendors that route by it. */
  readonly cacheKey?: string
  /** Wire fields passed through untouched. */
  readonly extra?: JsonObject
}

/**
 * What a model says, in order. Exactly one `end`, always last. Parts never interleave: a thinking or tool-call part ends before the
 * next part begins. A stream that fails throws a `Failure`; it never yields one.
 */
export type ChatEvent =
  | { readonly type: 'start'; readonly id: string; readonly model: string; readonly usage?: Usage }
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'thinking-delta'; readonly text: string }
  | { readonly type: 'thinking-end'; readonly signature?: string }
  | { readonly type: 'redacted-thinking'; readonly data: string }
  | { readonly type: 'tool-call-start'; readonly id: string; readonly name: string }
  | { readonly type: 'tool-call-delta'; readonly id: string; readonly json: string }
  | { readonly type: 'tool-call-end'; readonly call: ToolCallPart }
  | { readonly type: 'end'; readonly stop: StopReason; readonly usage: Usage }

/** A whole answer. */
export interface Answer {
  readonly id: string
  /** The model's name in the vendor's own words. */
  readonly model: string
  readonly message: AssistantMessage
  readonly stop: StopReason
  readonly usage: Usage
}
