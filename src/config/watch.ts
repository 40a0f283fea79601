import { watch, type FSWatcher } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Environment } from './environment.ts'
import { digestOf, securityFilePath } from './inputs.ts'
import { loadConfig, type Loaded } from './load.ts'

export interface WatchOptions {
  /** The config in use, whose files are watched. */
  readonly loaded: Loaded
  /** A changed config that loads. The next one waits until this is done. */
  readonly onChange: (loaded: Loaded) => unknown
  /** A changed config that does not load; the last good one stays in use. */
  readonly onBad: (problem: Problem) => unknown
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Quiet time after the last write before the files are read. */
  readonly settleMs?: number
  /** How often the files are looked at where the system sends no notice. */
  readonly pollMs?: number
}

/**
 * Watches the config, `.security.yml`, `.env` and the files of `file://`, and loads them anew when their content changes: files that editors
 * rename into place, that go and come back, or that are links. Resolves when the signal ends it.
 */
export async function watchConfig(environment: Environment, options: WatchOptions): Promise<void> {
  const { clock, signal, onBad, onChange, settleMs = 300, pollMs = 2000 } = options
  const path = environment.configPath
  let { files } = options.loaded
  let bad = false
  let nudge = new AbortController()
  const look = () => snapshot(path, files, bad)
  const concerns = (name: string | null) => bad || name === null || watched(path, files).has(name)
  const watcher = watchFolder(dirname(path), (name) => {
    if (concerns(name)) nudge.abort()
  })
  signal.addEventListener('abort', () => nudge.abort(), { once: true })

  let seen: Snapshot = new Map([...(await look()), ...options.loaded.digests])
  while (!signal.aborted) {
    nudge = new AbortController()
    if (same(await look(), seen)) {
      await nap(clock, pollMs, nudge.signal)
      continue
    }
    const settled = await quiet(look, () => nap(clock, settleMs, signal))
    if (signal.aborted) break
    // Seen half written, and now as it was before.
    if (same(settled, seen)) continue
    seen = settled
    const next = await attempt(environment)
    const before = seen
    bad = next instanceof Problem
    if (!(next instanceof Problem)) files = next.files
    // What was read counts as seen; what changed since is seen in the next round.
    const read = next instanceof Problem ? before : next.digests
    const wider = await look()
    seen = new Map([...wider, ...[...read].filter(([file]) => wider.has(file))])
    await (next instanceof Problem ? onBad(next) : onChange(next))
  }
  watcher?.close()
}

/** File → what is in it, as a short text. */
type Snapshot = ReadonlyMap<string, string>

/** With a bad config also the names beside it: it may wait for a file that is not there yet. */
async function snapshot(path: string, read: readonly string[], withNames: boolean): Promise<Snapshot> {
  const found = new Map<string, string>()
  for (const file of new Set([path, securityFilePath(path), join(dirname(path), '.env'), ...read])) {
    found.set(file, digestOf(await readFile(file, 'utf8').catch(() => undefined)))
  }
  if (withNames) found.set('', (await readdir(dirname(path)).catch((): string[] => [])).sort().join('\0'))
  return found
}

const same = (one: Snapshot, other: Snapshot) =>
  one.size === other.size && [...one].every(([file, content]) => other.get(file) === content)

/** The snapshot once it stays the same over a pause: whoever writes may not have finished. */
async function quiet(look: () => Promise<Snapshot>, pause: () => Promise<void>): Promise<Snapshot> {
  for (let before = await look(); ;) {
    await pause()
    const now = await look()
    if (same(before, now)) return now
    before = now
  }
}

/** A sleep that an abort ends early. */
async function nap(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms, signal).catch(() => undefined)
}

async function attempt(environment: Environment): Promise<Loaded | Problem> {
  try {
    return await loadConfig(environment)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

/** Names in the folder of the config whose change may matter. */
function watched(path: string, files: readonly string[]): ReadonlySet<string> {
  return new Set([basename(path), '.security.yml', '.env', ...files.map((file) => basename(file))])
}

/** Notices of the system, if it sends any. The folder is watched and not the file, because editors rename files into place. */
function watchFolder(folder: string, notice: (name: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_, name) => notice(name))
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    // No such folder, or no watches left: looking from time to time is enough.
    return undefined
  }
}
