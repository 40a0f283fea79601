import { createHash, randomBytes } from 'node:crypto'
import { lstat, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { Problem } from '../../core/problem.ts'
import { ensureFolder } from '../../kit/atomic-file.ts'
import { resolveInside } from '../../kit/path-inside.ts'
import type { SkillFile, SkillPackage, SkillRegistry } from './ports.ts'
import { chooseRegistry } from './registries.ts'
import { limits, mustBeSafe, safePath } from './slug.ts'

export interface InstallerOptions {
  /** The agent's folder; skills go into `skills` in it. */
  readonly workspace: string
  readonly registries: readonly SkillRegistry[]
  readonly clock: Clock
}
export interface InstallOrder {
  readonly slug: string
  readonly registry?: string | undefined
  readonly version?: string | undefined
  /** Replace one that is there. */
  readonly force?: boolean | undefined
}
export interface InstalledSkill {
  readonly name: string
  readonly registry: string
  readonly version: string
  /** Its folder. */
  readonly location: string
  readonly warning?: string
}

export interface SkillInstaller {
  /** Whole or not at all. A Problem when it is malware, cannot be fetched, or is there already. */
  install(order: InstallOrder, signal: AbortSignal): Promise<InstalledSkill>
  /** Removes what is in a folder of skills. A Problem when there is none. */
  remove(folder: string): Promise<void>
}

export const originFile = '.skill-origin.json'

export function skillInstaller({ workspace, registries, clock }: InstallerOptions): SkillInstaller {
  /** Where skills are, really: a link that leads out of the workspace is not followed. */
  const home = async () => {
    await ensureFolder(workspace)
    const folder = await resolveInside(workspace, 'skills')
    await ensureFolder(folder)
    return folder
  }
  return {
    async install({ slug, registry: wanted, version, force = false }, signal) {
      const registry = chooseRegistry(registries, slug, wanted)
      const found = await registry.fetch(slug, version, signal)
      signal.throwIfAborted()
      const name = mustBeSafe(found.folder)
      const folder = await home()
      const location = join(folder, name)
      const files = checked(found)
      if (!force && (await isThere(location)))
        throw new Problem(`skill "${name}" already installed at ${location}. Use force=true to reinstall.`)
      await sweep(folder)
      await place(location, [...files, originOf(found, registry.name, files, clock.now())])
      const { warning } = found
      return {
        name,
        registry: registry.name,
        version: found.version,
        location,
        ...(warning !== undefined && { warning }),
      }
    },
    async remove(name) {
      const location = join(await home(), mustBeSafe(name))
      if (!(await isThere(location))) throw new Problem(`There is no skill "${name}" in ${dirname(location)}.`)
      const aside = join(dirname(location), `.removed-${randomBytes(6).toString('hex')}`)
      await rename(location, aside)
      await rm(aside, { recursive: true, force: true })
    },
  }
}

/** What a package may bring, whatever its registry looked at. */
function checked({ files, slug }: SkillPackage): readonly SkillFile[] {
  const own = files.filter(({ path }) => path !== originFile)
  const names = new Set(own.map(({ path }) => safePath(path).toLowerCase()))
  if (names.size !== own.length) throw new Problem('The skill has two files of one name.')
  const folders = new Set(own.flatMap(({ path }) => foldersOf(path.toLowerCase())))
  if (!names.isDisjointFrom(folders)) throw new Problem('The skill has a file and a folder of one name.')
  if (own.length > limits.files || own.reduce((sum, { bytes }) => sum + bytes.length, 0) > limits.bytes)
    throw new Problem(`The skill has more than ${limits.files} files or ${limits.bytes / 1024 / 1024} MiB.`)
  if (!own.some(({ path }) => path === 'SKILL.md'))
    throw new Problem(`There is no SKILL.md in ${slug}, so it is no skill.`, { mend: 'Name the folder that has one.' })
  return own
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function originOf(
  { slug, version }: SkillPackage,
  registry: string,
  files: readonly SkillFile[],
  now: number,
): SkillFile {
  const origin = { version: 1, registry, slug, installed_version: version, installed_at: now, sha256: digestOf(files) }
  return { path: originFile, bytes: Buffer.from(`${JSON.stringify(origin, null, 2)}\n`) }
}

/** One hash over all files of a skill, so that a change is seen. */
export function digestOf(files: readonly SkillFile[]): string {
  const whole = createHash('sha256')
  for (const { path, bytes } of files.toSorted((left, right) => (left.path < right.path ? -1 : 1)))
    whole.update(`${path}\0${createHash('sha256').update(bytes).digest('hex')}\n`)
  return whole.digest('hex')
}

/** Writes beside, then changes places. No file may be run. */
async function place(location: string, files: readonly SkillFile[]): Promise<void> {
  const folder = dirname(location)
  const fresh = await mkdtemp(join(folder, '.install-'))
  try {
    for (const { path, bytes } of files) {
      await mkdir(dirname(join(fresh, path)), { recursive: true, mode: 0o700 })
      await writeFile(join(fresh, path), bytes, { flag: 'wx', mode: 0o600 })
    }
    const old = join(folder, `.removed-${randomBytes(6).toString('hex')}`)
    const replaced = await isThere(location)
    if (replaced) await rename(location, old)
    try {
      await rename(fresh, location)
    } catch (error) {
      if (replaced) await rename(old, location)
      throw error
    }
    await rm(old, { recursive: true, force: true })
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    throw error
  }
}

const isThere = async (path: string) => (await lstat(path).catch(() => undefined)) !== undefined

/** Removes what an install left behind that was killed. */
async function sweep(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^\.(?:install|removed)-[A-Za-z0-9]{6,12}$/.test(name))
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })))
}
