import type { ChatRequest, Usage } from '../core/chat.ts'
import type { Message, Part, ToolResultPart } from '../core/message.ts'
import type { ToolSpec } from '../core/tool.ts'

/** Tokens of one picture, sound or file, whose real size nobody knows before it is sent. */
const flat = { image: 1_600, audio: 2_000, document: 6_000 } as const
/** What a message or a call costs beside its words. */
const perMessage = 8
const perCall = 12
const perTool = 16

/**
 * Tokens of a text, rather too many than too few: three characters of ASCII are one, two of the other alphabets of Europe, everything else
 * counts a token a character, an emoji two.
 */
export function textTokens(text: string): number {
  let sixths = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    sixths += unit < 0x80 ? 2 : unit < 0x530 ? 3 : 6
  }
  return Math.ceil(sixths / 6)
}

export function messageTokens(message: Message): number {
  return message.parts.reduce((sum: number, part) => sum + partTokens(part), perMessage)
}

function partTokens(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'thinking':
      return textTokens(part.text) + 1
    case 'redacted-thinking':
      return textTokens(part.data)
    case 'tool-call':
      return perCall + textTokens(part.name) + textTokens(JSON.stringify(part.input)) + textTokens(part.id)
    case 'tool-result':
      return resultTokens(part)
    case 'opaque':
      return textTokens(JSON.stringify(part.json))
    case 'document':
      return part.source.type === 'inline'
        ? Math.max(flat.document, Math.ceil(part.source.base64.length / 4))
        : flat.document
    case 'image':
    case 'audio':
      return flat[part.type]
  }
}

export function resultTokens({ content, id }: ToolResultPart): number {
  return content.reduce((sum: number, part) => sum + partTokens(part), perCall + textTokens(id))
}

export function messagesTokens(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + messageTokens(message), 0)
}

function toolsTokens(tools: readonly ToolSpec[]): number {
  return tools.reduce(
    (sum, { name, description, input }) =>
      sum + perTool + textTokens(name) + textTokens(description) + textTokens(JSON.stringify(input)),
    0,
  )
}

/** What a request is estimated at, without its answer. */
export function requestTokens({ system = [], messages, tools = [] }: ChatRequest): number {
  const words = system.reduce((sum, section) => sum + textTokens(section) + 2, perMessage)
  return words + messagesTokens(messages) + toolsTokens(tools)
}

/** What the vendor counted as the prompt. */
export const promptTokens = ({ input, cacheRead, cacheWrite }: Usage): number => input + cacheRead + cacheWrite

/** Tokens that stay for the prompt when the answer is to have `maxTokens`; half of the window at least. */
export function promptRoom({ window, maxTokens }: { readonly window: number; readonly maxTokens: number }): number {
  return Math.max(window - maxTokens, Math.floor(window / 2))
}

/** True when prompt, tools and answer do not fit the window together. */
export function isOverBudget(
  request: Pick<ChatRequest, 'system' | 'messages' | 'tools'>,
  { window, maxTokens }: { readonly window: number; readonly maxTokens: number },
): boolean {
  const { system = [], messages, tools = [] } = request
  const empty = system.length === 0 && messages.length === 0 && tools.length === 0
  return (empty ? 0 : requestTokens(request)) + maxTokens > window
}
