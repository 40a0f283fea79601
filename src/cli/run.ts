import { exitCodes, Problem } from '../core/problem.ts'
import { nearest } from '../kit/nearest.ts'
import { commands, findCommand } from './commands.ts'
import type { Io } from './io.ts'

/** The command line: arguments in, exit code out. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [word = 'help', ...rest] = args
  try {
    if (word === 'help' || word === '--help' || word === '-h') return await help(rest[0], io)
    const row = findCommand(word === '--version' ? 'version' : word)
    if (!row) throw unknownCommand(word)
    const { default: command } = await row.load()
    const options = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : rest.length)
    if (options.includes('--help') || options.includes('-h')) {
      io.stdout.write(command.usage)
      return exitCodes.ok
    }
    return await command.run(rest, io)
  } catch (error) {
    const problem = asProblem(error)
    io.stderr.write(tell(problem))
    await tellStack(error, io)
    return problem.exitCode
  }
}

/** Where a fault of our own happened, for whoever asks with PICOCLAW_DEBUG. */
async function tellStack(error: unknown, io: Io): Promise<void> {
  if (error instanceof Problem || !(error instanceof Error)) return
  // Loaded only now: a command that needs no environment does not read it.
  const { environment } = await import('../config/environment.ts')
  if (environment().vars['PICOCLAW_DEBUG']) io.stderr.write(`${error.stack}\n`)
}

async function help(name: string | undefined, io: Io): Promise<number> {
  const row = name === undefined ? undefined : findCommand(name)
  if (name !== undefined && !row) throw unknownCommand(name)
  if (row) {
    io.stdout.write((await row.load()).default.usage)
    return exitCodes.ok
  }
  const width = Math.max(...Object.keys(commands).map((command) => command.length))
  const lines = Object.entries(commands).map(([command, { summary }]) => `  ${command.padEnd(width)}  ${summary}`)
  io.stdout.write(`picoclaw: one model list, every surface.

Usage: picoclaw COMMAND [options]

${lines.join('\n')}

  picoclaw agent -m "Hello"     one answer, then exit
  picoclaw help COMMAND         the options of a command
`)
  return exitCodes.ok
}

function unknownCommand(word: string): Problem {
  const close = nearest(word, Object.keys(commands))
  return new Problem(`There is no command "${word}".`, {
    mend: close ? `Did you mean "picoclaw ${close}"?` : 'See "picoclaw help".',
    exitCode: exitCodes.usage,
  })
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    return new Problem(error.message, { mend: 'See "picoclaw help COMMAND".', exitCode: exitCodes.usage, cause: error })
  const what = error instanceof Error ? error.message : String(error)
  return new Problem(`Something in picoclaw itself went wrong: ${what}`, {
    mend: 'Please report it; PICOCLAW_DEBUG=1 shows where it happened.',
    cause: error,
  })
}

/** A problem as people read it: what, where, what to do. */
function tell(problem: Problem): string {
  const { at, mend } = problem.detail
  return [problem.message, ...(at ? [`  at ${at}`] : []), ...(mend ? [`  ${mend}`] : [])].join('\n') + '\n'
}
