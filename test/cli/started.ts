import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { run } from '../../src/cli/run.ts'
import { redactor } from '../../src/kit/redact.ts'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A home of its own; `picoclaw` runs the command line in this process, with nothing of this machine's user. */
export interface Home extends Disposable {
  readonly folder: string
  readonly configPath: string
  config(text: string | object): void
  text(): string
  picoclaw(...args: readonly string[]): Promise<Outcome>
}

export function home(env: Readonly<Record<string, string>> = {}): Home {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-cli-'))
  const configPath = join(folder, 'config.json')
  return {
    folder,
    configPath,
    config: (text) =>
      writeFileSync(configPath, typeof text === 'string' ? text : JSON.stringify(text), { mode: 0o600 }),
    text: () => readFileSync(configPath, 'utf8'),
    picoclaw: (...args) =>
      started(args, { PATH: process.env['PATH'] ?? '', HOME: folder, PICOCLAW_HOME: folder, ...env }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function started(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const output = { stdout: '', stderr: '' }
  const into = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _, done) {
        output[name] += chunk.toString()
        done()
      },
    })
  const before = process.env
  process.env = { ...env }
  try {
    const code = await run(args, {
      stdin: Readable.from([]),
      stdout: into('stdout'),
      stderr: into('stderr'),
      redactor: redactor(),
      onInterrupt: () => ({ [Symbol.dispose]: () => undefined }),
    })
    return { code, ...output }
  } finally {
    process.env = before
  }
}
