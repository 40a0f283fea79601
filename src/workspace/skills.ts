import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../core/problem.ts'
import type { Skill, SkillRoot } from './ports.ts'
import { readInside } from './read-inside.ts'
import { skillFaults, skillWords } from './skill-file.ts'

export interface FoundSkills {
  /** By name. */
  readonly skills: readonly Skill[]
  readonly warnings: readonly string[]
}

/** Paths of every SKILL.md below the roots, in order. */
export async function skillFiles(
  roots: readonly SkillRoot[],
): Promise<readonly { readonly path: string; readonly root: SkillRoot; readonly folder: string }[]> {
  const found = await Promise.all(
    roots.map(async (root) => {
      const names = await readdir(root.path).catch((): string[] => [])
      return names
        .filter((name) => !name.startsWith('.'))
        .sort()
        .map((folder) => ({ path: join(root.path, folder, 'SKILL.md'), root, folder }))
    }),
  )
  return found.flat()
}

/** The skills below the roots. Of several with the same name the first counts; one that is not right is left out with a warning. */
export async function findSkills(workspace: string, roots: readonly SkillRoot[]): Promise<FoundSkills> {
  const byName = new Map<string, Skill>()
  const warnings: string[] = []
  for (const { path, root, folder } of await skillFiles(roots)) {
    const text = await skillText(workspace, { location: path, source: root.source }).catch((error: unknown) => {
      warnings.push(error instanceof Problem ? error.message : `${path} could not be read: ${String(error)}.`)
      return undefined
    })
    if (text === undefined) continue
    const words = await skillWords(folder, text)
    const faults = skillFaults(words)
    if (faults.length > 0) warnings.push(`The skill ${path} is left out. ${faults.join(' ')}`)
    else if (!byName.has(words.name)) byName.set(words.name, { ...words, location: path, source: root.source })
  }
  const skills = [...byName.values()].sort((left, right) => (left.name < right.name ? -1 : 1))
  return { skills, warnings }
}

/** The text of a SKILL.md; undefined when it is missing. Only in the workspace may somebody else than the owner have made a link. */
export async function skillText(
  workspace: string,
  { location, source }: Pick<Skill, 'location' | 'source'>,
): Promise<string | undefined> {
  if (source === 'workspace') return readInside(workspace, location)
  try {
    return await readFile(location, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (['ENOENT', 'ENOTDIR'].includes(code)) return undefined
    throw new Problem(`${location} could not be read: ${(error as Error).message}.`, { at: location, cause: error })
  }
}
