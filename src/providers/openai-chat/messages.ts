import type { JsonObject } from '../../core/json.ts'
import type { AssistantMessage, DocumentPart, Message, ToolMessage, UserPart } from '../../core/message.ts'
import type { Endpoint } from '../endpoint.ts'
import { audioFormat, dataUrl, documentText, placeholder, wireMedia } from '../media.ts'
import { defined } from '../read.ts'
import { wireName } from '../tool-names.ts'

export const dialectId = 'openai-chat'
/** The longest function name (OpenAI's API reference, Chat Completions). */
export const longestName = 64
/** The longest id of a tool call that OpenAI takes. */
const longestId = 40

export interface MessageContext {
  readonly endpoint: Pick<Endpoint, 'blob'>
  /** Who we are as an author of messages: `vendor/model`. */
  readonly author: string
  readonly keepThinking: 'auto' | 'always' | 'never'
  /** The vendor wants its reasoning back in turns with a tool call. */
  readonly replayReasoning: boolean
}

/** Messages in OpenAI's form. Assistant messages that hold nothing but reasoning, or nothing at all, are left out. */
export async function encodeMessages(
  messages: readonly Message[],
  context: MessageContext,
): Promise<readonly JsonObject[]> {
  const toolTurns = context.replayReasoning ? indexesInToolTurns(messages) : new Set<number>()
  const encoded: JsonObject[] = []
  /** Pictures out of tool results; they follow once all results of the turn are told. */
  let pictures: JsonObject[] = []
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'tool' && pictures.length > 0) {
      encoded.push({ role: 'user', content: pictures })
      pictures = []
    }
    switch (message.role) {
      case 'system':
        encoded.push({ role: 'system', content: message.parts.map((part) => part.text).join('\n') })
        break
      case 'user':
        encoded.push(...(await encodeUser(message.parts, context)))
        break
      case 'assistant':
        encoded.push(...encodeAssistant(message, context, toolTurns.has(index)))
        break
      case 'tool': {
        const { results, media } = await encodeResults(message, context)
        encoded.push(...results)
        pictures.push(...media)
        break
      }
    }
  }
  return pictures.length > 0 ? [...encoded, { role: 'user', content: pictures }] : encoded
}

/** The messages of turns (from one user message to the next) in which a tool was called. */
function indexesInToolTurns(messages: readonly Message[]): Set<number> {
  const found = new Set<number>()
  let start = 0
  const close = (end: number) => {
    const turn = messages.slice(start, end)
    const hasTool = turn.some(({ role, parts }) => role === 'tool' || parts.some((part) => part.type === 'tool-call'))
    if (hasTool) turn.forEach((_, offset) => found.add(start + offset))
    start = end
  }
  for (const [index, { role }] of messages.entries()) if (role === 'user') close(index)
  close(messages.length)
  return found
}

async function encodeUser(parts: readonly UserPart[], context: MessageContext): Promise<readonly JsonObject[]> {
  if (parts.length === 0) return []
  if (parts.every((part) => part.type === 'text'))
    return [{ role: 'user', content: parts.map((part) => part.text).join('\n') }]
  const content = (await Promise.all(parts.map((part) => encodeUserPart(part, context)))).flat()
  return content.length === 0 ? [] : [{ role: 'user', content }]
}

async function encodeUserPart(part: UserPart, { endpoint }: MessageContext): Promise<readonly JsonObject[]> {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }]
    case 'image': {
      const media = await wireMedia(endpoint, part)
      return [{ type: 'image_url', image_url: { url: media.type === 'url' ? media.url : dataUrl(media) } }]
    }
    case 'audio': {
      const media = await wireMedia(endpoint, part)
      if (media.type === 'url') return [{ type: 'text', text: placeholder('Audio', part) }]
      return [{ type: 'input_audio', input_audio: { data: media.data, format: audioFormat(media.mime) } }]
    }
    case 'document':
      return [await encodeDocument(part, endpoint)]
    case 'opaque':
      return part.dialect === dialectId && typeof part.json === 'object' && part.json !== null
        ? [part.json as JsonObject]
        : []
  }
}

async function encodeDocument(part: DocumentPart, endpoint: MessageContext['endpoint']): Promise<JsonObject> {
  const media = await wireMedia(endpoint, part)
  const text = documentText(part.mime, media)
  if (text !== undefined) return { type: 'text', text: part.name === undefined ? text : `${part.name}:\n${text}` }
  if (media.type === 'url') return { type: 'text', text: placeholder('Document', part) }
  return { type: 'file', file: { filename: part.name ?? 'document.pdf', file_data: dataUrl(media) } }
}

function encodeAssistant(
  message: AssistantMessage,
  context: MessageContext,
  inToolTurn: boolean,
): readonly JsonObject[] {
  const { parts } = message
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
  const ours = message.by === undefined || message.by === context.author
  const calls = parts.flatMap((part) => {
    if (part.type !== 'tool-call' || part.name === '') return []
    const { id, name, input, signature } = part
    return [
      {
        id: wireName(id, longestId),
        type: 'function',
        function: { name: wireName(name, longestName), arguments: JSON.stringify(input) },
        ...(signature !== undefined && ours && { extra_content: { google: { thought_signature: signature } } }),
      },
    ]
  })
  if (text === '' && calls.length === 0) return []
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      ...(calls.length > 0 && { tool_calls: calls }),
      ...reasoningFields(message, context, inToolTurn),
    },
  ]
}

/** The reasoning that goes back: plain text where the vendor wants it, signed parts to their author alone. */
function reasoningFields(message: AssistantMessage, context: MessageContext, inToolTurn: boolean): JsonObject {
  const { keepThinking, replayReasoning, author } = context
  if (keepThinking === 'never') return {}
  const text = message.parts.map((part) => (part.type === 'thinking' ? part.text : '')).join('')
  const plain = keepThinking === 'always' || (replayReasoning && inToolTurn)
  const details =
    message.by !== author
      ? []
      : message.parts.flatMap((part): JsonObject[] => {
          if (part.type === 'redacted-thinking') return [{ type: 'reasoning.encrypted', data: part.data }]
          if (part.type !== 'thinking' || part.signature === undefined) return []
          return [{ type: 'reasoning.text', text: part.text, signature: part.signature }]
        })
  return defined({
    reasoning_content: plain && text !== '' ? text : undefined,
    reasoning_details: details.length > 0 ? details : undefined,
  })
}

async function encodeResults(
  message: ToolMessage,
  { endpoint }: MessageContext,
): Promise<{ results: readonly JsonObject[]; media: readonly JsonObject[] }> {
  const media: JsonObject[] = []
  const results: JsonObject[] = []
  for (const part of message.parts) {
    const texts: string[] = []
    for (const piece of part.content) {
      if (piece.type === 'text') texts.push(piece.text)
      else if (piece.type === 'document') {
        const document = await encodeDocument(piece, endpoint)
        if (typeof document['text'] === 'string') texts.push(document['text'])
        else media.push({ type: 'text', text: `Document from ${part.name || part.id}:` }, document)
      } else {
        const picture = await wireMedia(endpoint, piece)
        const url = picture.type === 'url' ? picture.url : dataUrl(picture)
        media.push(
          { type: 'text', text: `Image from ${part.name || part.id}:` },
          { type: 'image_url', image_url: { url } },
        )
        texts.push('[The image follows in the next message.]')
      }
    }
    const text = texts.join('\n') || '(no output)'
    const content = part.isError && !/^error\b/i.test(text) ? `Error: ${text}` : text
    results.push({ role: 'tool', tool_call_id: wireName(part.id, longestId), content })
  }
  return { results, media }
}
