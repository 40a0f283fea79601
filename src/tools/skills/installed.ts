import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { isJsonObject, type Json } from '../../core/json.ts'
import { digestOf, originFile } from './install.ts'
import type { SkillFile } from './ports.ts'

/** A place where skills are. */
export interface SkillRoot {
  readonly source: 'workspace' | 'global' | 'builtin'
  readonly folder: string
}

/** A skill that is there. */
export interface PresentSkill {
  /** As its SKILL.md says, else its folder. */
  readonly name: string
  readonly description: string
  readonly source: SkillRoot['source']
  readonly location: string
  /** Where it was installed from. */
  readonly origin?: {
    readonly registry: string
    readonly slug: string
    readonly version: string
    readonly sha256?: string
  }
}

/** The skills of some places, by name; of two with one name the first place's. */
export async function presentSkills(roots: readonly SkillRoot[]): Promise<readonly PresentSkill[]> {
  const found = new Map<string, PresentSkill>()
  for (const root of roots)
    for (const entry of await readdir(root.folder).catch(() => [])) {
      const skill = entry.startsWith('.') ? undefined : await skillAt(root, entry)
      if (skill && !found.has(skill.name)) found.set(skill.name, skill)
    }
  return [...found.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1))
}

/** The instructions of a skill, without their front matter. */
export async function bodyOf({ location }: PresentSkill): Promise<string> {
  return frontMatter(await readFile(join(location, 'SKILL.md'), 'utf8')).body.trim()
}

/** Whether a skill is no longer what was installed; undefined when nobody knows. */
export async function hasChanged({ location, origin }: PresentSkill): Promise<boolean | undefined> {
  if (origin?.sha256 === undefined) return undefined
  const names = await readdir(location, { recursive: true, withFileTypes: true })
  const files: SkillFile[] = []
  for (const entry of names) {
    const path = join(entry.parentPath, entry.name)
    const own = path.slice(location.length + 1).replaceAll('\\', '/')
    if (entry.isFile() && own !== originFile) files.push({ path: own, bytes: await readFile(path) })
    else if (!entry.isFile() && !entry.isDirectory()) return true
  }
  return digestOf(files) !== origin.sha256
}

async function skillAt({ source, folder }: SkillRoot, entry: string): Promise<PresentSkill | undefined> {
  const location = join(folder, entry)
  const file = join(location, 'SKILL.md')
  const facts = await stat(file).catch(() => undefined)
  if (!facts?.isFile()) return undefined
  const { fields } = frontMatter(await readFile(file, 'utf8'))
  const text = (key: string) => (typeof fields[key] === 'string' ? fields[key].replaceAll(/\s+/g, ' ').trim() : '')
  const origin = await originIn(location)
  return { name: text('name') || entry, description: text('description'), source, location, ...(origin && { origin }) }
}

function frontMatter(text: string): { readonly fields: Readonly<Record<string, Json>>; readonly body: string } {
  const plain = text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n')
  const [whole = '', head] = /^---\n([\s\S]*?)\n---(?:\n|$)/.exec(plain) ?? []
  if (head === undefined) return { fields: {}, body: plain }
  return { fields: fieldsOf(head), body: plain.slice(whole.length) }
}

function fieldsOf(head: string): Readonly<Record<string, Json>> {
  try {
    const fields: unknown = parse(head)
    return isJsonObject(fields) ? fields : {}
  } catch {
    // A skill with a broken head has its folder's name.
    return {}
  }
}

async function originIn(location: string): Promise<PresentSkill['origin']> {
  try {
    const origin: unknown = JSON.parse(await readFile(join(location, originFile), 'utf8'))
    if (!isJsonObject(origin)) return undefined
    const text = (key: string) => (typeof origin[key] === 'string' ? origin[key] : '')
    const sha256 = text('sha256')
    return {
      registry: text('registry'),
      slug: text('slug'),
      version: text('installed_version'),
      ...(sha256 && { sha256 }),
    }
  } catch {
    return undefined
  }
}
