import type { Tool } from '../../core/tool.ts'
import { environmentProxy } from '../../kit/environment-proxy.ts'
import type { SkillFinder } from '../../tools/ports.ts'
import { installSkillTool } from '../../tools/skills/index.ts'
import type { SkillSearch } from '../../tools/skills/search.ts'
import type { House } from '../house.ts'
import { proxiesOf } from '../proxies.ts'
import type { Round } from './toolbox.ts'

/** The tools that find and install skills. */
export interface SkillTools {
  readonly finder: SkillFinder
  /** install_skill, into the workspace of the agent that asks. */
  tools(round: Round): readonly Tool[]
  /** After another version of the configuration was taken over. */
  adopt(): void
}

export function skillTools(house: House): SkillTools {
  const { clock } = house
  let search: Promise<SkillSearch> | undefined
  /** By workspace. */
  const installs = new Map<string, Tool>()
  const settings = () => house.current.loaded.config.tools.skills
  const proxies = proxiesOf(house.environment.vars)
  const around = { clock, proxy: (url: string) => environmentProxy(new URL(url), proxies) }

  async function openSearch(): Promise<SkillSearch> {
    const { max_concurrent_searches: concurrent, search_cache: cache } = settings()
    const [{ registriesOf }, { skillSearch }] = await Promise.all([
      import('../../tools/skills/registries.ts'),
      import('../../tools/skills/search.ts'),
    ])
    return skillSearch({
      registries: registriesOf(settings(), around),
      clock,
      concurrent,
      kept: cache.max_size,
      keptSeconds: cache.ttl_seconds,
    })
  }

  return {
    finder: {
      async find(query, limit, signal) {
        search ??= openSearch()
        return (await search).find(query, limit, signal)
      },
    },
    tools({ agent }) {
      const { skills, install_skill: install } = house.current.loaded.config.tools
      if (!skills.enabled || !install.enabled) return []
      const known = installs.get(agent.workspace) ?? lazyInstall(agent.workspace)
      installs.set(agent.workspace, known)
      return [known]
    },
    adopt() {
      search = undefined
    },
  }

  /** What the model is told of the tool is there at once; what it does is loaded at its first call. */
  function lazyInstall(workspace: string): Tool {
    return installSkillTool({
      async install(order, signal) {
        const [{ skillInstaller }, { registriesOf }] = await Promise.all([
          import('../../tools/skills/install.ts'),
          import('../../tools/skills/registries.ts'),
        ])
        return skillInstaller({ workspace, clock, registries: registriesOf(settings(), around) }).install(order, signal)
      },
    })
  }
}
