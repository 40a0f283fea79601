import { constants } from 'node:fs'
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises'
import { isInside } from '../kit/path-inside.ts'
import { Problem } from '../core/problem.ts'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants
/** Bytes of the longest file that a prompt takes something from. */
const largest = 1024 * 1024

/**
 * The text of a file of the workspace; undefined when it is missing. A Problem when it cannot be read, is too large, or a link leads out
 * of the workspace: commands of the agent may make links, and what is read here goes to the model.
 */
export async function readInside(root: string, path: string): Promise<string | undefined> {
  const handle = await openInside(root, path, O_RDONLY)
  if (!handle) return undefined
  try {
    const { size } = await handle.stat()
    if (size > largest)
      throw new Problem(`${path} has ${size} bytes, so it is not read.`, { at: path, mend: 'Shorten it to 1 MiB.' })
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** Adds to the end of a file of the workspace, which is made when missing. Its folder is there. */
export async function appendInside(root: string, path: string, text: string): Promise<void> {
  const handle = await openInside(root, path, O_WRONLY | O_APPEND | O_CREAT)
  if (!handle) throw new Problem(`${path} cannot be written: its folder is missing.`, { at: path })
  try {
    await handle.appendFile(text)
  } finally {
    await handle.close()
  }
}

async function openInside(root: string, path: string, flags: number): Promise<FileHandle | undefined> {
  const creates = (flags & O_CREAT) !== 0
  try {
    // With O_NOFOLLOW a last link is refused; with its target, which is checked once more when it is open, one inside is fine.
    const target = await realpath(path).catch((error: unknown) => {
      if (creates && codeOf(error) === 'ENOENT') return path
      throw error
    })
    const handle = await open(target, flags | O_NOFOLLOW | O_NONBLOCK, 0o600)
    const [real, inside] = await Promise.all([placeOf(handle, target), realpath(root)])
    const file = await handle.stat()
    if (isInside(inside, real) && file.isFile()) return handle
    await handle.close()
    throw new Problem(`${path} ${file.isFile() ? `leads out of the workspace, to ${real}` : 'is no file'}.`, {
      at: path,
      mend: 'Put a file of its own in its place.',
    })
  } catch (error) {
    if (error instanceof Problem) throw error
    if (!creates && ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined
    throw new Problem(`${path} could not be ${creates ? 'written' : 'read'}: ${(error as Error).message}.`, {
      at: path,
      mend: 'Check its permissions, or remove it.',
      cause: error,
    })
  }
}

const placeOf = (handle: FileHandle, path: string): Promise<string> =>
  process.platform === 'linux' ? readlink(`/proc/self/fd/${handle.fd}`) : realpath(path)

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
