import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A home of its own for each test: nothing of this machine's user is read. */
export function emptyHome(): string {
  return mkdtempSync(join(tmpdir(), 'picoclaw-home-'))
}

/** Writes config.json into a home. Text is written as it is. */
export function writeConfig(home: string, config: object | string): string {
  const path = join(home, 'config.json')
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config, null, 2), { mode: 0o600 })
  return path
}

interface Options {
  readonly home?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** The pipe of stdin is left open, as many programs that start others do. */
  readonly openInput?: boolean
  /** Called with the child's id as soon as it runs. */
  onStart?(pid: number): void
}

/** Runs the built program to its end. Its environment holds a PATH and what is given here, nothing else. */
export function picoclaw(
  args: readonly string[],
  { home = emptyHome(), env = {}, input, openInput, onStart }: Options = {},
) {
  return new Promise<Ran>((resolve, reject) => {
    const child = spawn(process.execPath, ['dist/main.js', ...args], {
      env: { PATH: process.env['PATH'] ?? '', HOME: home, PICOCLAW_HOME: home, ...env },
      stdio: [input === undefined && !openInput ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    const output = { stdout: '', stderr: '' }
    const hear = (name: 'stdout' | 'stderr') => (chunk: Buffer) => {
      output[name] += chunk.toString()
    }
    child.stdout?.on('data', hear('stdout'))
    child.stderr?.on('data', hear('stderr'))
    child.on('error', reject)
    if (child.pid !== undefined) onStart?.(child.pid)
    child.on('close', (code) => resolve({ code, ...output }))
    if (!openInput) child.stdin?.end(input)
  })
}
