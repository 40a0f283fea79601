import { existsSync } from 'node:fs'
import { environment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import type { Warning } from '../config/warning.ts'
import type { Redactor } from '../kit/redact.ts'
import { learnSecrets, learnVariables } from './known-secrets.ts'

/** Where this process's configuration is, whether it exists or not. */
export function configPath(): string {
  return environment().configPath
}

/** Reads the configuration as every command does; `redact` learns its secrets. Throws a Problem with the place when it cannot be used. */
export async function checkConfig(redact: Redactor): Promise<{
  readonly path: string
  readonly exists: boolean
  readonly warnings: readonly Warning[]
}> {
  const path = configPath()
  const given = environment()
  learnVariables(redact, given.vars)
  const loaded = await loadConfig(given)
  learnSecrets(redact, loaded)
  return { path, exists: existsSync(path), warnings: loaded.warnings }
}
