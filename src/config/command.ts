import { spawn } from 'node:child_process'
import { Problem } from '../core/problem.ts'
import type { Variables } from './environment.ts'

const longest = 64 * 1024

export interface CommandContext {
  readonly vars: Variables
  /** Working folder: that of the config. */
  readonly folder: string
  readonly timeoutMs: number
}

/** Words of a command line: split at spaces, with '…' and "…" around words that hold some. There is no shell behind it. */
export function words(line: string): readonly string[] {
  return [...line.matchAll(/(?:'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"((?:\\.|[^"\\])*)"/g, (_, plain: string | undefined, quoted: string | undefined) =>
      plain === undefined ? (quoted ?? '').replaceAll(/\\(.)/g, '$1') : plain,
    ),
  )
}

/** What a command prints, trimmed. An error says which program failed and how, never what it printed. */
export function commandOutput(line: string, { vars, folder, timeoutMs }: CommandContext): Promise<string> {
  const [program, ...rest] = words(line)
  if (program === undefined) return Promise.reject(failed('exec:// names no command.'))
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // Its own process group, so that what it started ends with it.
  const detached = process.platform !== 'win32'
  const child = spawn(program, rest, { cwd: folder, env: { ...vars }, detached, stdio: ['ignore', 'pipe', 'ignore'] })
  const end = (error: Error) => {
    clearTimeout(timer)
    if (child.pid !== undefined) stop(child.pid, detached)
    reject(error)
  }
  const timer = setTimeout(() => end(failed(`${program} did not answer within ${timeoutMs / 1000} s.`)), timeoutMs)
  let output = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (chunk: string) => {
    output += chunk
    if (output.length > longest) end(failed(`${program} printed more than a secret can be.`))
  })
  child.on('error', (cause) => end(failed(`${program} could not be started.`, cause)))
  child.on('close', (code, signal) => {
    clearTimeout(timer)
    if (code !== 0) reject(failed(`${program} ended with ${signal ?? `code ${code}`}.`))
    else if (output.trim() === '') reject(failed(`${program} printed nothing.`))
    else resolve(output.trim())
  })
  return promise
}

function failed(what: string, cause?: unknown): Problem {
  return new Problem(what, { mend: 'Run the command by hand to see why.', ...(cause === undefined ? {} : { cause }) })
}

function stop(pid: number, group: boolean): void {
  try {
    process.kill(group ? -pid : pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
