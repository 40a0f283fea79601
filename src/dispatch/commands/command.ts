import type { Sender } from '../../core/channel.ts'
import type { ChatRef } from '../../core/place.ts'
import type { Role } from '../../core/tool.ts'
import type { CommandServices } from './services.ts'

/** Where a command was given and by whom. */
export interface CommandContext {
  readonly session: string
  readonly agent: string
  readonly role: Role
  readonly sender: Sender
  readonly at: ChatRef
  readonly services: CommandServices
  readonly signal: AbortSignal
}

export type CommandResult =
  | { readonly type: 'reply'; readonly text: string }
  /** The text goes to the model, with these skills. */
  | { readonly type: 'pass'; readonly text: string; readonly skills: readonly string[] }

export interface SlashCommand {
  readonly aliases?: readonly string[]
  /** How it is written, with its arguments. */
  readonly usage: string
  readonly summary: string
  /** Only owners may give it, or only with such arguments. */
  readonly owner?: true | ((argument: string) => boolean)
  /** Obeyed at once: it waits for no turn, no queue and no model. */
  readonly control?: true
  /** `argument` is what follows the name, outer blanks removed. */
  run(argument: string, context: CommandContext): Promise<CommandResult>
}

export const reply = (text: string): CommandResult => ({ type: 'reply', text })
export const unavailable = reply('This is not available here.')

/** The first word of a text and the rest, inner blanks of the rest kept. */
export function firstWord(text: string): { readonly word: string; readonly rest: string } {
  const found = /^(\S+)\s*([\s\S]*)$/.exec(text)
  return { word: found?.[1] ?? '', rest: found?.[2] ?? '' }
}
