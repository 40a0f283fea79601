import type { ChatRef } from './place.ts'
import type { TurnReport } from './report.ts'

/** A file that came with a message. Lazy: one that nobody reads is never downloaded. */
export interface Attachment {
  readonly kind: 'image' | 'audio' | 'file'
  readonly mime: string
  readonly name: string
  bytes(signal?: AbortSignal): Promise<Uint8Array>
}

export interface InboundMessage {
  /** The platform's id of the message. */
  readonly id: string
  readonly from: { readonly id: string; readonly name: string }
  readonly at: ChatRef
  readonly kind: 'direct' | 'group'
  readonly text: string
  readonly attachments: readonly Attachment[]
  /** True when the bot was addressed: a direct chat, a mention, or a reply to it. */
  readonly addressed: boolean
}
export interface OutboundMessage {
  readonly to: ChatRef
  /** Markdown. */
  readonly text: string
  readonly attachments?: readonly Attachment[]
  readonly replyTo?: string
  readonly report?: TurnReport
  /** Set when the text tells why there is no answer. */
  readonly trouble?: { readonly kind: string; readonly exitCode: number }
}

/** A message that is still being written. */
export interface LiveMessage {
  push(delta: string): void
  /** What was written so far does not count; the answer starts again. */
  restart(why: string): void
  /** Replaces what was pushed by the message as it shall stay. Resolves to its id. */
  finish(message: OutboundMessage): Promise<string>
}

export interface ChannelLimits {
  /** The longest message, in UTF-16 units. */
  readonly maxText: number
}

/**
 * A messaging platform. Optional methods are capabilities: a caller asks `channel.edit?.(…)` and does without where there is none
 * (the final text is then sent once, whole).
 */
export interface Channel {
  readonly name: string
  readonly limits: ChannelLimits
  /** Begins to receive. `receive` resolves when the message is stored; only then may the platform be told so. */
  start(receive: (message: InboundMessage) => Promise<void>): Promise<void>
  /** Resolves to the platform's id of the sent message. */
  send(message: OutboundMessage): Promise<string>
  stop(): Promise<void>
  /** Shows "typing…" until disposed. */
  typing?(at: ChatRef): Disposable
  /** Begins a message that grows while it is written. */
  live?(to: ChatRef, replyTo?: string): LiveMessage
  edit?(at: ChatRef, id: string, text: string): Promise<void>
  react?(at: ChatRef, id: string, emoji: string): Promise<void>
}
