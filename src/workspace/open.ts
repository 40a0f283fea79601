import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { systemClock } from '../kit/clock.ts'
import { localZone, type Zone } from '../kit/zone.ts'
import { contentReader } from './content.ts'
import { splitMarkdown } from './front-matter.ts'
import { memoryBook } from './memory.ts'
import type { SkillRoot, Workspace } from './ports.ts'
import { readInside } from './read-inside.ts'
import { skillText } from './skills.ts'
import { copyTemplate } from './template.ts'

export interface WorkspaceOptions {
  /** Default the machine's own time. */
  readonly clock?: Clock
  /** Where the days of its notes begin. Default the machine's. */
  readonly zone?: Zone
  /** Skills beside those of the workspace, in order: of the home, then built in. Default none. */
  readonly skillRoots?: readonly SkillRoot[]
}

/** Opens the workspace at `root`; a missing one is made from `template`. Keep what comes back: it knows what it has read. */
export async function openWorkspace(
  root: string,
  template: string,
  { clock = systemClock, zone = localZone(), skillRoots = [] }: WorkspaceOptions = {},
): Promise<Workspace> {
  await copyTemplate(template, root)
  const read = contentReader({
    root,
    clock,
    zone,
    skillRoots: [{ path: join(root, 'skills'), source: 'workspace' }, ...skillRoots],
  })
  return {
    root,
    read,
    memory: memoryBook(root, clock, zone),
    heartbeat: () => readInside(root, join(root, 'HEARTBEAT.md')),
    async skill(name) {
      const found = (await read()).skills.find((skill) => skill.name === name)
      const text = found && (await skillText(root, found))
      return text === undefined ? undefined : splitMarkdown(text).body.trim()
    },
  }
}
