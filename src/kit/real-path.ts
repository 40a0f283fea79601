import { readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** As many links in a row as Linux follows. */
const mostLinks = 40

/**
 * Where a write to `path` would land: every link resolved as it is now, also for a file that does not exist yet and for a link that
 * points at nothing. Rejects as the file system does, with ELOOP for links in a circle.
 */
export async function realTarget(path: string, links = mostLinks): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error
    const folder = await realTarget(dirname(path), links)
    const target = join(folder, basename(path))
    const pointsAt = await readlink(target).catch(() => undefined)
    if (pointsAt === undefined) return target
    if (links === 0) throw error
    return realTarget(resolve(folder, pointsAt), links - 1)
  }
}

/** The system's code of an error, such as `ENOENT`. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
