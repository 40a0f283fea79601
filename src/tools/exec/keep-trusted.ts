import { lstat, mkdir, open, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Lanes } from '../../kit/lanes.ts'
import { trustedNames } from '../files/access.ts'

/** Keeps commands from changing or making what later turns trust. */
export interface TrustedKeeper {
  /** The paths that a command may only read, all of them there until disposed: for those that were missing an empty one stands. */
  hold(): Promise<{ readonly paths: readonly string[] } & AsyncDisposable>
}

/** Only what is there can be mounted read-only, and a mount ends with its file; so what was made stays while any command needs it. */
export function trustedKeeper(workspace: string): TrustedKeeper {
  const paths = trustedNames.map((name) => join(workspace, name))
  const lanes = new Lanes()
  const made = new Set<string>()
  let holders = 0
  return {
    async hold() {
      await lanes.run('hold', async () => {
        holders += 1
        for (const path of paths) if (await makeEmpty(path)) made.add(path)
      })
      return {
        paths,
        [Symbol.asyncDispose]: () =>
          lanes.run('hold', async () => {
            holders -= 1
            if (holders > 0) return
            for (const path of made) await removeEmpty(path)
            made.clear()
          }),
      }
    },
  }
}

const isFile = (path: string): boolean => path.endsWith('.md')

/** True when it was made; false when there is something. */
async function makeEmpty(path: string): Promise<boolean> {
  try {
    if (isFile(path)) await (await open(path, 'wx', 0o600)).close()
    else await mkdir(path, { mode: 0o700 })
    return true
  } catch {
    return false
  }
}

/** Whatever somebody else has put there in the meantime stays. */
async function removeEmpty(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isDirectory()) await rmdir(path).catch(() => undefined)
  else if (found?.isFile() && found.size === 0) await unlink(path).catch(() => undefined)
}
