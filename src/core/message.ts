import type { Json, JsonObject } from './json.ts'

/** Where the bytes of a media part are. They become bytes only inside a protocol file. */
export type MediaSource =
  /** A blob in our store, by its id. */
  | { readonly type: 'blob'; readonly id: string }
  /** Base64 that a client sent inline. */
  | { readonly type: 'inline'; readonly base64: string }
  /** An address that the vendor, not we, will fetch. */
  | { readonly type: 'url'; readonly url: string }

export interface TextPart {
  readonly type: 'text'
  readonly text: string
}
export interface ImagePart {
  readonly type: 'image'
  readonly mime: string
  readonly source: MediaSource
}
export interface AudioPart {
  readonly type: 'audio'
  readonly mime: string
  readonly source: MediaSource
}
export interface DocumentPart {
  readonly type: 'document'
  readonly mime: string
  readonly name?: string
  readonly source: MediaSource
}
/** A model's reasoning. `signature` must travel back to the vendor that made it, unchanged. */
export interface ThinkingPart {
  readonly type: 'thinking'
  readonly text: string
  readonly signature?: string
}
/** Reasoning that the vendor encrypted; only it can read `data`. */
export interface RedactedThinkingPart {
  readonly type: 'redacted-thinking'
  readonly data: string
}
export interface ToolCallPart {
  readonly type: 'tool-call'
  readonly id: string
  readonly name: string
  readonly input: JsonObject
  /** Gemini's thought signature, which must return with the call. */
  readonly signature?: string
}
export interface ToolResultPart {
  readonly type: 'tool-result'
  /** Id of the call this answers. */
  readonly id: string
  readonly name: string
  readonly content: readonly (TextPart | ImagePart | DocumentPart)[]
  readonly isError: boolean
  /** Where the text came from, when from outside; see ToolOutput. */
  readonly outside?: string
}
/** What only one wire format knows. Other dialects leave it out. */
export interface OpaquePart {
  readonly type: 'opaque'
  readonly dialect: string
  readonly json: Json
}

/** An instruction in mid-conversation, where a client sent one. The system prompt itself is `ChatRequest.system`. */
export interface SystemMessage {
  readonly role: 'system'
  readonly parts: readonly TextPart[]
}
export type UserPart = TextPart | ImagePart | AudioPart | DocumentPart | OpaquePart
export interface UserMessage {
  readonly role: 'user'
  readonly parts: readonly UserPart[]
  /** Set when it was not said by a person this turn trusts: who said it. */
  readonly outside?: string
  /**
   * Who said it, as `channel:id`: somebody who is no owner, in a conversation that others share. In turns of anybody else their words come
   * from outside.
   */
  readonly speaker?: string
}
export type AssistantPart = TextPart | ThinkingPart | RedactedThinkingPart | ToolCallPart | OpaquePart
export interface AssistantMessage {
  readonly role: 'assistant'
  readonly parts: readonly AssistantPart[]
  /** Who said it, as `vendor/model`. Thinking goes back only to its author. */
  readonly by?: string
}
export interface ToolMessage {
  readonly role: 'tool'
  readonly parts: readonly ToolResultPart[]
}

/** One entry of a conversation. Plain JSON: what we send is what we store. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage
export type Part = Message['parts'][number]

/** The words of a message: its text parts, joined without a separator. */
export function textOf(message: Pick<Message, 'parts'>): string {
  return message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** A user message that says `text`. */
export function userText(text: string): UserMessage {
  return { role: 'user', parts: [{ type: 'text', text }] }
}
