import { readFile, realpath } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { Problem } from '../core/problem.ts'
import { isInside } from '../kit/path-inside.ts'

/** The text of a file named in `file://name`: inside the folder of the config, links followed, trimmed, never empty. */
export async function readSecretFile(name: string, folder: string): Promise<string> {
  const mend = `Name a file in ${folder} that holds nothing but the secret.`
  if (name === '' || isAbsolute(name))
    throw new Problem('file:// takes a name relative to the folder of the config.', { mend })
  const inside = await realpath(folder)
  const path = await realpath(join(inside, name)).catch((cause: unknown) => {
    throw new Problem(`The file ${join(folder, name)} cannot be found.`, { mend, cause })
  })
  if (!isInside(inside, path)) throw new Problem(`file://${name} leads out of the folder of the config.`, { mend })
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Problem(`The file ${path} cannot be read.`, { mend, cause })
  })
  if (text.trim() === '') throw new Problem(`The file ${path} is empty.`, { mend })
  return text.trim()
}
