import type { ChildProcess } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import type { Clock } from '../../core/clock.ts'
import { runMark } from './mark.ts'

/** Milliseconds between asking a command to end and ending it. */
const grace = 500

export interface Ending {
  readonly exit: Promise<unknown>
  readonly clock: Clock
  readonly mark: string
}

/** Ends a process and all that came of it: asked first, then killed. */
export async function endTree(child: ChildProcess, { exit, clock, mark }: Ending): Promise<void> {
  signalGroup(child, 'SIGTERM')
  const over = new AbortController()
  await Promise.race([exit, clock.sleep(grace, over.signal).catch(() => undefined)])
  over.abort()
  await killStrays(child, mark)
}

/**
 * Kills what a command left behind: its process group, and on Linux also those who went into a session of their own, known by the mark
 * in their environment. Several passes, for children may be born while we look.
 */
export async function killStrays(child: ChildProcess, mark: string): Promise<void> {
  signalGroup(child, 'SIGKILL')
  for (let pass = 0; pass < 5; pass += 1) {
    const strays = await marked(mark)
    if (strays.length === 0) return
    for (const pid of strays) signal(pid, 'SIGKILL')
  }
}

function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid !== undefined) signal(-pid, name)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended by itself.
  }
}

async function marked(mark: string): Promise<readonly number[]> {
  if (process.platform !== 'linux') return []
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
      return environment.split('\0').includes(`${runMark}=${mark}`) ? [Number(pid)] : []
    }),
  )
  return found.flat()
}
