import { Problem } from '../../core/problem.ts'

/** An error of the system in words. */
export function told(error: unknown, asked: string): unknown {
  const code = codeOf(error)
  const words = code === undefined ? undefined : meanings[code]
  return words === undefined ? error : new Problem(`${asked} ${words}.`, { cause: error })
}
const meanings: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'leads through a file, or is no folder',
  EISDIR: 'is a folder',
  EACCES: 'may not be opened by this user',
  EPERM: 'may not be changed by this user',
  ELOOP: 'is a link that leads nowhere, or changed while it was opened: access denied',
  ENOSPC: 'cannot be written: the disk is full',
  EROFS: 'cannot be written: the disk is read-only',
  ENAMETOOLONG: 'is too long for a file name',
  ENXIO: 'is not a file but a device or a pipe',
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
