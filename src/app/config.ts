import { existsSync } from 'node:fs'
import { environment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import type { Warning } from '../config/warning.ts'

/** Where this process's configuration is, whether it exists or not. */
export function configPath(): string {
  return environment().configPath
}

/** Reads the configuration as every command does. Throws a Problem with the place when it cannot be used. */
export async function checkConfig(): Promise<{
  readonly path: string
  readonly exists: boolean
  readonly warnings: readonly Warning[]
}> {
  const path = configPath()
  const { warnings } = await loadConfig(environment())
  return { path, exists: existsSync(path), warnings }
}
