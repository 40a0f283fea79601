import { z } from 'zod'
import type { Effect, Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import { type ExecOptions, execute } from './engine.ts'
import { trustedKeeper } from './keep-trusted.ts'

/** Linux takes no argument longer than 128 KiB. */
const command = z.string().trim().min(1).max(120_000).describe('The command, for sh.')

/** The command tool under the name that chats know it by. */
export function execTool(options: ExecOptions): Tool {
  const trusted = trustedKeeper(options.workspace)
  return defineTool({
    name: 'exec',
    description: descriptionOf('workspace', options),
    input: z.object({
      command,
      working_dir: z.string().min(1).optional().describe('Folder to start in, relative to the workspace.'),
    }),
    readOnly: false,
    ...effectsOf(options),
    run: ({ command, working_dir: workingDir }, context) => execute(options, { command, workingDir }, context, trusted),
  })
}

/** The same tool under the name that coding models know it by. */
export function bashTool(options: ExecOptions): Tool {
  const trusted = trustedKeeper(options.workspace)
  return defineTool({
    name: 'bash',
    description: descriptionOf('project folder', options),
    input: z.object({
      command,
      timeout: z.int().min(1).optional().describe('Seconds until the command is ended.'),
    }),
    readOnly: false,
    ...effectsOf(options),
    run: ({ command, timeout: timeoutSeconds }, context) =>
      execute(options, { command, timeoutSeconds }, context, trusted),
  })
}

function descriptionOf(folder: string, { network = false }: ExecOptions): string {
  const what = `Runs a shell command in the ${folder} and shows its output. When it ends, everything it started ends too. Nothing can be typed into it.`
  if (network) return what
  return `${what} What people sent (inbox) and long results (.artifacts) are seen only by a command that names the folder.`
}

/** A command that may reach the network shows words that anybody may have written. */
function effectsOf({ network = false }: ExecOptions): {
  readonly effects: readonly Effect[]
  readonly outside?: string
} {
  return network ? { effects: ['run', 'network'], outside: 'web' } : { effects: ['run'] }
}
