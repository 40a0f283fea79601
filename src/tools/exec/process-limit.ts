import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'

/** A command line whose processes together stay below a number. */
export interface Limited extends AsyncDisposable {
  readonly argv: readonly string[]
}

/** Where the kernel keeps control groups that count processes: the first layout, then the second. */
const roots = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup']

/**
 * Keeps the superuser's commands below `processes` by a control group: the kernel's limit per user (`ulimit -u`) does not hold for root.
 * Where there are no control groups to write to, as in most containers, the command line stays as it is.
 */
export async function limitProcesses(argv: readonly string[], processes: number, clock: Clock): Promise<Limited> {
  const unlimited = { argv, [Symbol.asyncDispose]: () => Promise.resolve() }
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return unlimited
  const group = await makeGroup(processes)
  if (group === undefined) return unlimited
  const join = 'echo $$ > "$0/cgroup.procs"; exec "$@"'
  return { argv: ['/bin/sh', '-c', join, group, ...argv], [Symbol.asyncDispose]: () => removeGroup(group, clock) }
}

async function makeGroup(processes: number): Promise<string | undefined> {
  const root = roots.find((path) => existsSync(join(path, 'cgroup.procs')))
  if (root === undefined) return undefined
  const group = join(root, `picoclaw-${randomUUID()}`)
  try {
    await mkdir(group)
  } catch {
    return undefined
  }
  try {
    await writeFile(join(group, 'pids.max'), `${processes}`)
    return group
  } catch {
    await rmdir(group)
    return undefined
  }
}

/** A group can go when its last process is gone, which may be a moment after the command. */
async function removeGroup(group: string, clock: Clock): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    try {
      return await rmdir(group)
    } catch {
      await clock.sleep(10)
    }
  }
}
