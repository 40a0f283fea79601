import type { ChatRef } from '../../core/place.ts'
import type { Role } from '../../core/tool.ts'

export interface ModelFacts {
  readonly name: string
  readonly vendor: string
  readonly fallbacks: readonly string[]
  /** Names that may be switched to. */
  readonly names: readonly string[]
}
export interface McpFacts {
  readonly name: string
  readonly enabled: boolean
  readonly connected: boolean
  readonly deferred?: boolean
  readonly tools?: number
  readonly why?: string
}
export interface McpToolFacts {
  readonly name: string
  readonly description?: string
  readonly parameters: readonly { readonly name: string; readonly description?: string; readonly required?: boolean }[]
}

/** What slash commands ask of the house, handed over by app/. A method that is not there is not available in this place. */
export interface CommandServices {
  model?(session: string, agent: string): Promise<ModelFacts>
  /** Changes the model of one conversation; resolves to the former one. A Problem when there is no such model. */
  switchModel?(session: string, agent: string, name: string): Promise<string>
  channels?(): readonly string[]
  agents?(): readonly string[]
  skills?(agent: string): Promise<readonly string[]>
  mcp?(): readonly McpFacts[]
  mcpTools?(server: string): Promise<readonly McpToolFacts[] | undefined>
  /** What went before is no longer sent to the model. */
  clear?(session: string): Promise<void>
  /** The skill joins the next message of the conversation; undefined takes that back. */
  arm?(session: string, skill: string | undefined): Promise<void>
  subagents?(session: string): string
  reload?(): Promise<void>
  /** Ends everything of a conversation; resolves to what it was doing, a line each. */
  stop?(session: string): readonly string[]
  /** Ends everything everywhere. */
  panic?(): readonly string[]
  /** An answer beside the conversation. */
  side?(session: string, agent: string, question: string, signal: AbortSignal): Promise<string>
  context?(session: string, agent: string): Promise<string>
  /** Members are told of their own conversation alone. */
  usage?(argument: string, session: string, role: Role): Promise<string>
  budget?(argument: string, session: string): Promise<string>
  why?(argument: string, session: string, role: Role): Promise<string>
  status?(): Promise<string>
  /** Sends once more what may not have arrived in the conversation or in the chat. */
  again?(session: string, chat: ChatRef): Promise<number>
  decide?(
    code: string,
    verdict: 'given' | 'denied',
    always: boolean,
    by: { readonly id: string; readonly role: Role },
  ): Promise<string>
  pair?(argument: string, by: { readonly id: string }): Promise<string>
}
