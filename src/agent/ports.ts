import type { ChatEvent, ChatRequest, Usage } from '../core/chat.ts'
import type { Clock } from '../core/clock.ts'
import type { Attempt } from '../core/failure.ts'
import type { JsonObject } from '../core/json.ts'
import type { Message, ToolCallPart, ToolResultPart, UserMessage } from '../core/message.ts'
import type { Answerer, Cause, Provider } from '../core/provider.ts'
import type { TurnReport } from '../core/report.ts'
import type { Bill } from '../core/spent.ts'
import type { LogEntry, SessionState } from '../core/store.ts'
import type { Tool, ToolContext, ToolOutput } from '../core/tool.ts'
import type { SteeringMode } from './steering.ts'

/** What a turn tells while it runs. */
export type TurnEvent =
  | ChatEvent
  /** What was said since the last tool, or since the beginning, does not count. */
  | { readonly type: 'restart'; readonly why: string }
  | { readonly type: 'tool-start'; readonly call: string; readonly name: string; readonly input: JsonObject }
  | {
      readonly type: 'tool-end'
      readonly call: string
      readonly name: string
      readonly isError: boolean
      readonly ms: number
      readonly result: ToolResultPart
    }
  /** Messages that arrived meanwhile were taken in. `said` is the whole answer that stands before them, when there is one. */
  | { readonly type: 'steered'; readonly messages: readonly UserMessage[]; readonly said?: string }
  /** `left` messages of the log are no longer sent; `mechanical` when no model wrote the summary, for the reason `why`. */
  | { readonly type: 'compacted'; readonly left: number; readonly mechanical: boolean; readonly why?: string }
  /** For the person, once a session. */
  | { readonly type: 'notice'; readonly name: string; readonly text: string }

export type Emit = (event: TurnEvent) => void

export interface TurnLimits {
  /** Rounds of tool calls. */
  readonly maxSteps: number
  readonly maxMs?: number
  /** Of all that stands on the bill. */
  readonly maxCostMicros?: number
  /** Tokens of all calls together, prompts and answers. */
  readonly maxUsage?: number
  /** Tokens that a request and its answer may hold together. */
  readonly window: number
  /** Tokens kept free for the answer. */
  readonly maxTokens: number
}

/** A change of what is kept about the session, as `SessionStore.change` takes it. */
export type StateChange = { readonly [Key in keyof SessionState]: SessionState[Key] | undefined }

/** One question and everything it needs. */
export interface Turn {
  readonly id: string
  readonly session: string
  readonly agent: string
  readonly cause: Cause
  readonly provider: Provider
  /** False when the model is known not to see pictures. Absent: it is found out. */
  readonly vision?: boolean
  /** Writes the summaries; absent: `provider` does. */
  readonly compactor?: Provider
  /** By name. Looked at anew for each request and each call: tools may come and go while the turn works. */
  readonly tools: ReadonlyMap<string, Tool>
  /** The log after `state.after`, without the question. A resumed turn's question is in it. */
  readonly log: readonly LogEntry[]
  readonly state: SessionState
  /** Sections of the system prompt, stable ones first; see prompt.ts. The summary and the rules are added by the turn. */
  readonly system: readonly string[]
  /**
   * Time and place, told in front of the question instead of in `system`: what stands before it then stays the same from turn to turn, so
   * that vendors can cache the whole history.
   */
  readonly moment?: string
  /** Already stored by the caller. Absent when an interrupted turn is taken up again. */
  readonly question?: UserMessage
  readonly limits: TurnLimits
  /** What the model calls of the turn and of those it hands work to cost; shared with them. */
  readonly bill: Bill
  readonly context: Pick<ToolContext, 'origin' | 'sender' | 'role' | 'depth'>
  readonly journal: {
    /** Durable when it resolves. */
    append(messages: readonly Message[]): Promise<void>
  }
  /** Stores a change of the session's state. */
  change?(state: StateChange): Promise<void>
  /** One message that arrived meanwhile, in its parts; each is given once. One that is never journaled needs a turn of its own. */
  steering?(): readonly UserMessage[]
  readonly steeringMode?: SteeringMode
  /** Undefined when the call may run; an output is its answer instead. */
  guard?(call: ToolCallPart, tool: Tool, context: ToolContext): Promise<ToolOutput | undefined>
  /** True when a call of an interrupted turn surely never ran, because it waits for leave: it is then taken up as if nothing had happened. */
  waits?(call: ToolCallPart, context: ToolContext): Promise<boolean>
  /** Fields of the request that are sent as they are; `maxTokens` is lowered to what fits. */
  readonly request?: Pick<ChatRequest, 'maxTokens' | 'temperature' | 'topP' | 'effort' | 'cacheKey' | 'extra'>
  /** False when nobody watches the words come. */
  readonly stream: boolean
  readonly clock: Clock
  newId(): string
  readonly signal: AbortSignal
  /** Removes secrets from what tools say. */
  redact(text: string): string
  /** A place where a process may be killed in a test. Does nothing otherwise. */
  checkpoint?(name: string): Promise<void>
}

export type TurnStop = NonNullable<TurnReport['stop']>

export interface TurnResult {
  /** What to append to the session: what was said after the last `journal.append`. */
  readonly messages: readonly Message[]
  /** The last answer's words. */
  readonly text: string
  readonly stop: TurnStop
  readonly by: Answerer
  /** The model in the vendor's own words. */
  readonly model: string
  readonly attempts: readonly Attempt[]
  readonly notes: readonly string[]
  readonly usage: Usage
  /** Micro-dollars; absent when the price of any call is not known. */
  readonly costMicros?: number
  readonly tools: NonNullable<TurnReport['tools']>
  /** True when text from outside was sent to the model or came out of a tool. */
  readonly tainted: boolean
}
