import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { ensureFolder, writeAtomic } from '../../kit/atomic-file.ts'
import { resolveInside } from '../../kit/path-inside.ts'
import type { McpResults } from './ports.ts'

/** Where long results are, in the workspace. What lies there is text from outside, whoever reads it. */
const artifactFolder = '.artifacts/mcp'

/** Files that are kept; the oldest go first. */
const mostFiles = 200

/** Writes results as files of a workspace. */
export function artifactsIn(workspace: string, clock: Clock): NonNullable<McpResults['save']> {
  return async (name, content) => {
    // A link that leads out of the workspace is not followed.
    const folder = await resolveInside(workspace, artifactFolder)
    await ensureFolder(folder)
    const time = new Date(clock.now()).toISOString().replaceAll(/[-:.]/g, '')
    const file = `${time}-${randomBytes(4).toString('hex')}-${name}`
    await writeAtomic(join(folder, file), content)
    const old = (await readdir(folder))
      .filter((one) => /^\d{8}T\d{9}Z-/.test(one))
      .toSorted()
      .slice(0, -mostFiles)
    await Promise.all(old.map((one) => rm(join(folder, one), { force: true })))
    return `${artifactFolder}/${file}`
  }
}
