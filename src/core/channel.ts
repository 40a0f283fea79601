import type { Json } from './json.ts'
import type { ChatRef } from './place.ts'
import type { TurnReport } from './report.ts'

/** A file that came with a message. Lazy: one that nobody reads is never downloaded. */
export interface Attachment {
  readonly kind: 'image' | 'audio' | 'file'
  readonly mime: string
  readonly name: string
  /** Bytes, where the platform says so. */
  readonly size?: number
  /** What `Channel.fetch` needs to get it again after a restart. Holds no secret. */
  readonly ref?: string
  bytes(signal?: AbortSignal): Promise<Uint8Array>
}

/** Who wrote. */
export interface Sender {
  /** The platform's id, without the channel. */
  readonly id: string
  /** As people see it. */
  readonly name: string
  /** Without the @. */
  readonly username?: string
  /** True when the platform says that it is a program. */
  readonly bot?: boolean
}

export interface InboundMessage {
  /** The platform's id of the message, unique within its chat. */
  readonly id: string
  readonly from: Sender
  readonly at: ChatRef
  readonly kind: 'direct' | 'group'
  readonly text: string
  readonly attachments: readonly Attachment[]
  /** True when the bot was addressed: a direct chat, a mention, or a reply to it. The mention itself is not part of `text`. */
  readonly addressed: boolean
  /** The bot's own account, where a process has several. */
  readonly account?: string
  /** The guild, team or workspace of the chat, as `guild` and id. */
  readonly space?: { readonly kind: string; readonly id: string }
  /** The chat that a thread hangs on. */
  readonly parent?: string
  /** The message this one answers. */
  readonly replyTo?: {
    readonly id: string
    readonly text: string
    /** Its files; absent when it has none. */
    readonly attachments?: readonly Attachment[]
    /** As people see it. Anybody may take anybody's name. */
    readonly from: string
    /** The platform's id of who wrote it; absent where it is not told. */
    readonly fromId?: string
    readonly own: boolean
  }
  /** Set when the sender passes on what somebody else wrote: their name, as people see it. The text gives no command then. */
  readonly forwardedFrom?: string
  /** Messages with the same album are one. */
  readonly album?: string
  /** Made by the schedule or by a sub-agent, not by a person: its answer goes to `at` with these rights. */
  readonly due?: {
    readonly cause: 'cron' | 'heartbeat' | 'tool'
    readonly name: string
    readonly role: 'owner' | 'member'
    /** The conversation it belongs to; absent: that of its place and person. */
    readonly session?: string
    /** Where its words came from, when from outside. */
    readonly outside?: string
  }
}
export interface OutboundMessage {
  readonly to: ChatRef
  /** Markdown. */
  readonly text: string
  readonly attachments?: readonly Attachment[]
  readonly replyTo?: string
  /** The same for every try to send this message, so that a platform that can may drop the second. */
  readonly key?: string
  /** Set when it does no harm to read it twice: it is sent again when it may not have arrived. */
  readonly repeatable?: true
  /** A message that is already there and becomes this one. */
  readonly replaces?: string
  /** The job whose words these are: nobody in the chat asked for them. */
  readonly job?: {
    readonly name: string
    /** The id of the message that the schedule made when the job was due; absent in words about the job. */
    readonly run?: string
  }
  readonly report?: TurnReport
  /** Set when the text tells why there is no answer. */
  readonly trouble?: { readonly kind: string; readonly exitCode: number }
}

/** A message that is still being written. */
export interface LiveMessage {
  push(delta: string): void
  /** What was written so far does not count; the answer starts again. */
  restart(why: string): void
  /** A line about what the turn is doing; replaced by the next. Shown where there is a place for it. */
  activity?(line: string): void
  /**
   * Ends the growing. Resolves to the platform's id of the message that was shown, undefined when none was: whoever sends the final text then
   * replaces that message. Absent: `finish` does it all.
   */
  settle?(): Promise<string | undefined>
  /** Replaces what was pushed by the message as it shall stay. Resolves to its id. */
  finish(message: OutboundMessage): Promise<string>
}

/** So many messages at once, then one each `everyMs`. */
export interface Pace {
  readonly burst: number
  readonly everyMs: number
}

export interface ChannelLimits {
  /** The longest message, in UTF-16 units. */
  readonly maxText: number
  /** A text with more characters comes as its beginning and a file. Absent: in as many messages as it needs. */
  readonly fileAbove?: number
  /** How fast messages may go to one chat, and to all together. Absent: as fast as they come. */
  readonly pace?: { chat(chat: string): Pace; readonly all: Pace }
}

/** So long, in milliseconds, a keyed platform surely knows a key again. */
export const keyedForMs = 120_000

/** Why a message did not go out. */
export type DeliveryKind =
  /** Surely not sent; the same may be tried again. */
  | 'not-sent'
  /** Surely not sent; again after `retryAfterMs`. */
  | 'rate-limit'
  /** Nobody knows whether it arrived. Never repeated blindly. */
  | 'uncertain'
  /** The chat has another id now: `movedTo`. */
  | 'moved'
  /** The chat is closed to us: blocked, removed, deleted. */
  | 'gone'
  /** The platform will not take this message in any form. */
  | 'refused'
  /** Our login is not accepted. */
  | 'auth'

/** The only error that `Channel.send` and `edit` throw. */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure'
  readonly kind: DeliveryKind
  readonly retryAfterMs?: number
  readonly movedTo?: string

  constructor(
    kind: DeliveryKind,
    message: string,
    detail: { readonly retryAfterMs?: number; readonly movedTo?: string; readonly cause?: unknown } = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.kind = kind
    if (detail.retryAfterMs !== undefined) this.retryAfterMs = detail.retryAfterMs
    if (detail.movedTo !== undefined) this.movedTo = detail.movedTo
  }
}

/** Whoever takes what a channel hears. */
export interface Receiver {
  /** Resolves when the message is stored (or refused for good); only then may the platform be told that it arrived. */
  message(message: InboundMessage): Promise<void>
  /** The text of a message was changed. */
  edited?(at: ChatRef, id: string, text: string): Promise<void>
  deleted?(at: ChatRef, id: string): Promise<void>
  /** The chat goes on under another id. */
  moved?(from: ChatRef, to: ChatRef): Promise<void>
}

/** A line of the platform's own command menu. */
export interface MenuCommand {
  readonly name: string
  readonly summary: string
}

/** How a channel is, from evidence. */
export interface ChannelHealth {
  readonly state: 'starting' | 'up' | 'down'
  /** Epoch milliseconds of the last sign of life from the platform. */
  readonly heardAt?: number
  /** Why it is not up, with the mend. */
  readonly why?: string
  /** Set when it does nothing more by itself: a person must mend it first, or it may be started again. */
  readonly needs?: 'person' | 'restart'
}

/**
 * A messaging platform. Optional methods are capabilities: a caller asks `channel.edit?.(…)` and does without where there is none
 * (the final text is then sent once, whole).
 */
export interface Channel {
  /** Its name in the configuration. */
  readonly name: string
  readonly limits: ChannelLimits
  /** True when two sends with the same `key` within `keyedForMs` make one message, so that an uncertain send may be repeated. */
  readonly keyed?: boolean
  /**
   * Begins to receive and resolves when it is connected. A Problem when it cannot work (a wrong token); a platform that is only out of reach is
   * tried again by the channel itself for as long as it is started, and shown by `health`.
   */
  start(receiver: Receiver): Promise<void>
  /** Sends one message of the platform; resolves to its id. Throws only a DeliveryFailure. */
  send(message: OutboundMessage): Promise<string>
  /** Stops receiving; what is on its way out still goes. What `receiver.message` is still storing is waited for. */
  stop(): Promise<void>
  health?(): ChannelHealth
  /** Cuts markdown into texts that each fit one message as the platform shows it. Absent: by `limits` alone. */
  split?(markdown: string): readonly string[]
  /** True when such a text can stand under a file, in one message with it. Absent: never. */
  captions?(markdown: string): boolean
  /** Shows "typing…" until disposed. */
  typing?(at: ChatRef): Disposable
  /**
   * Begins a message that grows while it is written. `shown` goes on with one that a former process began; `key` is the same for both, so
   * that a keyed platform shows one message even when the former process ended before it was told the id. `onShowing` is waited for before
   * the message is sent for the first time, `onShown` after it, `onChanged` after each edit.
   */
  live?(
    to: ChatRef,
    options?: {
      readonly replyTo?: string
      readonly key?: string
      readonly shown?: string
      readonly onShowing?: () => Promise<void>
      readonly onShown?: (id: string) => Promise<void>
      readonly onChanged?: () => Promise<void>
    },
  ): LiveMessage
  edit?(at: ChatRef, id: string, text: string): Promise<void>
  /** Takes a message back; one that is gone already is no failure. */
  remove?(at: ChatRef, id: string): Promise<void>
  react?(at: ChatRef, id: string, emoji: string): Promise<void>
  /** The bytes behind an attachment's `ref`. */
  fetch?(ref: string, signal?: AbortSignal): Promise<Uint8Array>
  /** Tells the platform the commands for its menu. */
  menu?(commands: readonly MenuCommand[]): Promise<void>
  /** Asks the person who is there, now; undefined when nobody is. */
  confirm?(question: string, signal: AbortSignal): Promise<boolean | undefined>
}

/** What a channel is made of, handed over by app/. `settings` are those of its kind in the configuration. */
export interface ChannelOptions<Settings = Json> {
  readonly name: string
  readonly settings: Settings
}
