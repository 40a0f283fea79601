import { existsSync } from 'node:fs'
import { changeConfig } from '../config/save.ts'
import { setValue, unsetValue } from '../config/edit.ts'
import { environment } from '../config/environment.ts'
import { explain, type Explained } from '../config/explain.ts'
import { loadConfig } from '../config/load.ts'
import type { Warning } from '../config/warning.ts'
import type { Json } from '../core/json.ts'
import { systemClock } from '../kit/clock.ts'

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

/** What a key is, where its value came from and what it means. Secrets are blotted out. */
export async function explainKey(key: string): Promise<Explained> {
  return explain(await loadConfig(environment()), key)
}

/** Changes one value in the file and no other byte. The change is refused when the file would not load with it. */
export async function setKey(key: string, value: Json): Promise<Explained> {
  const loaded = await changeConfig(environment(), (text) => setValue(text, key, value), { clock: systemClock })
  return explain(loaded, key)
}

/** Takes one value out of the file, so that its default counts again. */
export async function unsetKey(key: string): Promise<Explained> {
  const loaded = await changeConfig(environment(), (text) => unsetValue(text, key), { clock: systemClock })
  return explain(loaded, key)
}
