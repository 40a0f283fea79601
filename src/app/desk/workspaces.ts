import { join } from 'node:path'
import type { SkillRoot, Workspace } from '../../workspace/ports.ts'
import { openWorkspace } from '../../workspace/open.ts'
import type { AgentFacts } from '../agents.ts'
import type { House } from '../house.ts'
import { packageRoot } from '../paths.ts'

/** The workspaces of all agents, each opened once. */
export interface Workspaces {
  of(agent: Pick<AgentFacts, 'workspace'>): Promise<Workspace>
  /** Skills beside those of the workspaces. */
  readonly skillRoots: readonly SkillRoot[]
}

export function workspaces({ environment, clock, zone }: Pick<House, 'environment' | 'clock' | 'zone'>): Workspaces {
  const template = join(packageRoot(), 'workspace')
  const builtin = environment.vars['PICOCLAW_BUILTIN_SKILLS']?.trim() || join(template, 'skills')
  const skillRoots: readonly SkillRoot[] = [
    { path: join(environment.home, 'skills'), source: 'global' },
    { path: builtin, source: 'builtin' },
  ]
  const opened = new Map<string, Promise<Workspace>>()
  return {
    skillRoots,
    of({ workspace }) {
      const known = opened.get(workspace)
      if (known) return known
      const opening = openWorkspace(workspace, template, { clock, zone, skillRoots })
      opened.set(workspace, opening)
      // One that cannot be opened now may be so later.
      opening.catch(() => opened.delete(workspace))
      return opening
    },
  }
}
