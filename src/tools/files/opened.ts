import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readlink, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Problem } from '../../core/problem.ts'
import type { ToolOutput } from '../../core/tool.ts'
import type { FileAccess, Purpose } from './access.ts'
import { codeOf, told } from './errors.ts'

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants

/** A file that is open, and is the one that was asked for. */
export interface OpenedFile extends AsyncDisposable {
  readonly handle: FileHandle
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Where its words came from, when from outside; see ToolOutput. */
  readonly source: string | undefined
}

/** A folder that is open. Whatever becomes of its path, `at(name)` stays inside it. */
export interface OpenedFolder extends AsyncDisposable {
  at(name: string): string
}

/** A text with the mark of where it came from. */
export const from = (text: string, { source }: { readonly source: string | undefined }): ToolOutput => ({
  content: [{ type: 'text', text }],
  ...(source !== undefined && { outside: source }),
})

/** Opens a regular file for reading. What was opened is checked, not what stood there before. */
export async function openFile(access: FileAccess, asked: string): Promise<OpenedFile> {
  const path = await access.resolve(asked, 'read')
  // Without O_NONBLOCK opening a pipe would wait for a writer for ever.
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    throw told(error, asked)
  })
  try {
    const found = await handle.stat()
    if (found.isDirectory()) throw new Problem(`${asked} is a folder.`, { mend: 'Use list_dir.' })
    if (!found.isFile()) throw new Problem(`${asked} is not a file but a device or a pipe.`)
    const place = await placeOf(handle, path)
    await access.verify(place, asked, 'read')
    const source = await access.sourceOf(place)
    return { handle, name: basename(path), size: found.size, source, [Symbol.asyncDispose]: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

export interface FolderUse {
  readonly purpose: Purpose
  /** Make what is missing of the folder, each part inside the one before. Default false. */
  readonly create?: boolean
  /** What the folder is opened for: a path below it, which must be for us. Default the folder itself. */
  readonly inner?: string
}

/** Opens a folder. */
export async function openFolder(
  access: FileAccess,
  path: string,
  asked: string,
  { purpose, create = false, inner = '' }: FolderUse,
): Promise<OpenedFolder> {
  const handle = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((error: unknown) => {
    if (create && codeOf(error) === 'ENOENT' && dirname(path) !== path) return undefined
    throw told(error, asked)
  })
  if (!handle) {
    await using parent = await openFolder(access, dirname(path), asked, {
      purpose,
      create,
      inner: join(basename(path), inner),
    })
    await mkdir(parent.at(basename(path)), 0o700).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw told(error, asked)
    })
    return await openFolder(access, path, asked, { purpose, inner })
  }
  try {
    const place = await placeOf(handle, path)
    await access.verify(join(place, inner), asked, purpose)
    const folder = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : place
    return { at: (name) => join(folder, name), [Symbol.asyncDispose]: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Where an open file really is. Outside Linux its path is trusted when it still leads to the same file. */
async function placeOf(handle: FileHandle, path: string): Promise<string> {
  if (process.platform === 'linux') return readlink(`/proc/self/fd/${handle.fd}`)
  const real = await realpath(path)
  const [mine, there] = await Promise.all([handle.stat(), stat(real)])
  if (mine.ino === there.ino && mine.dev === there.dev) return real
  throw new Problem(`${path} was exchanged while it was opened.`, { mend: 'Try again.' })
}
