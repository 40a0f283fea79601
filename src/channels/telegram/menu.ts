import type { MenuCommand } from '../../core/channel.ts'
import type { Api } from './api.ts'

/** What the service takes as a menu. */
const most = 100
const longestSummary = 256

/** Sets the menu of commands, when it is not that already. Names that Telegram does not take are left out. Throws an ApiFailure. */
export async function setMenu(api: Api, commands: readonly MenuCommand[]): Promise<void> {
  const wanted = commands
    .filter(({ name }) => /^[a-z\d_]{1,32}$/.test(name))
    .slice(0, most)
    .map(({ name, summary }) => ({ command: name, description: summary.slice(0, longestSummary) || name }))
  const now = await api.call<readonly { command: string; description: string }[]>('getMyCommands', {})
  const lines = (list: typeof now) => list.map(({ command, description }) => `${command} ${description}`).join('\n')
  if (lines(now) !== lines(wanted)) await api.call('setMyCommands', { commands: wanted })
}
