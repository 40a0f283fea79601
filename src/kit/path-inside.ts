import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { Problem } from '../core/problem.ts'
import { realTarget } from './real-path.ts'

/** True when `path` is `root` or lies below it. Both absolute, links already resolved. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/**
 * The real path of `path`, which is taken from `root` when relative. Links are resolved as they are now, also for a file that does not
 * exist yet. A Problem when it lies outside, or cannot be a file. Use the path that comes back, not the one that went in.
 */
export async function resolveInside(root: string, path: string): Promise<string> {
  const realRoot = await realpath(root)
  const real = await realTarget(resolve(realRoot, path)).catch((cause: unknown) => {
    throw new Problem(`${JSON.stringify(path)} is no path of a file.`, {
      mend: 'Look for a link in a circle, a file where a folder should be, or a folder that may not be read.',
      cause,
    })
  })
  if (isInside(realRoot, real)) return real
  throw new Problem(`Access denied: ${path} lies outside ${root}.`, { mend: `Use a path inside ${root}.` })
}
