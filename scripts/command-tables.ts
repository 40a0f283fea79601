import { commands as slashCommands } from '../src/dispatch/commands/commands.ts'
import { commands } from '../src/cli/commands.ts'

const cell = (text: string) => text.replaceAll('|', '\\|')
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n') + '\n'

/** The slash commands, as the code has them. */
export function slashCommandTable(): string {
  return table(
    ['command', 'what it does', 'who'],
    Object.values(slashCommands).map(({ usage, summary, owner }) => [
      `\`${usage}\``,
      summary,
      owner === true ? 'owners' : owner === undefined ? 'everybody who is let in' : 'changing: owners',
    ]),
  )
}

/** The commands of the command line, as the code has them. */
export function commandTable(): string {
  return table(
    ['command', 'what it does'],
    Object.entries(commands).map(([name, { summary }]) => [`\`picoclaw ${name}\``, summary]),
  )
}
