import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setValue, unsetValue } from '../config/edit.ts'
import { environment } from '../config/environment.ts'
import { explain, type Explained } from '../config/explain.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import { migratedText } from '../config/migrate.ts'
import { changeConfig } from '../config/save.ts'
import type { Warning } from '../config/warning.ts'
import type { Json } from '../core/json.ts'
import { systemClock } from '../kit/clock.ts'
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
  const { warnings } = await known(redact, loadConfig)
  const path = configPath()
  return { path, exists: existsSync(path), warnings }
}

/** What a key is, where its value came from and what it means. Secrets are blotted out. */
export async function explainKey(key: string, redact: Redactor): Promise<Explained> {
  return explain(await known(redact, loadConfig), key)
}

/** Changes one value in the file and no other byte. The change is refused when the file would not load with it. */
export function setKey(key: string, value: Json, redact: Redactor): Promise<Explained> {
  return change(key, (text) => setValue(text, key, value), redact)
}

/** Takes one value out of the file, so that its default counts again. */
export function unsetKey(key: string, redact: Redactor): Promise<Explained> {
  return change(key, (text) => unsetValue(text, key), redact)
}

/**
 * Writes the file in the present layout; the old one is kept beside it. `dry` only tells what would be written. Resolves to the new
 * text, undefined when there is nothing to do.
 */
export async function migrateFile(dry: boolean, redact: Redactor): Promise<string | undefined> {
  const path = configPath()
  const before = existsSync(path) ? await readFile(path, 'utf8') : ''
  const text = before.trim() === '' ? undefined : migratedText(before)
  if (text === undefined || dry) return text
  await known(redact, (given) =>
    changeConfig(given, (current) => migratedText(current) ?? current, { clock: systemClock }),
  )
  return text
}

async function change(key: string, edit: (text: string) => string, redact: Redactor): Promise<Explained> {
  return explain(await known(redact, (given) => changeConfig(given, edit, { clock: systemClock })), key)
}

/** A load whose secrets `redact` learns. */
async function known(
  redact: Redactor,
  load: (given: ReturnType<typeof environment>) => Promise<Loaded>,
): Promise<Loaded> {
  const given = environment()
  learnVariables(redact, given.vars)
  const loaded = await load(given)
  learnSecrets(redact, loaded)
  return loaded
}
