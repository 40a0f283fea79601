import { realpath, readFile } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'

/** The text of a file named in `file://name`: inside the folder of the config, links followed, trimmed, never empty. */
export async function readSecretFile(name: string, folder: string): Promise<string> {
  if (name === '' || isAbsolute(name)) {
    throw new Error(`file:// takes a file name relative to the folder of the config, not “${name}”.`)
  }
  const inside = await realpath(folder)
  const path = await realpath(join(inside, name)).catch((cause: unknown) => {
    throw new Error(`The file ${join(folder, name)} cannot be found.`, { cause })
  })
  const way = relative(inside, path)
  if (way.startsWith('..') || isAbsolute(way)) throw new Error(`file://${name} leads out of the folder of the config.`)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`The file ${path} cannot be read.`, { cause })
  })
  if (text.trim() === '') throw new Error(`The file ${path} is empty.`)
  return text.trim()
}
