import { hasBrokenText } from './broken-text.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const picture = /^data:image\/(?:png|jpeg|gif|webp);base64,[\w+/]+=*$|^https?:\/\//

/**
 * What OpenAI's chat completions refuse in a body, the first refusal in words; undefined when they would take it. Stricter than the service where hosts of
 * the same protocol are: the user speaks first and the model not twice in a row.
 */
export function refusalOfOpenai(body: JsonObject): string | undefined {
  if (hasBrokenText(body)) return 'broken Unicode'
  const messages = list(body['messages']).filter(isJsonObject)
  if (messages.length === 0) return 'messages is empty'
  const spoken = messages.filter(({ role }) => role !== 'system')
  if (spoken[0]?.['role'] !== 'user') return 'the first message is not of the user'
  if (spoken.at(-1)?.['role'] === 'assistant') return 'the last message is of the assistant'
  let open = new Set<string>()
  let before = ''
  for (const [index, message] of messages.entries()) {
    const where = `messages[${index}]`
    const role = text(message['role'])
    if (role === 'tool') {
      const id = text(message['tool_call_id'])
      if (!open.delete(id)) return `${where}: a tool message must answer a call that stands before it (${id})`
      if (typeof message['content'] !== 'string') return `${where}: content of a tool message`
    } else {
      if (open.size > 0) return `${where}: calls without a response: ${[...open].join(', ')}`
      const wrong = role === 'assistant' ? assistant(message, before) : other(message)
      if (wrong) return `${where}: ${wrong}`
      open = new Set(callsOf(message).map((call) => text(call['id'])))
    }
    before = role
  }
  return open.size > 0 ? `calls without a response: ${[...open].join(', ')}` : undefined
}

const callsOf = (message: JsonObject) => list(message['tool_calls']).filter(isJsonObject)

function assistant(message: JsonObject, before: string): string | undefined {
  const calls = callsOf(message)
  if (before === 'assistant') return 'two assistant messages in a row'
  if (typeof message['content'] !== 'string' && calls.length === 0)
    return 'an assistant message without content and calls'
  if (message['content'] === '') return 'empty content'
  if (message['tool_calls'] !== undefined && calls.length === 0) return 'tool_calls is empty'
  const ids = calls.map((call) => text(call['id']))
  if (new Set(ids).size < ids.length) return 'an id twice'
  for (const call of calls) {
    const made = isJsonObject(call['function']) ? call['function'] : {}
    if (!/^.{1,40}$/.test(text(call['id']))) return `the id ${JSON.stringify(call['id'])}`
    if (!/^[\w-]{1,64}$/.test(text(made['name']))) return `the name ${JSON.stringify(made['name'])}`
    if (!isObjectText(text(made['arguments']))) return 'arguments are not a JSON object'
  }
  return undefined
}

function isObjectText(json: string): boolean {
  try {
    return isJsonObject(JSON.parse(json))
  } catch {
    return false
  }
}

function other({ role, content }: JsonObject): string | undefined {
  if (role !== 'user' && role !== 'system') return `the role ${JSON.stringify(role)}`
  if (typeof content === 'string') return content.trim() === '' ? 'empty content' : undefined
  const parts = list(content).filter(isJsonObject)
  if (parts.length === 0) return 'empty content'
  return parts.map(partRefusal).find((wrong) => wrong !== undefined)
}

function partRefusal(part: JsonObject): string | undefined {
  const inner = (name: string) => (isJsonObject(part[name]) ? part[name] : {})
  switch (part['type']) {
    case 'text':
      return text(part['text']).trim() === '' ? 'an empty text part' : undefined
    case 'image_url':
      return picture.test(text(inner('image_url')['url'])) ? undefined : 'an image that is none'
    case 'input_audio':
      return /^(?:wav|mp3)$/.test(text(inner('input_audio')['format'])) ? undefined : 'an audio format'
    case 'file':
      return /^data:application\/pdf;base64,./.test(text(inner('file')['file_data']))
        ? undefined
        : 'a file that is no PDF'
    default:
      return `a part of type ${JSON.stringify(part['type'])}`
  }
}
