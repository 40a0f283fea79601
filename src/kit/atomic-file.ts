import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { realTarget } from './real-path.ts'

/**
 * Writes a file whole or not at all: whoever reads it, also after a crash, finds the old bytes or the new ones. A symbolic link stays
 * and the file it points at changes. The mode of a file that was there is replaced too.
 */
export async function writeAtomic(path: string, data: string | Uint8Array, { mode = 0o600 } = {}): Promise<void> {
  const target = await realTarget(resolve(path))
  const folder = dirname(target)
  const temporary = join(folder, `.${basename(target)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`)
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(data)
      await file.chmod(mode)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(folder)
}

/** Makes the rename itself durable, where the system allows a folder to be synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

/** Makes a folder and its parents, for the owner alone unless `mode` says otherwise. An existing one is left as it is. */
export async function ensureFolder(path: string, mode = 0o700): Promise<void> {
  await mkdir(path, { recursive: true, mode })
}
