import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Zone } from '../kit/zone.ts'
import { lastDays } from './days.ts'
import { nothingAllowed, readDefinition } from './definition.ts'
import { splitMarkdown } from './front-matter.ts'
import { recentDays } from './memory.ts'
import type { SkillRoot, WorkspaceContent } from './ports.ts'
import { readInside } from './read-inside.ts'
import { findSkills, skillFiles } from './skills.ts'

export interface ContentOptions {
  readonly root: string
  readonly clock: Clock
  readonly zone: Zone
  readonly skillRoots: readonly SkillRoot[]
}

/** Read when present, in this order; the legacy names only where AGENT.md is missing or says nothing. */
const current = ['AGENT.md', 'SOUL.md', 'USER.md']
const legacy = ['AGENTS.md', 'SOUL.md', 'USER.md', 'IDENTITY.md']
/** A file that changed in the last so many milliseconds may change again without showing a later time. */
const unsettled = 100

/** A reader that looks at the times of all files, and reads them again only when one has changed: the prompt stays the same. */
export function contentReader(options: ContentOptions): () => Promise<WorkspaceContent> {
  let kept: { readonly print: string; readonly content: WorkspaceContent } | undefined
  return async () => {
    const { print, newest } = await fingerprint(options)
    if (kept?.print === print) return kept.content
    const content = await readContent(options)
    kept = newest < options.clock.now() - unsettled ? { print, content } : undefined
    return content
  }
}

async function fingerprint({ root, clock, zone, skillRoots }: ContentOptions) {
  const names = [...new Set([...current, ...legacy]), 'memory/MEMORY.md']
  const days = lastDays(zone, clock.now(), recentDays).map(({ file }) => file)
  const skills = (await skillFiles(skillRoots)).map(({ path }) => path)
  const paths = [...[...names, ...days].map((name) => join(root, name)), ...skills]
  const seen = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(path).catch(() => undefined)
      return { path, times: found ? [found.mtimeMs, found.ctimeMs, found.size, found.ino] : [] }
    }),
  )
  return {
    print: JSON.stringify(seen),
    newest: Math.max(0, ...seen.flatMap(({ times }) => times.slice(0, 2))),
  }
}

async function readContent({ root, clock, zone, skillRoots }: ContentOptions): Promise<WorkspaceContent> {
  const warnings: string[] = []
  /** One file that cannot be read must not cost the conversation. */
  const take = async (name: string) => {
    try {
      return await readInside(root, join(root, name))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      warnings.push([error.message, error.detail.mend].filter(Boolean).join(' '))
      return undefined
    }
  }
  const written = await take('AGENT.md')
  // A command that must not make one finds an empty one in its place, and when it is killed that stays.
  const agent = written?.trim() === '' ? undefined : written
  const { definition, warnings: mistakes } =
    agent === undefined && warnings.length > 0
      ? {
          definition: nothingAllowed,
          warnings: ['Until AGENT.md can be read, the agent has no tools, skills and MCP servers.'],
        }
      : await readDefinition(agent === undefined ? undefined : splitMarkdown(agent).matter)
  const files = await Promise.all(
    (agent === undefined ? legacy : current).map(async (name) => ({
      name,
      text: bodyOf((name === 'AGENT.md' ? agent : await take(name)) ?? ''),
    })),
  )
  const notes = await Promise.all(
    lastDays(zone, clock.now(), recentDays).map(async ({ name, file }) => ({
      day: name,
      text: bodyOf((await take(file)) ?? ''),
    })),
  )
  const found = await findSkills(root, skillRoots)
  return {
    root,
    files: files.filter(({ text }) => text !== ''),
    memory: bodyOf((await take('memory/MEMORY.md')) ?? ''),
    notes: notes.filter(({ text }) => text !== ''),
    skills: found.skills.filter(({ name }) => definition.skills?.includes(name) ?? true),
    definition,
    warnings: [...warnings, ...mistakes, ...found.warnings],
  }
}

/** What a model should read: front matter and comments removed. */
function bodyOf(text: string): string {
  return splitMarkdown(text)
    .body.replaceAll(/<!--[^]*?-->/g, '')
    .trim()
}
