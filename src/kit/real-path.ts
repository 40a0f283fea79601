import { readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** Where an absolute path leads, every link resolved, also for a file or a link's target that does not exist yet. */
export async function plannedPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
    const folder = await plannedPath(dirname(path))
    const place = join(folder, basename(path))
    const link = await readlink(place).catch(() => undefined)
    return link === undefined ? place : plannedPath(resolve(folder, link))
  }
}
