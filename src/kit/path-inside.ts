import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { Problem } from '../core/problem.ts'

/** True when `path` is `root` or lies below it. Both absolute, links already resolved. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/**
 * The real path of `path`, which is taken from `root` when relative. Links are resolved as they are now, also for a file that does not
 * exist yet. A Problem when it lies outside.
 */
export async function resolveInside(root: string, path: string): Promise<string> {
  const realRoot = await realpath(root)
  const real = await realOrPlanned(resolve(realRoot, path))
  if (isInside(realRoot, real)) return real
  throw new Problem(`Access denied: ${path} lies outside ${root}.`, { mend: `Use a path inside ${root}.` })
}

async function realOrPlanned(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
    return join(await realOrPlanned(dirname(path)), basename(path))
  }
}
