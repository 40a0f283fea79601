import type { ChatRequest, Effort, ToolChoice } from '../../core/chat.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ThinkingStyle } from '../../models/vendor.ts'
import type { Encoded } from '../dialect.ts'
import type { Endpoint } from '../endpoint.ts'
import { defined } from '../read.ts'
import { simplifySchema } from '../simplify-schema.ts'
import { toolNames, wireName } from '../tool-names.ts'
import { effortOf, rulesFor, wireModel } from '../wire-model.ts'
import { encodeMessages, longestName } from './messages.ts'

/** The most stop sequences that OpenAI takes. */
const mostStops = 4

/** A chat request as the body of POST /chat/completions. */
export async function encode(endpoint: Endpoint, request: ChatRequest, stream: boolean): Promise<Encoded> {
  const { entry, vendor } = endpoint
  const quirks = vendor.quirks ?? {}
  const rules = rulesFor(endpoint)
  const tools = request.tools ?? []
  const system = (request.system ?? []).filter((section) => section !== '').join('\n\n')
  const messages = await encodeMessages(request.messages, {
    endpoint,
    author: `${entry.vendor}/${entry.model}`,
    keepThinking: entry.keepThinking,
    replayReasoning: quirks.replayReasoning ?? false,
  })
  const body = defined({
    model: wireModel(endpoint),
    messages: system === '' ? messages : [{ role: 'system', content: system }, ...messages],
    tools: tools.length > 0 ? tools.map((tool) => encodeTool(tool, entry.simpleSchema)) : undefined,
    tool_choice: encodeChoice(request.toolChoice, tools),
    [rules.tokenField ?? 'max_tokens']: request.maxTokens,
    temperature: temperatureOf(request.temperature, rules.temperature),
    top_p: request.topP,
    stop: request.stop?.length ? request.stop.slice(0, mostStops) : undefined,
    response_format: encodeFormat(request),
    prompt_cache_key: quirks.cacheKey ? request.cacheKey : undefined,
    ...thinkingFields(effortOf(entry, request), rules.thinking ?? 'none'),
    stream: stream || undefined,
    stream_options: stream && !quirks.noStreamUsage ? { include_usage: true } : undefined,
  })
  return {
    body: { ...(body as JsonObject), ...request.extra, ...quirks.extraBody, ...entry.extraBody },
    notes: [],
    toolName: toolNames(
      tools.map(({ name }) => name),
      longestName,
    ),
  }
}

function encodeTool(tool: NonNullable<ChatRequest['tools']>[number], simple: boolean): JsonObject {
  const parameters = simple ? simplifySchema(tool.input) : tool.input
  const description = tool.description === '' ? undefined : tool.description
  return { type: 'function', function: defined({ name: wireName(tool.name, longestName), description, parameters }) }
}

/** A choice without its tool would be refused, so it is left out with it. */
function encodeChoice(
  choice: ToolChoice | undefined,
  tools: NonNullable<ChatRequest['tools']>,
): JsonObject | string | undefined {
  if (choice === undefined || tools.length === 0) return undefined
  if (typeof choice === 'string') return choice
  if (!tools.some(({ name }) => name === choice.name)) return undefined
  return { type: 'function', function: { name: wireName(choice.name, longestName) } }
}

function temperatureOf(asked: number | undefined, rule: number | 'omit' | undefined): number | undefined {
  if (asked === undefined || rule === 'omit') return undefined
  return rule ?? asked
}

function encodeFormat({ format }: ChatRequest): JsonObject | undefined {
  if (format === undefined) return undefined
  if (format.type === 'json') return { type: 'json_object' }
  return { type: 'json_schema', json_schema: { name: wireName(format.name, longestName), schema: format.schema } }
}

/** How hard to think, in this vendor's own fields. */
function thinkingFields(effort: Effort | undefined, style: ThinkingStyle): JsonObject {
  if (effort === undefined || effort === 'adaptive' || style === 'none') return {}
  switch (style) {
    case 'reasoning-effort':
      return { reasoning_effort: effort === 'off' ? 'none' : effort === 'xhigh' ? 'high' : effort }
    case 'deepseek':
      if (effort === 'off') return { thinking: { type: 'disabled' } }
      return { thinking: { type: 'enabled' }, reasoning_effort: effort === 'xhigh' ? 'max' : 'high' }
    case 'off-object':
      return effort === 'off' ? { thinking: { type: 'disabled' } } : {}
    case 'off-flag':
      return effort === 'off' ? { enable_thinking: false } : {}
  }
}
