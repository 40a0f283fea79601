import { readdir, readFile, realpath, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import { ensureFolder, writeAtomic } from '../kit/atomic-file.ts'
import type { Environment } from './environment.ts'
import { loadConfig, type Loaded } from './load.ts'

/** Earlier versions that are kept. */
const versionsKept = 10

/** Writes a config whole, for its owner alone, and keeps the last ten versions beside it as `config.json.<UTC time>.bak`. */
export async function saveConfig(path: string, text: string, clock: Clock): Promise<void> {
  const target = await realpath(path).catch(() => path)
  await ensureFolder(dirname(target))
  const before = await readFile(target, 'utf8').catch(() => undefined)
  if (before === text) return
  if (before !== undefined) {
    await writeAtomic(await freeName(target, clock), before, { mode: 0o600 })
    await prune(target)
  }
  await writeAtomic(target, text, { mode: 0o600 })
}

/** The versions that were kept, the newest first. */
export async function savedVersions(path: string): Promise<readonly string[]> {
  const target = await realpath(path).catch(() => path)
  const names = await readdir(dirname(target)).catch(() => [])
  const start = `${basename(target)}.`
  return names
    .filter((name) => name.startsWith(start) && /^\d{8}T\d{9}Z(?:-\d+)?\.bak$/.test(name.slice(start.length)))
    .sort()
    .reverse()
    .map((name) => join(dirname(target), name))
}

async function freeName(target: string, clock: Clock): Promise<string> {
  const time = new Date(clock.now()).toISOString().replaceAll(/[-:.]/g, '')
  const taken = new Set(await savedVersions(target))
  const names = [
    `${target}.${time}.bak`,
    ...Array.from({ length: versionsKept + 1 }, (_, n) => `${target}.${time}-${n + 1}.bak`),
  ]
  return names.find((name) => !taken.has(name)) ?? `${target}.${time}.bak`
}

async function prune(target: string): Promise<void> {
  const [...old] = (await savedVersions(target)).slice(versionsKept)
  await Promise.all(old.map((name) => rm(name, { force: true })))
}

/**
 * Changes the config on disk by a function of its text. The new text is loaded first; if it does not load, nothing is written and its Problem
 * is thrown. If another program wrote in between, the change is made again on what it wrote.
 */
export async function changeConfig(
  environment: Environment,
  change: (text: string) => string,
  { clock }: { readonly clock: Clock },
): Promise<Loaded> {
  const path = environment.configPath
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const before = await readFile(path, 'utf8').catch(() => '')
    const text = change(before)
    const loaded = await loadConfig(environment, { text })
    if ((await readFile(path, 'utf8').catch(() => '')) !== before) continue
    await saveConfig(path, text, clock)
    return loaded
  }
  throw new Problem('The config is being changed by another program again and again.', {
    at: path,
    mend: 'Try again in a moment.',
  })
}
