import { dirname, join } from 'node:path'
import type { Config } from '../config/schema/config.ts'
import { defaultWorkspace, type Environment } from '../config/environment.ts'

/** One agent as the configuration has it. */
export interface AgentFacts {
  readonly id: string
  readonly name: string
  readonly workspace: string
  /** Its own model; absent: that of the defaults. */
  readonly model?: string
  /** What to ask when its model fails; absent: those of the defaults. */
  readonly fallbacks?: readonly string[]
  /** The skills it may use; absent: all. */
  readonly skills?: readonly string[]
  /** Agents it may hand work to; `*` is all. */
  readonly mayAsk: readonly string[]
  /** What its own sub-agents ask; absent: what it asks itself. */
  readonly helpers?: Pick<AgentFacts, 'model' | 'fallbacks'>
}

export interface Agents {
  readonly ids: readonly string[]
  readonly default: AgentFacts
  /** The agent of this id; the default one when there is none. */
  get(id: string): AgentFacts
}

/** The agents of a configuration. Without a list there is one, `main`. */
export function agentsOf(config: Config, environment: Environment): Agents {
  const { list, defaults } = config.agents
  const workspace = defaults.workspace ?? defaultWorkspace(environment)
  const facts = list.map((agent) => factsOf(agent, workspace))
  const main: AgentFacts = { id: 'main', name: 'main', workspace, mayAsk: [] }
  const fallback = facts.find((_, index) => list[index]?.default) ?? facts[0] ?? main
  return {
    ids: facts.length > 0 ? facts.map(({ id }) => id) : [main.id],
    default: fallback,
    get: (id) => facts.find((agent) => agent.id === id) ?? fallback,
  }
}

type Listed = Config['agents']['list'][number]

function factsOf({ id, name, workspace, model, skills, subagents, ...agent }: Listed, shared: string): AgentFacts {
  const own = agent.default || id === 'main' ? shared : besides(shared, id)
  return {
    id,
    name: name ?? id,
    workspace: workspace ?? own,
    ...modelOf(model),
    ...(skills && { skills }),
    mayAsk: subagents?.allow_agents ?? [],
    ...(subagents?.model?.primary && { helpers: modelOf(subagents.model) }),
  }
}

const modelOf = (model: Listed['model']): Pick<AgentFacts, 'model' | 'fallbacks'> => ({
  ...(model?.primary && { model: model.primary }),
  ...(model?.fallbacks && { fallbacks: model.fallbacks }),
})

const besides = (workspace: string, id: string) => join(dirname(workspace), `workspace-${id}`)
