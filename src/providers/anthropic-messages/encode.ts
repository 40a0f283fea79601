import type { ChatRequest, Effort, ToolChoice } from '../../core/chat.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ToolSpec } from '../../core/tool.ts'
import type { Encoded } from '../dialect.ts'
import type { Endpoint } from '../endpoint.ts'
import { defined } from '../read.ts'
import { simplifySchema } from '../simplify-schema.ts'
import { toolNames, wireName } from '../tool-names.ts'
import { effortOf, rulesFor, wireModel } from '../wire-model.ts'
import { withCacheMarks } from './cache.ts'
import { encodeMessages, longestName } from './messages.ts'
import type { WireMessage } from './messages.ts'

/** What an answer may cost at most when nobody says, in tokens. Every Claude model takes it. */
export const defaultMaxTokens = 8_192
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

/** A chat request as the body of POST /v1/messages. */
export async function encode(endpoint: Endpoint, request: ChatRequest, stream: boolean): Promise<Encoded> {
  const { entry, vendor } = endpoint
  const rules = rulesFor(endpoint)
  const tools = request.tools ?? []
  const messages = await encodeMessages(request.messages, {
    endpoint,
    author: `${entry.vendor}/${entry.model}`,
    keepThinking: entry.keepThinking,
  })
  const choice = encodeChoice(request.toolChoice, tools)
  const effort = effortOf(entry, request)
  const thinking = thinkingFields(effort, request, forces(choice) || answersUnthought(messages))
  const thinks = thinking.budget !== undefined || effort === 'adaptive'
  const marked = withCacheMarks(
    {
      tools: tools.map((tool) => encodeTool(tool, entry.simpleSchema)),
      system: [...(request.system ?? []), ...formatInstruction(request)].map((text) => ({ type: 'text', text })),
      messages,
    },
    request.cacheMarks ?? [],
  )
  const off = effort === 'off' && rules.thinking === 'off-object'
  const body = defined({
    model: wireModel(endpoint),
    max_tokens: thinking.maxTokens,
    system: marked.system.length > 0 ? marked.system : undefined,
    messages: marked.messages,
    tools: marked.tools.length > 0 ? marked.tools : undefined,
    tool_choice: choice,
    thinking: off ? { type: 'disabled' } : thinking.field,
    output_config: outputConfig(effort, request),
    temperature: thinks || rules.temperature === 'omit' ? undefined : fixed(request.temperature, rules.temperature),
    top_p: thinks ? undefined : request.topP,
    stop_sequences: stops(request.stop),
    stream: stream || undefined,
  })
  return {
    body: { ...(body as JsonObject), ...request.extra, ...vendor.quirks?.extraBody, ...entry.extraBody },
    notes: [],
    toolName: toolNames(
      tools.map(({ name }) => name),
      longestName,
    ),
  }
}

function encodeTool(tool: ToolSpec, simple: boolean): JsonObject {
  const schema = simple ? simplifySchema(tool.input) : tool.input
  return defined({
    name: wireName(tool.name, longestName),
    description: tool.description === '' ? undefined : tool.description,
    input_schema: schema['type'] === undefined ? { type: 'object', ...schema } : schema,
  })
}

/** A choice without its tool would be refused, so it is left out with it. */
function encodeChoice(choice: ToolChoice | undefined, tools: readonly ToolSpec[]): JsonObject | undefined {
  if (choice === undefined || tools.length === 0) return undefined
  if (choice === 'required') return { type: 'any' }
  if (typeof choice === 'string') return { type: choice }
  return tools.some(({ name }) => name === choice.name)
    ? { type: 'tool', name: wireName(choice.name, longestName) }
    : undefined
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

/** Thinking is left out where the API refuses it: beside a forced tool, and where the budget would not fit. */
function thinkingFields(
  effort: Effort | undefined,
  { maxTokens }: ChatRequest,
  barred: boolean,
): { readonly maxTokens: number; readonly budget?: number; readonly field?: JsonObject } {
  if (effort === 'adaptive') return { maxTokens: maxTokens ?? defaultMaxTokens, field: { type: 'adaptive' } }
  if (effort === undefined || effort === 'off' || barred) return { maxTokens: maxTokens ?? defaultMaxTokens }
  const most = maxTokens ?? Math.min(defaultMaxTokens + budgets[effort], safeMaxTokens)
  const budget = Math.min(budgets[effort], most - answerRoom(most))
  if (budget < leastBudget) return { maxTokens: most }
  return { maxTokens: most, budget, field: { type: 'enabled', budget_tokens: budget } }
}

/** Tokens that thinking leaves for the answer: the budget is part of max_tokens, and an answer needs some too. */
const answerRoom = (maxTokens: number): number => Math.min(4_096, Math.floor(maxTokens / 2))

function outputConfig(effort: Effort | undefined, { format }: ChatRequest): JsonObject | undefined {
  const fields = defined({
    effort: effort === 'adaptive' ? 'high' : undefined,
    format: format?.type === 'json-schema' ? { type: 'json_schema', schema: format.schema } : undefined,
  })
  return Object.keys(fields).length > 0 ? fields : undefined
}

/** The API has no plain JSON mode: the model is told. */
const formatInstruction = ({ format }: ChatRequest): readonly string[] =>
  format?.type === 'json'
    ? ['Answer with a single JSON object and nothing else: no code fence, no words around it.']
    : []

const fixed = (asked: number | undefined, rule: number | undefined): number | undefined =>
  asked === undefined ? undefined : (rule ?? asked)

/** The API refuses stop sequences of blanks. */
function stops(stop: readonly string[] | undefined): readonly string[] | undefined {
  const usable = (stop ?? []).filter((text) => text.trim() !== '')
  return usable.length > 0 ? usable : undefined
}
