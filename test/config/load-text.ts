import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Problem } from '../../src/core/problem.ts'
import { environment } from '../../src/config/environment.ts'
import { loadConfig, type Loaded, type LoadOptions } from '../../src/config/load.ts'

type Named = Readonly<Record<string, string>>

/** Runs something in a home of its own with these files; the home is gone afterwards. */
export async function inHome<T>(files: Named, work: (home: string) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'picoclaw-config-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(home, name), text, { mode: 0o600 })
      await chmod(join(home, name), 0o600)
    }
    return await work(home)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** Loads a config text in a home of its own. */
export function loadText(
  text: string,
  vars: Named = {},
  files: Named = {},
  options: LoadOptions = {},
): Promise<Loaded> {
  return inHome({ 'config.json': text, ...files }, (home) =>
    loadConfig(environment({ HOME: home, PICOCLAW_HOME: home, ...vars }), options),
  )
}

/** The Problem that loading ends with. */
export async function problemOf(
  loading: Promise<unknown>,
): Promise<{ at: string; line: number; column: number; text: string; mend: string }> {
  const error = await loading.then(
    () => assert.fail('it loaded'),
    (error: unknown) => error,
  )
  if (!(error instanceof Problem)) throw error
  assert.equal(error.exitCode, 4)
  const { at = '', mend = '' } = error.detail
  assert.ok(mend, error.message)
  const [, line, column] = /:(\d+):(\d+)$/.exec(at) ?? []
  return { at, line: Number(line), column: Number(column), text: error.message, mend }
}
