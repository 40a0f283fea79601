import type { InboundMessage, MenuCommand } from '../../core/channel.ts'
import { type CommandContext, type CommandResult, reply, type SlashCommand } from './command.ts'
import { control } from './control.ts'
import { house } from './house.ts'
import { show } from './show.ts'
import { talk } from './talk.ts'

const help = {
  usage: '/help',
  summary: 'this list',
  async run(_: string, { role }: CommandContext): Promise<CommandResult> {
    const mine = Object.values<SlashCommand>(commands).filter(({ owner }) => owner !== true || role === 'owner')
    return reply(mine.map(({ usage, summary }) => `${usage} - ${summary}`).join('\n'))
  },
} as const satisfies SlashCommand

/** Every slash command by name. */
export const commands: Readonly<Record<string, SlashCommand>> = { help, ...talk, ...show, ...control, ...house }

/** For the menus of platforms. */
export const menu: readonly MenuCommand[] = Object.entries(commands).map(([name, { summary }]) => ({ name, summary }))

export interface GivenCommand {
  readonly name: string
  readonly command: SlashCommand
  readonly argument: string
}

/** May a text be a command: does it begin with / or ! after blanks. */
export const hasCommandPrefix = (text: string): boolean => /^\s*[/!]/.test(text)

/** The command that a text gives; undefined when it is for the model. `/name@bot` and any case are read. */
export function commandIn(text: string): GivenCommand | undefined {
  const found = /^\s*[/!]([A-Za-z]+)(?:@\S+)?(?:\s+([\s\S]*))?$/.exec(text)
  const word = found?.[1]?.toLowerCase()
  if (word === undefined) return undefined
  const row = Object.entries(commands).find(([name, { aliases }]) => name === word || aliases?.includes(word))
  return row && { name: row[0], command: row[1], argument: (found?.[2] ?? '').trim() }
}

/** The command that a message gives. What somebody else wrote and the sender passes on gives none. */
export const commandOf = ({ text, forwardedFrom }: Pick<InboundMessage, 'text' | 'forwardedFrom'>) =>
  forwardedFrom === undefined ? commandIn(text) : undefined

/** Carries a command out. Only owners may give what changes the house. */
export async function obey({ command, argument }: GivenCommand, context: CommandContext): Promise<CommandResult> {
  const needsOwner = typeof command.owner === 'function' ? command.owner(argument) : command.owner === true
  if (needsOwner && context.role !== 'owner') return reply('Only an owner may do that.')
  return command.run(argument, context)
}
