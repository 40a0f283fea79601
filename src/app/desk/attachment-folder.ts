import { mkdir, readdir, realpath, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { resolveInside } from '../../kit/path-inside.ts'

/** In a workspace; a folder in it for each day. */
const folderName = 'inbox'
const isDay = (name: string) => /^\d{4}-\d{2}-\d{2}$/.test(name)

export interface NewFile {
  /** The id of its message. */
  readonly message: string
  /** Its place in the message, from 0. */
  readonly index: number
  readonly name: string
  readonly bytes: Uint8Array
  /** As `2026-11-30`. */
  readonly day: string
}

/**
 * Lays a file into the workspace under a name of ours; resolves to its path there. No link is followed: neither one in place of the folder
 * nor one in place of the file.
 */
export async function layFile(workspace: string, { message, index, name, bytes, day }: NewFile): Promise<string> {
  const folder = join(folderName, day)
  const path = join(
    folder,
    `${plain(message).slice(-40) || 'message'}-${index > 0 ? `${index + 1}-` : ''}${fileName(name)}`,
  )
  const root = await realpath(workspace)
  const real = await resolveInside(root, folder)
  if (real !== join(root, folder)) throw new Problem(`the folder ${folderName} of the workspace is a link.`)
  await mkdir(real, { recursive: true })
  // The same message may be heard again after a crash.
  await rm(join(root, path), { force: true })
  await writeFile(join(root, path), bytes, { mode: 0o600, flag: 'wx' })
  return path
}

/** Removes files that were laid there and not written since `before` (epoch milliseconds), and days that are empty then. Their number. */
export async function removeOldFiles(workspace: string, before: number): Promise<number> {
  const root = await realpath(workspace).catch(() => undefined)
  if (root === undefined) return 0
  const folder = join(root, folderName)
  if ((await realpath(folder).catch(() => undefined)) !== folder) return 0
  let removed = 0
  for (const day of await readdir(folder, { withFileTypes: true })) {
    if (!day.isDirectory() || !isDay(day.name)) continue
    const path = join(folder, day.name)
    for (const file of await readdir(path, { withFileTypes: true })) {
      if (!file.isFile() || (await stat(join(path, file.name))).mtimeMs >= before) continue
      await rm(join(path, file.name), { force: true })
      removed += 1
    }
    // One that is not empty stays.
    await rmdir(path).catch(() => undefined)
  }
  return removed
}

const plain = (id: string) => id.replaceAll(/[^\w-]+/g, '')

/** What is left of a name that somebody chose: letters, digits and dots, at most 80 characters, with its ending. */
function fileName(name: string): string {
  const clean = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^\.+/, '') || 'file'
  const ending = extname(clean).slice(0, 16)
  const stem = extname(clean) === ending ? clean.slice(0, clean.length - ending.length) : clean
  return `${stem.slice(0, 80 - ending.length)}${extname(clean) === ending ? ending : ''}`.toWellFormed()
}
