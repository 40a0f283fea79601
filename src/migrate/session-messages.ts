import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { AssistantPart, Message, ToolCallPart, UserPart } from '../core/message.ts'

/** Stores bytes and resolves to their id. */
type Keep = (bytes: Uint8Array, mime: string) => Promise<string>

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])

/** Stored messages of the original as ours. What is no message of a conversation (a system prompt) is left out. */
export async function messagesOf(lines: readonly JsonObject[], keep: Keep): Promise<readonly Message[]> {
  const messages: Message[] = []
  const names = new Map<string, string>()
  for (const line of lines) {
    const message = await messageOf(line, names, keep)
    if (message && message.parts.length > 0) messages.push(message)
  }
  return messages
}

/** `names` learns the tool of each call, so that its result can tell it. */
async function messageOf(line: JsonObject, names: Map<string, string>, keep: Keep): Promise<Message | undefined> {
  const content = textOf(line['content'])
  const words = content === '' ? [] : [{ type: 'text', text: content } as const]
  const answers = textOf(line['tool_call_id'])
  switch (line['role']) {
    case 'user':
      if (answers === '') return { role: 'user', parts: [...words, ...(await mediaOf(line['media'], keep))] }
      return toolMessage(answers, names, content)
    case 'tool':
      return toolMessage(answers, names, content)
    case 'assistant': {
      const calls = listOf(line['tool_calls']).filter(isJsonObject).map(callOf)
      for (const call of calls) names.set(call.id, call.name)
      const thought = textOf(line['reasoning_content'])
      const thinking: readonly AssistantPart[] = thought === '' ? [] : [{ type: 'thinking', text: thought }]
      return { role: 'assistant', parts: [...thinking, ...words, ...calls] }
    }
    default:
      return undefined
  }
}

function toolMessage(id: string, names: ReadonlyMap<string, string>, content: string): Message {
  const name = names.get(id) ?? ''
  const outside = outsideOf(name)
  return {
    role: 'tool',
    parts: [
      {
        type: 'tool-result',
        id,
        name,
        content: [{ type: 'text', text: content }],
        isError: false,
        ...(outside !== undefined && { outside }),
      },
    ],
  }
}

/** Tools of the original whose results came from elsewhere, by the start of their names; one that nobody knows may be such a tool. */
function outsideOf(name: string): string | undefined {
  if (name === '') return 'import'
  if (name.startsWith('web_')) return 'web'
  return name.startsWith('mcp_') ? `mcp:${name.split('_')[1] ?? ''}` : undefined
}

/** A call in any of the spellings that the original wrote. */
function callOf(call: JsonObject): ToolCallPart {
  const wire = isJsonObject(call['function']) ? call['function'] : {}
  const signature = [call, wire, google(call)]
    .map((place) => textOf(place['thought_signature']))
    .find((text) => text !== '')
  return {
    type: 'tool-call',
    id: textOf(call['id']),
    name: textOf(call['name'] ?? wire['name']),
    input: inputOf(call['arguments'] ?? wire['arguments']),
    ...(signature !== undefined && { signature }),
  }
}

function google({ extra_content: extra }: JsonObject): JsonObject {
  const inner = isJsonObject(extra) ? extra['google'] : undefined
  return isJsonObject(inner) ? inner : {}
}

function inputOf(value: Json | undefined): JsonObject {
  if (isJsonObject(value)) return value
  const text = textOf(value)
  try {
    const read: unknown = JSON.parse(text)
    if (isJsonObject(read)) return read
  } catch {
    // Kept as it stands, for whoever looks the conversation up.
  }
  return text === '' ? {} : { raw: text }
}

/** Media that stand in the file itself. Names of files elsewhere are left out: they were gone with the process. */
async function mediaOf(media: Json | undefined, keep: Keep): Promise<readonly UserPart[]> {
  const parts: UserPart[] = []
  for (const item of listOf(media)) {
    const [, mime, base64] = /^data:([^;,]+)[^,]*;base64,(.*)$/s.exec(textOf(item)) ?? []
    if (mime === undefined || base64 === undefined) continue
    const source = { type: 'blob', id: await keep(Buffer.from(base64, 'base64'), mime) } as const
    const kind = mime.startsWith('image/') ? 'image' : mime.startsWith('audio/') ? 'audio' : 'document'
    parts.push({ type: kind, mime, source })
  }
  return parts
}
