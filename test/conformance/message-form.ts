import type { ChatRequest } from '../../src/core/chat.ts'
import { isJsonObject } from '../../src/core/json.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import type { Message, ToolCallPart, UserPart } from '../../src/core/message.ts'
import type { ToolSpec } from '../../src/core/tool.ts'
import { parseDataUrl } from '../../src/providers/media.ts'
import { signatureOf } from '../../src/providers/openai-chat/decode.ts'
import { decodeToolArguments } from '../../src/providers/tool-arguments.ts'

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : [])

/** A tool call in any of the spellings in which it is stored. */
export function readCall(call: JsonObject): ToolCallPart {
  const wire = isJsonObject(call['function']) ? call['function'] : {}
  const signature = signatureOf(call, wire)
  return {
    type: 'tool-call',
    id: text(call['id']),
    name: text(call['name'] ?? wire['name']),
    input: decodeToolArguments(call['arguments'] ?? wire['arguments']),
    ...(signature !== undefined && { signature }),
  }
}

function mediaPart(url: Json): readonly UserPart[] {
  const media = parseDataUrl(text(url))
  if (!media) return []
  const { mime, data } = media
  const source = { type: 'inline', base64: data } as const
  if (mime.startsWith('image/')) return [{ type: 'image', mime, source }]
  if (mime.startsWith('audio/')) return [{ type: 'audio', mime, source }]
  return [{ type: 'document', mime, source }]
}

function readMessage(message: JsonObject): Message {
  const content = text(message['content'])
  const words = content === '' ? [] : [{ type: 'text', text: content } as const]
  const role = text(message['role'])
  if (role === 'tool' || (role === 'user' && message['tool_call_id'] !== undefined)) {
    const id = text(message['tool_call_id'])
    return { role: 'tool', parts: [{ type: 'tool-result', id, name: '', content: words, isError: false }] }
  }
  if (role === 'user') return { role, parts: [...words, ...list(message['media']).flatMap(mediaPart)] }
  if (role === 'system') return { role, parts: words }
  const reasoning = text(message['reasoning_content'])
  return {
    role: 'assistant',
    parts: [
      ...(reasoning === '' ? [] : [{ type: 'thinking', text: reasoning } as const]),
      ...words,
      ...list(message['tool_calls']).filter(isJsonObject).map(readCall),
    ],
  }
}

/** The message form of the vectors as ours: the system messages that lead are the system prompt. */
export function readMessages(value: unknown): Pick<ChatRequest, 'system' | 'messages'> {
  const messages = list(value).filter(isJsonObject)
  const first = messages.findIndex((message) => message['role'] !== 'system')
  const leading = first < 0 ? messages : messages.slice(0, first)
  return {
    system: leading.map((message) => text(message['content'])),
    messages: messages.slice(leading.length).map(readMessage),
  }
}

/** Tools in OpenAI's form as ours. */
export function readTools(value: unknown): readonly ToolSpec[] {
  return list(value).flatMap((tool) => {
    const spec = isJsonObject(tool) && isJsonObject(tool['function']) ? tool['function'] : undefined
    if (!spec) return []
    const input = isJsonObject(spec['parameters']) ? spec['parameters'] : { type: 'object' }
    return [{ name: text(spec['name']), description: text(spec['description']), input }]
  })
}
