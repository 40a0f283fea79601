import type {
  AssistantMessage,
  AssistantPart,
  DocumentPart,
  ImagePart,
  MediaSource,
  Message,
  TextPart,
  ThinkingPart,
  ToolMessage,
  ToolResultPart,
  UserMessage,
} from '../core/message.ts'
import { userText } from '../core/message.ts'
import { labelled } from './outside.ts'
import { clean, pairCalls } from './pairing.ts'

export interface HistoryOptions {
  /** False: pictures become a note. */
  readonly vision?: boolean
  /** Calls and their results are told in words, for models that take neither. */
  readonly flat?: boolean
  /** Begins a history whose beginning is missing. Absent: what stands before the first question is left out. */
  readonly opening?: string
}

const goOn = '(Go on.)'

/**
 * What can be sent to any model, from any log: each call has its result right after it and each result its call, nothing is empty, roles
 * alternate but for the results of tools, the user speaks first. Text from outside is labelled. Thinking stays; the protocols give it back
 * to its author alone.
 */
export function sendable(log: readonly Message[], options: HistoryOptions = {}): readonly Message[] {
  const paired = pairCalls(log)
  const told = options.flat ? paired.map(inWords) : paired
  const merged = merge(told.flatMap((message) => cleaned(message, options.vision ?? true)))
  const first = merged.findIndex((message) => message.role === 'user')
  if (first === 0 || merged.length === 0) return merged
  if (options.opening !== undefined) return [userText(options.opening), ...merged]
  return first < 0 ? [] : merged.slice(first)
}

/** The same as the messages of a request: there is at least one, and the last is not the model's. */
export function requestable(log: readonly Message[], options: HistoryOptions = {}): readonly Message[] {
  const messages = sendable(log, options)
  return messages.length === 0 || messages.at(-1)?.role === 'assistant' ? [...messages, userText(goOn)] : messages
}

function cleaned(message: Message, vision: boolean): readonly Message[] {
  switch (message.role) {
    case 'system': {
      const parts = message.parts.flatMap((part) => text(`(Note of the program: ${part.text})`, part.text))
      return parts.length > 0 ? [{ role: 'user', parts }] : []
    }
    case 'user':
      return cleanedUser(message, vision)
    case 'assistant':
      return cleanedAssistant(message)
    case 'tool': {
      const parts = message.parts.map((part) => cleanedResult(part, vision))
      return parts.length > 0 ? [{ role: 'tool', parts }] : []
    }
  }
}

function cleanedUser({ parts, outside }: UserMessage, vision: boolean): readonly Message[] {
  const kept = parts.flatMap((part) => {
    if (part.type === 'opaque') return []
    if (part.type === 'audio') return [noteOf('Audio', part)]
    return content(part, vision, outside)
  })
  return kept.length > 0 ? [{ role: 'user', parts: kept }] : []
}

/** Without words and calls there is nothing to send: thinking alone is no answer. */
function cleanedAssistant(message: AssistantMessage): readonly Message[] {
  const parts = message.parts.flatMap((part): readonly AssistantPart[] => {
    if (part.type === 'opaque') return []
    if (part.type === 'text') return text(part.text)
    return part.type === 'thinking' ? thinking(part) : [part]
  })
  return parts.some((part) => part.type === 'text' || part.type === 'tool-call') ? [{ ...message, parts }] : []
}

/** A signed thought goes back unchanged or not at all. */
function thinking(part: ThinkingPart): readonly ThinkingPart[] {
  const text = clean(part.text)
  if (part.signature !== undefined) return text === part.text ? [part] : []
  return text === '' ? [] : [{ ...part, text }]
}

function cleanedResult({ outside, ...part }: ToolResultPart, vision: boolean): ToolResultPart {
  return { ...part, content: part.content.flatMap((piece) => content(piece, vision, outside)) }
}

function content(
  part: TextPart | ImagePart | DocumentPart,
  vision: boolean,
  outside: string | undefined,
): readonly (TextPart | ImagePart | DocumentPart)[] {
  switch (part.type) {
    case 'text':
      return outside === undefined ? text(part.text) : text(labelled(clean(part.text), outside), part.text)
    case 'image':
      return vision && pictures.test(part.mime) && isThere(part.source) ? [part] : [noteOf('Image', part)]
    case 'document':
      return documents.test(part.mime) && isThere(part.source) ? [part] : [noteOf('Document', part)]
  }
}

/** The formats that every vendor with eyes takes. */
const pictures = /^image\/(?:png|jpeg|gif|webp)$/i
const documents = /^(?:text\/|application\/(?:pdf|json|xml|yaml|x-yaml|toml|javascript)\b)/i

function isThere(source: MediaSource): boolean {
  if (source.type === 'blob') return source.id !== ''
  return source.type === 'inline' ? source.base64 !== '' : /^https?:\/\/|^data:/.test(source.url)
}

/** No part at all for a text of blanks. */
function text(words: string, basis = words): readonly TextPart[] {
  return clean(basis).trim() === '' ? [] : [{ type: 'text', text: clean(words) }]
}

function noteOf(what: string, { mime, name }: { readonly mime: string; readonly name?: string }): TextPart {
  const named = name === undefined ? '' : ` "${clean(name)}"`
  return { type: 'text', text: `[${what}${named} (${clean(mime)}): you cannot see it]` }
}

function merge(messages: readonly Message[]): readonly Message[] {
  const merged: Message[] = []
  for (const message of messages) {
    const last = merged.at(-1)
    if (last?.role === 'user' && message.role === 'user')
      merged[merged.length - 1] = { role: 'user', parts: [...last.parts, ...message.parts] }
    else if (last?.role === 'assistant' && message.role === 'assistant')
      merged[merged.length - 1] = { ...message, parts: [...withoutThinking(last), ...message.parts] }
    else merged.push(message)
  }
  return merged
}

const withoutThinking = ({ parts }: AssistantMessage): readonly AssistantPart[] =>
  parts.filter((part) => part.type !== 'thinking' && part.type !== 'redacted-thinking')

function inWords(message: Message): Message {
  if (message.role === 'tool') return { role: 'user', parts: wordsOfResults(message) }
  if (message.role !== 'assistant') return message
  const parts = message.parts.map((part): AssistantPart =>
    part.type === 'tool-call'
      ? { type: 'text', text: `[Called ${part.name} with ${JSON.stringify(part.input)}]` }
      : part,
  )
  return { ...message, parts }
}

function wordsOfResults({ parts }: ToolMessage): UserMessage['parts'] {
  return parts.flatMap(({ name, content, outside }) => [
    { type: 'text' as const, text: `[Result of ${name}]` },
    ...content.map((part) =>
      part.type === 'text' && outside !== undefined ? { ...part, text: labelled(part.text, outside) } : part,
    ),
  ])
}
