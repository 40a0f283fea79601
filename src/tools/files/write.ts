import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { link, lstat, open, rename, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Problem } from '../../core/problem.ts'
import type { FileAccess } from './access.ts'
import { codeOf, told } from './errors.ts'
import { type OpenedFolder, openFolder } from './opened.ts'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants

/**
 * Writes a file whole or not at all, for the owner alone; an existing file keeps its mode. Missing folders are made. With
 * `replace: false` a file that is there stays and a Problem is thrown.
 */
export async function writeFile(
  access: FileAccess,
  asked: string,
  data: string,
  { replace = true } = {},
): Promise<void> {
  const path = await access.resolve(asked, 'write')
  const name = basename(path)
  await using folder = await openFolder(access, dirname(path), asked, { purpose: 'write', create: true, inner: name })
  const temporary = `.${name.slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const mode = await modeOf(folder, name, asked)
    const file = await open(folder.at(temporary), 'wx', mode)
    try {
      await file.writeFile(data)
      await file.chmod(mode)
      await file.sync()
    } finally {
      await file.close()
    }
    if (replace) await rename(folder.at(temporary), folder.at(name))
    else await link(folder.at(temporary), folder.at(name))
  } catch (error) {
    if (codeOf(error) === 'EEXIST')
      throw new Problem(`file: ${asked} already exists. Set overwrite=true to replace.`, { cause: error })
    throw told(error, asked)
  } finally {
    await rm(folder.at(temporary), { force: true })
  }
}

/** Adds to the end of a file, which is made when missing. */
export async function appendFile(access: FileAccess, asked: string, data: string): Promise<void> {
  const path = await access.resolve(asked, 'write')
  const name = basename(path)
  await using folder = await openFolder(access, dirname(path), asked, { purpose: 'write', create: true, inner: name })
  const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK
  const file = await open(folder.at(name), flags, 0o600).catch((error: unknown) => {
    throw told(error, asked)
  })
  try {
    const found = await file.stat()
    if (!found.isFile()) throw new Problem(`${asked} is not a file but a device or a pipe.`)
    await file.appendFile(data)
  } finally {
    await file.close()
  }
}

async function modeOf(folder: OpenedFolder, name: string, asked: string): Promise<number> {
  const found = await lstat(folder.at(name)).catch(() => undefined)
  if (found?.isDirectory()) throw new Problem(`${asked} is a folder.`)
  return found?.isFile() ? found.mode & 0o777 : 0o600
}
