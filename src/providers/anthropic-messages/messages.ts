import type { JsonObject } from '../../core/json.ts'
import type { AssistantPart, DocumentPart, ImagePart, Message, TextPart, UserPart } from '../../core/message.ts'
import type { Endpoint } from '../endpoint.ts'
import { documentText, placeholder, wireMedia } from '../media.ts'
import { defined } from '../read.ts'
import { wireName } from '../tool-names.ts'

export const dialectId = 'anthropic-messages'
/** The longest tool name and id (Anthropic's API reference: `^[a-zA-Z0-9_-]{1,128}$`). */
export const longestName = 128

export interface MessageContext {
  readonly endpoint: Pick<Endpoint, 'blob'>
  /** Who we are as an author of messages: `vendor/model`. */
  readonly author: string
  readonly keepThinking: 'auto' | 'always' | 'never'
}
export interface WireMessage {
  readonly role: 'user' | 'assistant'
  readonly content: readonly JsonObject[]
  /** Indexes of the messages that went into it. */
  readonly from: readonly number[]
}

/**
 * Messages in Anthropic's form: roles alternate, the first is a user, tool results stand before whatever else a user says, and
 * instructions in mid-conversation are told by the user in a labelled block. Messages without any content are left out.
 */
export async function encodeMessages(
  messages: readonly Message[],
  context: MessageContext,
): Promise<readonly WireMessage[]> {
  const encoded: WireMessage[] = []
  for (const [index, message] of messages.entries()) {
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const content = await encodeMessage(message, context)
    const last = encoded.at(-1)
    if (content.length === 0) continue
    if (last?.role === role)
      encoded[encoded.length - 1] = { role, content: [...last.content, ...content], from: [...last.from, index] }
    else encoded.push({ role, content, from: [index] })
  }
  const ordered = encoded.map((message) =>
    message.role === 'user' ? { ...message, content: resultsFirst(message.content) } : message,
  )
  return ordered[0]?.role === 'assistant' ? [opening, ...withoutLastBlanks(ordered)] : withoutLastBlanks(ordered)
}

const opening: WireMessage = {
  role: 'user',
  content: [{ type: 'text', text: '(The conversation goes on.)' }],
  from: [],
}

const isResult = (block: JsonObject): boolean => block['type'] === 'tool_result'

function resultsFirst(content: readonly JsonObject[]): readonly JsonObject[] {
  return [...content.filter(isResult), ...content.filter((block) => !isResult(block))]
}

/** An assistant message that is to be continued may not end with blanks. */
function withoutLastBlanks(messages: readonly WireMessage[]): readonly WireMessage[] {
  const last = messages.at(-1)
  const block = last?.content.at(-1)
  const text = block?.['type'] === 'text' ? block['text'] : undefined
  if (last?.role !== 'assistant' || typeof text !== 'string' || text === text.trimEnd()) return messages
  const rest = last.content.slice(0, -1)
  const content = text.trimEnd() === '' ? rest : [...rest, { ...block, text: text.trimEnd() }]
  return content.length === 0 ? messages.slice(0, -1) : [...messages.slice(0, -1), { ...last, content }]
}

async function encodeMessage(message: Message, context: MessageContext): Promise<readonly JsonObject[]> {
  switch (message.role) {
    case 'system': {
      const text = message.parts.map((part) => part.text).join('\n')
      return text.trim() === '' ? [] : [{ type: 'text', text: `<system-reminder>\n${text}\n</system-reminder>` }]
    }
    case 'user':
      return (await Promise.all(message.parts.map((part) => encodeUserPart(part, context)))).flat()
    case 'assistant': {
      const replay = mayReplay(message.by, context)
      return message.parts.flatMap((part) => encodeAssistantPart(part, replay))
    }
    case 'tool':
      return Promise.all(
        message.parts.map(async (part) => {
          const content = (await Promise.all(part.content.map((piece) => encodeContent(piece, context)))).flat()
          const answer = content.length > 0 ? content : [{ type: 'text', text: '(no output)' }]
          return {
            type: 'tool_result',
            tool_use_id: wireName(part.id, longestName),
            ...(part.isError ? failed(answer) : { content: answer }),
          }
        }),
      )
  }
}

/** The API takes nothing but text under `is_error`, so that a failure with a picture is told in words. */
function failed(content: readonly JsonObject[]): JsonObject {
  return content.every(({ type }) => type === 'text')
    ? { content, is_error: true }
    : { content: [{ type: 'text', text: '(The call failed.)' }, ...content] }
}

/** Thinking goes back to its author alone, unless the entry says otherwise. */
function mayReplay(by: string | undefined, { author, keepThinking }: MessageContext): boolean {
  return keepThinking === 'always' || (keepThinking === 'auto' && by === author)
}

async function encodeUserPart(part: UserPart, context: MessageContext): Promise<readonly JsonObject[]> {
  if (part.type === 'audio') return [{ type: 'text', text: placeholder('Audio', part) }]
  if (part.type === 'opaque') return part.dialect === dialectId ? objects(part.json) : []
  return encodeContent(part, context)
}

async function encodeContent(
  part: TextPart | ImagePart | DocumentPart,
  { endpoint }: MessageContext,
): Promise<readonly JsonObject[]> {
  if (part.type === 'text') return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text }]
  const media = await wireMedia(endpoint, part)
  const source: JsonObject = media.type === 'url' ? media : { type: 'base64', media_type: media.mime, data: media.data }
  if (part.type === 'image') return [{ type: 'image', source }]
  const text = documentText(part.mime, media)
  if (text !== undefined) return [document(part, { type: 'text', media_type: 'text/plain', data: text })]
  if (media.type === 'url' || media.mime === 'application/pdf') return [document(part, source)]
  return [{ type: 'text', text: placeholder('Document', part) }]
}

const document = ({ name }: DocumentPart, source: JsonObject): JsonObject =>
  defined({ type: 'document', source, title: name })

function encodeAssistantPart(part: AssistantPart, replay: boolean): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text }]
    case 'thinking':
      // A signed part may have no text; an unsigned one would be refused.
      return replay && part.signature ? [{ type: 'thinking', thinking: part.text, signature: part.signature }] : []
    case 'redacted-thinking':
      return replay ? [{ type: 'redacted_thinking', data: part.data }] : []
    case 'tool-call':
      if (part.name === '') return []
      return [
        {
          type: 'tool_use',
          id: wireName(part.id, longestName),
          name: wireName(part.name, longestName),
          input: part.input,
        },
      ]
    case 'opaque':
      return part.dialect === dialectId ? objects(part.json) : []
  }
}

const objects = (json: unknown): readonly JsonObject[] =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? [json as JsonObject] : []
