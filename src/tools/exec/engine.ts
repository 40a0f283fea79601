import { stat } from 'node:fs/promises'
import type { Clock } from '../../core/clock.ts'
import { Problem } from '../../core/problem.ts'
import type { ToolContext, ToolOutput } from '../../core/tool.ts'
import type { FileAccess } from '../files/access.ts'
import type { Exposed, NoSandbox, Sandbox } from './bubblewrap.ts'
import { environmentOf } from './environment.ts'
import { foreignFolders } from './foreign.ts'
import { mayExec } from './gate.ts'
import { outcome } from './outcome.ts'
import type { TrustedKeeper } from './keep-trusted.ts'
import { limitProcesses } from './process-limit.ts'
import { run } from './run.ts'

export interface ExecOptions {
  /** Absolute, with its links resolved. */
  readonly workspace: string
  readonly access: FileAccess
  readonly clock: Clock
  /** The sandbox, or why there is none. Asked at the first command. */
  sandbox(): Promise<Sandbox | NoSandbox>
  /** May this command run without a sandbox: from the terminal, or because somebody approved it. Absent: never. */
  allowUnsandboxed?(command: string, context: ToolContext): Promise<boolean>
  /** Seconds; 0 is no limit. Default 60. */
  readonly timeoutSeconds?: number
  /** Seconds that a call may ask for. Default 600. */
  readonly longestSeconds?: number
  /** False: only the terminal and the agent's own work may run commands. Default true. */
  readonly allowRemote?: boolean
  /** Commands the owner refuses, whatever a sandbox would say. Default none. */
  readonly deny?: readonly RegExp[]
  /** Commands that `deny` does not hold for. */
  readonly permit?: readonly RegExp[]
  /** Default false. */
  readonly network?: boolean
  readonly expose?: readonly Exposed[]
  readonly hidden?: readonly string[]
  readonly temporary?: string
  /** Name of the time zone for commands, such as Europe/Berlin. */
  timeZone?(): string
  /** Bytes kept of each output stream. Default 10000. */
  readonly outputLimit?: number
  /** The most processes of one command. Default 1000. */
  readonly processes?: number
}

export interface Order {
  readonly command: string
  readonly workingDir?: string | undefined
  readonly timeoutSeconds?: number | undefined
}

/** Runs one command for a model, behind the wall where there is one. */
export async function execute(
  options: ExecOptions,
  order: Order,
  context: ToolContext,
  trusted: TrustedKeeper,
): Promise<ToolOutput> {
  const { workspace, clock, processes = 1000 } = options
  const { command } = order
  checkRights(options, command, context)
  const cwd = await folderOf(options, order.workingDir ?? '.')
  const foreign = await foreignFolders(options, command, cwd)
  // Words from outside must not become what later turns trust by way of a command.
  await using kept = context.tainted ? await trusted.hold() : undefined
  const wrapped = await wrap(options, { command, cwd, readOnly: kept?.paths ?? [], unasked: foreign.unasked }, context)
  const seconds = secondsFor(options, order)
  await using limited = await limitProcesses(wrapped.argv, processes, clock)
  const ran = await run(limited.argv, {
    cwd: wrapped.note === undefined ? '/' : cwd,
    environment: environmentOf({ home: workspace, ...(options.timeZone && { timeZone: options.timeZone() }) }),
    clock,
    signal: context.signal,
    timeoutMs: seconds * 1000,
    limit: options.outputLimit ?? 10_000,
    contained: wrapped.note === undefined,
  })
  const output = outcome(ran, { seconds, ...(wrapped.note !== undefined && { note: wrapped.note }) })
  return await foreign.label(output, wrapped.covered)
}

function secondsFor({ timeoutSeconds = 60, longestSeconds = 600 }: ExecOptions, order: Order): number {
  return order.timeoutSeconds === undefined ? timeoutSeconds : Math.min(order.timeoutSeconds, longestSeconds)
}

function checkRights(
  { allowRemote = true, deny = [], permit = [] }: ExecOptions,
  command: string,
  context: ToolContext,
): void {
  if (!mayExec(allowRemote, context.origin.channel))
    throw new Problem('exec is restricted to internal channels.', { mend: 'Ask for it in the terminal.' })
  const fits = (pattern: RegExp) => command.search(pattern) >= 0
  if (deny.some(fits) && !permit.some(fits))
    throw new Problem('The owner does not allow this command (tools.exec.custom_deny_patterns).')
}

interface Wrapped {
  readonly argv: readonly string[]
  /** Said before the output; absent behind the wall. */
  readonly note?: string
  /** Folders that the command finds empty; none without a wall. */
  readonly covered: readonly string[]
}

interface Wanted {
  readonly command: string
  readonly cwd: string
  readonly readOnly: readonly string[]
  /** Folders that the command is to find empty, where there is a wall. */
  readonly unasked: readonly string[]
}

async function wrap(
  options: ExecOptions,
  { command, cwd, readOnly, unasked }: Wanted,
  context: ToolContext,
): Promise<Wrapped> {
  const sandbox = await options.sandbox()
  if ('wrap' in sandbox) {
    const { workspace, network = false, expose = [], hidden = [], temporary, processes = 1000 } = options
    const wall = {
      workspace,
      cwd,
      network,
      expose,
      hidden: [...hidden, ...unasked],
      processes,
      readOnly,
      ...(temporary !== undefined && { temporary }),
    }
    return { argv: await sandbox.wrap(command, wall), covered: unasked }
  }
  if (await options.allowUnsandboxed?.(command, context))
    return { argv: ['/bin/sh', '-c', command], note: `[Not sandboxed: ${sandbox.missing}.]`, covered: [] }
  throw new Problem(`The command was not run: ${sandbox.missing}, and without a sandbox it needs an approval.`, {
    mend: 'Ask for it in the terminal, have the owner approve it, or install bubblewrap.',
  })
}

async function folderOf({ access }: ExecOptions, asked: string): Promise<string> {
  const path = await access.resolve(asked, 'write')
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return path
  throw new Problem(`${asked} is no folder.`, { mend: 'Start the command in a folder that exists.' })
}
