import { randomBytes } from 'node:crypto'
import { chmod, cp, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Problem } from '../core/problem.ts'
import { ensureFolder } from '../kit/atomic-file.ts'

/** Makes a folder out of a template, whole or not at all. One that is there, whatever is in it, stays as it is. */
export async function copyTemplate(template: string, root: string): Promise<void> {
  if (await exists(root)) return
  const making = `${root}.${randomBytes(6).toString('hex')}.new`
  try {
    await ensureFolder(dirname(root))
    await cp(template, making, { recursive: true, errorOnExist: true })
    await chmod(making, 0o700)
    await rename(making, root)
  } catch (error) {
    await rm(making, { recursive: true, force: true })
    // Somebody else was faster: a folder with something in it is never replaced.
    if (await exists(root)) return
    throw new Problem(`The workspace ${root} could not be made: ${(error as Error).message}.`, {
      at: root,
      mend: 'Make the folder writable, or name another one in agents.defaults.workspace or PICOCLAW_HOME.',
      cause: error,
    })
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
