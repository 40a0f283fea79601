import { Problem } from '../core/problem.ts'
import { dirname, join } from 'node:path'
import { commandOutput } from './command.ts'
import { readSecretFile } from './credentials.ts'
import type { Environment } from './environment.ts'
import type { Fetcher } from './references.ts'
import { decrypt, lockOf } from './secret-box.ts'

/** Where a text comes from: this machine (the file, the command line), or a page or a chat, which may not name commands. */
export type Trust = 'local' | 'remote'

export interface FetcherOptions {
  readonly trust: Trust
  /** Longest time for one command; 10 s unless a test says otherwise. */
  readonly commandTimeoutMs?: number
  /** Takes the path of every file that is looked into. */
  readonly files: Set<string>
}

/** Looks up `file://`, `enc://` and `exec://`. Each is looked up once, however often it is named. */
export function fetcherFor(
  environment: Environment,
  { trust, commandTimeoutMs = 10_000, files }: FetcherOptions,
): Fetcher {
  const folder = dirname(environment.configPath)
  const seen = new Map<string, Promise<string>>()
  const fetch = async (text: string): Promise<string> => {
    if (text.startsWith('file://')) {
      const name = text.slice('file://'.length)
      files.add(join(folder, name))
      return readSecretFile(name, folder)
    }
    if (text.startsWith('enc://')) return decrypt(await lockOf(environment), text)
    if (trust === 'remote')
      throw new Problem('exec:// is refused here.', { mend: 'Write it into the file itself, or use the command line.' })
    const context = { vars: environment.vars, folder, timeoutMs: commandTimeoutMs }
    return commandOutput(text.slice('exec://'.length), context)
  }
  return (text) => {
    if (!isReference(text)) return undefined
    const known = seen.get(text) ?? fetch(text)
    seen.set(text, known)
    return known
  }
}

export function isReference(text: string): boolean {
  return /^(?:file|enc|exec):\/\//.test(text)
}
