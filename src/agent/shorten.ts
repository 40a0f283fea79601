import type { JsonObject } from '../core/json.ts'
import type { AssistantPart, Message, ToolMessage, ToolResultPart, UserPart } from '../core/message.ts'
import { rulesIn } from './pinned.ts'
import { messageTokens, resultTokens, textTokens } from './tokens.ts'

/** Characters that stay of a shortened tool result. */
const shortResult = 600
/** Tool results of the newest messages are the work at hand. */
const newest = 4

/**
 * Shortens tool results, oldest first, until `excess` tokens are gained or none is left outside of the newest messages. What was shortened
 * once (`before`) is shortened again, so that a prompt stays the same from call to call; `before` learns of the new ones.
 */
export function shortenResults(log: readonly Message[], excess: number, before: Set<Message>): readonly Message[] {
  let left = excess
  return log.map((message, index) => {
    if (message.role !== 'tool') return message
    const due = left > 0 && index < log.length - newest
    if (!due && !before.has(message)) return message
    const short: ToolMessage = { ...message, parts: message.parts.map(shortened) }
    const gained = messageTokens(message) - messageTokens(short)
    if (gained <= 0) return message
    if (!before.has(message)) left -= gained
    before.add(message)
    return short
  })
}

function shortened(part: ToolResultPart): ToolResultPart {
  if (resultTokens(part) < shortResult / 2) return part
  const words = part.content.map((piece) => (piece.type === 'text' ? piece.text : `[${piece.type}]`)).join('\n')
  const text = clip(words, shortResult, 'call the tool again to see them')
  return { ...part, content: [{ type: 'text', text }] }
}

/** The beginning and the end of a text of more than `longest` characters, with a note of what is missing. */
export function clip(text: string, longest: number, hint = ''): string {
  if (text.length <= longest) return text
  const head = text.slice(0, Math.ceil(longest * 0.7)).toWellFormed()
  const tail = text.slice(text.length - Math.floor(longest * 0.3)).toWellFormed()
  return `${head}\n[… ${text.length - longest} characters left out to save room${hint && `; ${hint}`} …]\n${tail}`
}

/** The same for a text of more than `room` tokens. */
export function clipToTokens(text: string, room: number): string {
  const tokens = textTokens(text)
  return tokens <= room ? text : clip(text, Math.floor((text.length * Math.max(0, room - 30)) / tokens))
}

/**
 * Every text cut to `longest` characters, pictures and files as a note: what is left when nothing else helps. Rules that a person set
 * stay word for word.
 */
export function squeezed(log: readonly Message[], longest: number): readonly Message[] {
  return log.map((message): Message => {
    switch (message.role) {
      case 'system':
        return { ...message, parts: message.parts.map((part) => ({ ...part, text: clip(part.text, longest) })) }
      case 'user':
        return { ...message, parts: message.parts.map((part) => squeezedPart(part, longest)) }
      case 'assistant':
        return {
          ...message,
          parts: message.parts.flatMap((part): readonly AssistantPart[] => {
            if (part.type === 'tool-call') return [{ ...part, input: shortInput(part.input, longest) }]
            return part.type === 'text' ? [{ ...part, text: clip(part.text, longest) }] : []
          }),
        }
      case 'tool':
        return { ...message, parts: message.parts.map((part) => squeezedResult(part, longest)) }
    }
  })
}

function shortInput(input: JsonObject, longest: number): JsonObject {
  const json = JSON.stringify(input)
  return json.length <= longest ? input : { shortened: clip(json, longest) }
}

function squeezedPart(part: UserPart, longest: number): UserPart {
  if (part.type !== 'text') return { type: 'text', text: `[${part.type} left out to save room]` }
  const text = clip(part.text, longest)
  const lost = text === part.text ? [] : rulesIn(part.text).filter((line) => !text.includes(line))
  return { type: 'text', text: [text, ...lost].join('\n') }
}

function squeezedResult(part: ToolResultPart, longest: number): ToolResultPart {
  const words = part.content.map((piece) => (piece.type === 'text' ? piece.text : `[${piece.type}]`)).join('\n')
  return { ...part, content: [{ type: 'text', text: clip(words, longest) }] }
}
