import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { Problem } from '../core/problem.ts'

export interface RunOptions {
  /** The program and its arguments. */
  readonly words: readonly string[]
  readonly input?: Uint8Array
  /** Where programs are found. Nothing else of the environment is passed on. */
  readonly path: string
  readonly signal: AbortSignal
  /** What to do when the program is not there. */
  readonly missing: string
}

/** The most that is read of what a program writes, in bytes. */
const most = 256 * 1_048_576

/** Runs a program and resolves to what it wrote. A Problem when it is missing or fails; the signal's reason when that is aborted. */
export function run({ words, input, path, signal, missing }: RunOptions): Promise<Buffer> {
  const [program = '', ...rest] = words
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    const child = spawn(program, rest, { env: { PATH: path }, detached: true, stdio: 'pipe' })
    const onAbort = () => endGroup(child)
    signal.addEventListener('abort', onAbort, { once: true })
    const out: Buffer[] = []
    let size = 0
    let told = ''
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > most) endGroup(child)
      else out.push(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      told = `${told}${chunk.toString('utf8')}`.slice(-400)
    })
    // A program may end before it has read all of it.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input ?? '')
    child.once('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', onAbort)
      const gone = error.code === 'ENOENT'
      reject(
        gone
          ? new Problem(`The program ${program} is not installed.`, { mend: missing, cause: error })
          : new Problem(`The program ${program} cannot be started: ${error.message}.`, { cause: error }),
      )
    })
    child.once('close', (code) => {
      signal.removeEventListener('abort', onAbort)
      if (signal.aborted) return reject(signal.reason as Error)
      if (code === 0) return resolve(Buffer.concat(out))
      const last = told.trim().split('\n').at(-1) ?? ''
      reject(
        new Problem(
          `The program ${program} failed${code === null ? '' : ` with code ${code}`}${last === '' ? '' : `: ${last}`}.`,
        ),
      )
    })
  })
}

/** Ends a program with all that it started: whatever holds its pipes would keep us waiting. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
