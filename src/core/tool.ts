import type { Sender } from './channel.ts'
import type { ToolSpec } from './chat.ts'
import type { JsonObject } from './json.ts'
import type { DocumentPart, ImagePart, TextPart } from './message.ts'
import type { ChatRef } from './place.ts'
import type { Cause } from './provider.ts'
import type { Bill } from './spent.ts'

export type { ToolSpec } from './chat.ts'

export interface ToolOutput {
  readonly content: readonly (TextPart | ImagePart | DocumentPart)[]
  readonly isError?: boolean
  /** Where the text came from, when not from the people and files this turn trusts: `web`, `mcp:NAME`, `file`, `person:ID`. */
  readonly outside?: string
}

/** Rights of whoever a turn works for. `owner`: may approve and change things. `member`: may talk. */
export type Role = 'owner' | 'member'

/** What a tool may know about the turn it runs in. */
export interface ToolContext {
  readonly session: string
  readonly turn: string
  readonly agent: string
  readonly cause: Cause
  readonly origin: ChatRef
  readonly sender: Sender
  readonly role: Role
  /** Id of the call within the turn. */
  readonly call: string
  /** True when text from outside has entered the turn. */
  readonly tainted: boolean
  /** Depth of sub-agents: 0 is a turn of a person. */
  readonly depth: number
  /** The bill of the turn: work that is handed on goes on it. Absent where no turn runs. */
  readonly bill?: Bill
  readonly signal: AbortSignal
}

/**
 * What a call does beside answering; the rules for approval go by it. `write`: files of the workspace. `memory`: what later turns trust.
 * `send`: a message leaves. `run`: a program. `network`: reaches a place that the call names. `settings`: how picoclaw itself behaves from now on.
 * `install`, `schedule`, `delegate` as they say.
 */
export type Effect = 'write' | 'memory' | 'send' | 'run' | 'network' | 'install' | 'schedule' | 'delegate' | 'settings'

export interface Tool {
  readonly spec: ToolSpec
  /** True when calls may run side by side: nothing outside the reply changes. */
  readonly readOnly: boolean
  /** What this call would do. Absent: nothing beside answering. */
  effects?(input: JsonObject, context: ToolContext): readonly Effect[]
  /** Whom this call would reach, in the words that a grant is bound to: `telegram:123`, `https://host`. */
  destination?(input: JsonObject, context: ToolContext): string | undefined
  /** Never throws but on abort: what goes wrong is told to the model in the output. */
  run(input: JsonObject, context: ToolContext): Promise<ToolOutput>
}
