import type { ChatRequest, Effort, ToolChoice } from '../../core/chat.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ToolSpec } from '../../core/tool.ts'
import type { Encoded } from '../dialect.ts'
import type { Endpoint } from '../endpoint.ts'
import { defined } from '../read.ts'
import { simplifySchema } from '../simplify-schema.ts'
import { toolNames, wireName } from '../tool-names.ts'
import { authorOf, effortOf, rulesFor, someOf, temperatureOf, wireModel, withExtras } from '../wire-model.ts'
import { withCacheMarks } from './cache.ts'
import { encodeMessages, longestName } from './messages.ts'
import { thinkingFor } from './thinking.ts'

/** A chat request as the body of POST /v1/messages. */
export async function encode(endpoint: Endpoint, request: ChatRequest, stream: boolean): Promise<Encoded> {
  const { entry } = endpoint
  const rules = rulesFor(endpoint)
  const tools = request.tools ?? []
  const messages = await encodeMessages(request.messages, {
    endpoint,
    author: authorOf(endpoint),
    keepThinking: entry.keepThinking,
  })
  const choice = encodeChoice(request.toolChoice, tools)
  const effort = effortOf(entry, request)
  const thinking = thinkingFor({ effort, maxTokens: request.maxTokens, rules, choice, messages })
  const marked = withCacheMarks(
    {
      tools: tools.map((tool) => encodeTool(tool, entry.simpleSchema)),
      system: [...(request.system ?? []), ...formatInstruction(request)].map((text) => ({ type: 'text', text })),
      messages,
    },
    request.cacheMarks ?? [],
  )
  const body = defined({
    model: wireModel(endpoint),
    max_tokens: thinking.maxTokens,
    system: someOf(marked.system),
    messages: marked.messages,
    tools: someOf(marked.tools),
    tool_choice: choice,
    thinking: thinking.field,
    output_config: outputConfig(effort, request),
    temperature: thinking.on ? undefined : temperatureOf(request.temperature, rules.temperature),
    top_p: thinking.on ? undefined : request.topP,
    // The API refuses stop sequences of blanks.
    stop_sequences: someOf(request.stop?.filter((text) => text.trim() !== '')),
    stream: stream || undefined,
  })
  const names = tools.map(({ name }) => name)
  return { body: withExtras(body, endpoint, request.extra), notes: [], toolName: toolNames(names, longestName) }
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
