import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { environment, set } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { Problem } from '../core/problem.ts'
import { systemClock } from '../kit/clock.ts'
import { environmentProxy } from '../kit/environment-proxy.ts'
import { nearest } from '../kit/nearest.ts'
import type { Redactor } from '../kit/redact.ts'
import type { InstalledSkill, InstallOrder } from '../tools/skills/install.ts'
import type { PresentSkill, SkillRoot } from '../tools/skills/installed.ts'
import type { FoundSkill } from '../tools/skills/ports.ts'
import { openWorkspace } from '../workspace/open.ts'
import { learnSecrets, learnVariables } from './known-secrets.ts'
import { packageRoot } from './paths.ts'

/** The skills of the main agent, as the command line sees them. */
export interface Skills {
  /** Those that an agent would have. */
  list(): Promise<readonly PresentSkill[]>
  /** Those that came with picoclaw. */
  builtin(): Promise<readonly PresentSkill[]>
  search(query: string, limit: number, signal: AbortSignal): Promise<readonly FoundSkill[]>
  install(order: InstallOrder, signal: AbortSignal): Promise<InstalledSkill>
  /** Removes one from the workspace, by its name or its folder. Resolves to its name. */
  remove(name: string): Promise<string>
  /** Its instructions, and whether it is no longer what was installed. */
  show(name: string): Promise<{ readonly skill: PresentSkill; readonly text: string; readonly changed?: boolean }>
}

export async function openSkills(redact: Redactor): Promise<Skills> {
  const given = environment()
  learnVariables(redact, given.vars)
  const loaded = await loadConfig(given)
  learnSecrets(redact, loaded)
  const { vars, home } = loaded.environment
  const settings = loaded.config.tools.skills
  const workspace = loaded.config.agents.defaults.workspace ?? join(home, 'workspace')
  const [{ bodyOf, hasChanged, presentSkills }, { skillInstaller }, { registriesOf }, { skillSearch }] =
    await Promise.all([
      import('../tools/skills/installed.ts'),
      import('../tools/skills/install.ts'),
      import('../tools/skills/registries.ts'),
      import('../tools/skills/search.ts'),
    ])
  const builtin: SkillRoot = {
    source: 'builtin',
    folder: set(vars['PICOCLAW_BUILTIN_SKILLS']) ?? join(packageRoot(), 'workspace', 'skills'),
  }
  const roots: readonly SkillRoot[] = [
    { source: 'workspace', folder: join(workspace, 'skills') },
    { source: 'global', folder: join(home, 'skills') },
    builtin,
  ]
  const clock = systemClock
  const proxies = {
    http: vars['http_proxy'] ?? vars['HTTP_PROXY'],
    https: vars['https_proxy'] ?? vars['HTTPS_PROXY'],
    none: vars['no_proxy'] ?? vars['NO_PROXY'],
  }
  const proxy = (url: string) => environmentProxy(new URL(url), proxies)
  const installer = () => skillInstaller({ workspace, clock, registries: registriesOf(settings, { clock, proxy }) })
  const named = async (name: string, places = roots): Promise<PresentSkill> => {
    const all = await presentSkills(places)
    const skill = all.find((one) => one.name === name) ?? all.find((one) => basename(one.location) === name)
    if (skill) return skill
    const close = nearest(
      name,
      all.map((one) => one.name),
    )
    throw new Problem(`Skill '${name}' not found.`, {
      mend: close ? `Did you mean "${close}"?` : 'See "picoclaw skills list".',
    })
  }
  return {
    list: () => presentSkills(roots),
    builtin: () => presentSkills([builtin]),
    search: (query, limit, signal) =>
      skillSearch({
        registries: registriesOf(settings, { clock, proxy }),
        clock,
        concurrent: settings.max_concurrent_searches,
        kept: 0,
        keptSeconds: 0,
      }).find(query, limit, signal),
    async install(order, signal) {
      // A folder that only holds a skill would pass for a workspace that has its template.
      await openWorkspace(workspace, join(packageRoot(), 'workspace'))
      return installer().install(order, signal)
    },
    async remove(name) {
      // A skill whose SKILL.md is broken is still a folder.
      if (existsSync(join(workspace, 'skills', name))) {
        await installer().remove(name)
        return name
      }
      const skill = await named(name)
      if (skill.source !== 'workspace')
        throw new Problem(`Skill '${name}' is not in the workspace but in ${skill.location}.`, {
          mend: 'Remove that folder by hand, if it is yours.',
        })
      await installer().remove(basename(skill.location))
      return skill.name
    },
    async show(name) {
      const skill = await named(name)
      const changed = await hasChanged(skill)
      return { skill, text: await bodyOf(skill), ...(changed !== undefined && { changed }) }
    },
  }
}
