import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exitCodes, Problem } from '../core/problem.ts'
import { withEnvFile, type EnvFile } from './env-file.ts'
import type { Environment } from './environment.ts'
import type { SourceText } from './source-text.ts'

/** `.security.yml` beside the config. */
export function securityFilePath(configPath: string): string {
  return join(dirname(configPath), '.security.yml')
}

/** Everything that a config is made of, as text. */
export interface Inputs {
  /** Without a byte order mark; undefined when there is no config. */
  readonly text: string | undefined
  readonly security: SourceText | undefined
  readonly envFile: EnvFile
  /** The files that are there. */
  readonly files: Set<string>
  readonly digests: ReadonlyMap<string, string>
}

/** Reads the files of a config. A proposal takes the place of the config’s text. */
export async function readInputs(given: Environment, proposal: string | undefined): Promise<Inputs> {
  const path = given.configPath
  const text = proposal ?? (await readIfThere(path))
  const securityPath = securityFilePath(path)
  const security = await readIfThere(securityPath)
  const envPath = join(dirname(path), '.env')
  const env = await readIfThere(envPath)
  const all = [
    [path, text],
    [securityPath, security],
    [envPath, env],
  ] as const
  return {
    text: text === undefined ? undefined : withoutMark(text),
    security: security === undefined ? undefined : { path: securityPath, text: withoutMark(security) },
    envFile: withEnvFile(given, envPath, env),
    files: new Set(all.flatMap(([file, content]) => (content === undefined ? [] : [file]))),
    digests: new Map(all.map(([file, content]) => [file, digestOf(content)])),
  }
}

/** A short text that tells contents apart; of a missing file `none`. */
export function digestOf(content: string | undefined): string {
  return content === undefined ? 'none' : createHash('sha256').update(content).digest('base64')
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    const detail = {
      at: path,
      mend: 'Check its permissions, and that it is a file.',
      exitCode: exitCodes.config,
      cause,
    }
    throw new Problem(`${path} cannot be read.`, detail)
  }
}

const withoutMark = (text: string) => text.replace(/^\uFEFF/, '')
