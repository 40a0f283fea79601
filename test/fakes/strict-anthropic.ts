import { hasBrokenText } from './broken-text.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'

const list = (value: Json | undefined): readonly JsonObject[] =>
  (Array.isArray(value) ? (value as readonly Json[]) : []).filter(isJsonObject)
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const idPattern = /^[\w-]{1,128}$/
const pictures = /^image\/(?:png|jpeg|gif|webp)$/

/**
 * What Anthropic's messages refuse in a body, the first refusal in words; undefined when they would take it. `author` is who is asked: a
 * signature of somebody else is refused, as the service does. Signatures of the tests begin with the name of their author.
 */
export function refusalOfAnthropic(body: JsonObject, author: string): string | undefined {
  const json = JSON.stringify(body)
  if (hasBrokenText(body)) return 'no low surrogate in string'
  if ((json.match(/"cache_control"/g) ?? []).length > 4) return 'more than four blocks with cache_control'
  if (list(body['system']).some((block) => text(block['text']).trim() === '')) return 'system: empty text'
  const messages = list(body['messages'])
  if (messages.length === 0) return 'messages: at least one message is required'
  if (messages[0]?.['role'] !== 'user') return 'messages: the first message must use the user role'
  if (messages.at(-1)?.['role'] !== 'user') return 'messages: no prefill, the last message must be of the user'
  const used = new Set<string>()
  let open: readonly string[] = []
  for (const [index, { role, content }] of messages.entries()) {
    const where = `messages.${index}`
    const blocks = list(content)
    if (index > 0 && messages[index - 1]?.['role'] === role) return `${where}: roles must alternate`
    if (blocks.length === 0) return `${where}: content is empty`
    const results = blocks.filter(({ type }) => type === 'tool_result').map((block) => text(block['tool_use_id']))
    if (new Set(results).size < results.length) return `${where}: each tool_use must have a single result`
    const missing = open.find((id) => !results.includes(id))
    if (missing !== undefined)
      return `${where}: tool_use ids were found without tool_result blocks immediately after: ${missing}`
    const foreign = results.find((id) => !open.includes(id))
    if (foreign !== undefined) return `${where}: unexpected tool_use_id: ${foreign}`
    if (blocks.slice(results.length).some(({ type }) => type === 'tool_result'))
      return `${where}: results must come first`
    const wrong = blocks.map((block) => refusalOfBlock(block, text(role), author)).find((each) => each !== undefined)
    if (wrong !== undefined) return `${where}: ${wrong}`
    open = blocks.filter(({ type }) => type === 'tool_use').map((block) => text(block['id']))
    for (const id of open) {
      if (used.has(id)) return `${where}: tool_use ids must be unique: ${id}`
      used.add(id)
    }
  }
  if (used.size > 0 && list(body['tools']).length === 0) return 'requests with tool_use blocks must define tools'
  return open.length > 0 ? 'the last tool_use has no result' : undefined
}

function refusalOfBlock(block: JsonObject, role: string, author: string): string | undefined {
  const type = text(block['type'])
  const allowed =
    role === 'user'
      ? ['text', 'image', 'document', 'tool_result']
      : ['text', 'thinking', 'redacted_thinking', 'tool_use']
  if (!allowed.includes(type)) return `a block of type ${type} in a message of ${role}`
  switch (type) {
    case 'text':
      return text(block['text']).trim() === '' ? 'text content blocks must contain non-whitespace text' : undefined
    case 'image':
      return refusalOfImage(block)
    case 'thinking':
      return text(block['signature']).startsWith(author) ? undefined : 'invalid signature in thinking block'
    case 'redacted_thinking':
      return text(block['data']).startsWith(author) ? undefined : 'invalid data in redacted_thinking block'
    case 'tool_use':
      if (!idPattern.test(text(block['id']))) return 'tool_use.id'
      if (!idPattern.test(text(block['name']))) return 'tool_use.name'
      return isJsonObject(block['input']) ? undefined : 'tool_use.input: should be an object'
    case 'tool_result': {
      const inner = list(block['content'])
      if (inner.length === 0) return 'tool_result without content'
      if (block['is_error'] === true && inner.some(({ type }) => type !== 'text'))
        return 'all content must be type text if is_error is true'
      return inner.map((each) => refusalOfBlock(each, 'user', author)).find((each) => each !== undefined)
    }
    default:
      return undefined
  }
}

function refusalOfImage({ source }: JsonObject): string | undefined {
  if (!isJsonObject(source)) return 'image.source'
  if (source['type'] === 'url') return /^https?:/.test(text(source['url'])) ? undefined : 'image.source.url'
  if (!pictures.test(text(source['media_type']))) return `image media_type ${text(source['media_type'])}`
  return text(source['data']) === '' ? 'image cannot be empty' : undefined
}
