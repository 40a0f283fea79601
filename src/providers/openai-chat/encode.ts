import type { ChatRequest, Effort, ToolChoice } from '../../core/chat.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Quirks, ThinkingStyle } from '../../models/vendor.ts'
import type { Encoded } from '../dialect.ts'
import type { Endpoint } from '../endpoint.ts'
import { defined } from '../read.ts'
import { simplifySchema } from '../simplify-schema.ts'
import { toolNames, wireName } from '../tool-names.ts'
import { authorOf, effortOf, rulesFor, someOf, temperatureOf, wireModel, withExtras } from '../wire-model.ts'
import { encodeMessages, longestName } from './messages.ts'

/** The most stop sequences that OpenAI takes. */
const mostStops = 4

/** A chat request as the body of POST /chat/completions. */
export async function encode(endpoint: Endpoint, request: ChatRequest, stream: boolean): Promise<Encoded> {
  const { entry } = endpoint
  const quirks = endpoint.vendor.quirks ?? {}
  const rules = rulesFor(endpoint)
  const tools = request.tools ?? []
  const messages = await encodeMessages(request.messages, {
    endpoint,
    author: authorOf(endpoint),
    keepThinking: entry.keepThinking,
    replayReasoning: quirks.replayReasoning ?? false,
  })
  const body = defined({
    model: wireModel(endpoint),
    messages: [...systemMessage(request.system ?? []), ...messages],
    tools: someOf(tools.map((tool) => encodeTool(tool, entry.simpleSchema))),
    tool_choice: encodeChoice(request.toolChoice, tools),
    [rules.tokenField ?? 'max_tokens']: request.maxTokens,
    temperature: temperatureOf(request.temperature, rules.temperature),
    top_p: request.topP,
    stop: someOf(request.stop?.slice(0, mostStops)),
    response_format: encodeFormat(request),
    prompt_cache_key: quirks.cacheKey ? request.cacheKey : undefined,
    ...thinkingFields(effortOf(entry, request), rules.thinking ?? 'none'),
    ...(stream && streamFields(quirks)),
  })
  const names = tools.map(({ name }) => name)
  return { body: withExtras(body, endpoint, request.extra), notes: [], toolName: toolNames(names, longestName) }
}

function systemMessage(sections: readonly string[]): readonly JsonObject[] {
  const content = sections.filter((section) => section !== '').join('\n\n')
  return content === '' ? [] : [{ role: 'system', content }]
}

const streamFields = ({ noStreamUsage }: Quirks): JsonObject =>
  noStreamUsage ? { stream: true } : { stream: true, stream_options: { include_usage: true } }

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
