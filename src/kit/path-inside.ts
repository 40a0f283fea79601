import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { Problem } from '../core/problem.ts'
import { plannedPath } from './real-path.ts'

/** True when `path` is `root` or lies below it. Both absolute, links already resolved. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/**
 * The real path of `path`, which is taken from `root` when relative. Links are resolved as they are now, also for a file that does not
 * exist yet. A Problem when it lies outside, or when it can be no path at all.
 */
export async function resolveInside(root: string, path: string): Promise<string> {
  const realRoot = await realpath(root)
  const real = await plannedPath(resolve(realRoot, path)).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    throw new Problem(`${path} is not a path that can be used (${code}).`, {
      mend: 'Check that each part before the last is a folder, and that its links lead somewhere.',
      cause,
    })
  })
  if (isInside(realRoot, real)) return real
  throw new Problem(`Access denied: ${path} lies outside ${root}.`, { mend: `Use a path inside ${root}.` })
}
