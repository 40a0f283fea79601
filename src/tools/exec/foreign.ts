import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { foreignNames } from '../files/access.ts'
import { codeOf } from '../files/errors.ts'

/** Folders of a workspace in which words of others lie at this moment. */
export async function foreignIn(workspace: string): Promise<readonly string[]> {
  const paths = foreignNames.map((name) => join(workspace, name))
  const laden = await Promise.all(paths.map(holdsSomething))
  return paths.filter((_, index) => laden[index])
}

/** Those that can be covered: a cover in place of a link would lie over what the link leads to. */
export async function withoutLinks(paths: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(paths.map((path) => realpath(path).catch(() => undefined)))
  return paths.filter((path, index) => path === real[index])
}

/** One that cannot be looked into may hold anything. */
const holdsSomething = (path: string): Promise<boolean> =>
  readdir(path).then(
    (names) => names.length > 0,
    (error: unknown) => codeOf(error) !== 'ENOENT',
  )
