import type { ChildProcess } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import type { Clock } from '../../core/clock.ts'
import { atMost } from '../../kit/at-most.ts'
import { runMark } from './mark.ts'

/** Milliseconds between asking a command to end and ending it. */
const grace = 500

export interface Tree {
  readonly child: ChildProcess
  readonly exit: Promise<unknown>
  readonly clock: Clock
  /** Value of the mark in the environment of all its processes. */
  readonly mark: string
  /** True when its processes die with it, once it stands: while it starts it may be ended without them. */
  readonly contained: boolean
}

/** Ends a process and all that came of it: asked first, then killed. */
export async function endTree(tree: Tree): Promise<void> {
  if (!tree.contained || !(await endContained(tree.child))) signalGroup(tree.child, 'SIGTERM')
  await atMost(tree.clock, grace, tree.exit)
  signalGroup(tree.child, 'SIGKILL')
  await killMarked(tree)
}

/** Kills what a command that ended by itself left behind. */
export async function killStrays(tree: Tree): Promise<void> {
  signalGroup(tree.child, 'SIGKILL')
  if (!tree.contained) await killMarked(tree)
}

/** On Linux also those who went into a session of their own, known by the mark in their environment. */
async function killMarked({ clock, mark }: Tree): Promise<void> {
  if (process.platform !== 'linux') return
  // A process has no readable environment for a moment while it starts a program, so one look without a find proves nothing.
  for (let pass = 0, clear = 0; pass < 10 && clear < 2; pass += 1) {
    if (pass > 0) await clock.sleep(10)
    const strays = await marked(mark)
    for (const pid of strays) signal(pid, 'SIGKILL')
    clear = strays.length === 0 ? clear + 1 : 0
  }
}

/** Kills process 1 behind the wall, and with it everything there. Its parent then ends by itself, having waited for it. */
async function endContained({ pid }: ChildProcess): Promise<boolean> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1').catch(() => '')
  const pids = children.split(' ').filter(Boolean).map(Number)
  for (const child of pids) signal(child, 'SIGKILL')
  return pids.length > 0
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
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
      return environment.split('\0').includes(`${runMark}=${mark}`) ? [Number(pid)] : []
    }),
  )
  return found.flat()
}
