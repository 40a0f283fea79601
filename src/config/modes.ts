import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Environment } from './environment.ts'
import type { Table, Tree } from './tree.ts'
import { present } from './accepted.ts'
import { isSecret } from './secrets.ts'
import { walk } from './walk.ts'
import type { Warning } from './warning.ts'

/** Warnings for files with secrets, and for the home that holds them, that others may look into. */
export async function modeWarnings(
  environment: Environment,
  secretFiles: readonly string[],
): Promise<readonly Warning[]> {
  if (process.platform === 'win32' || secretFiles.length === 0) return []
  const folder = dirname(environment.configPath)
  const found = await Promise.all([
    ...secretFiles.map((path) => loose(path, '600')),
    ...(folder === environment.home ? [loose(folder, '700')] : []),
  ])
  return found.flat()
}

async function loose(path: string, wanted: string): Promise<readonly Warning[]> {
  const mode = await stat(path).then(
    (found) => found.mode & 0o777,
    () => 0,
  )
  if ((mode & 0o077) === 0) return []
  const text = `${path} holds secrets, but other users of this machine may read or change it (mode ${mode.toString(8)}).`
  return [{ at: path, text, mend: `Run chmod ${wanted} ${path}` }]
}

/** Whether a secret stands in the file itself and not only a reference to one. */
export function holdsSecrets(root: Table, path: string): boolean {
  return [...walk(root, present)].some((spot) => isSecret(spot) && writtenIn(spot.tree, path))
}

function writtenIn(tree: Tree, path: string): boolean {
  if (tree.kind !== 'scalar' || tree.origin.kind !== 'file' || tree.origin.text.path !== path) return false
  return tree.referred !== true && typeof tree.value === 'string'
}
