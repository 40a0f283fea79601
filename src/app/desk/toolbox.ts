import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Tool, ToolContext } from '../../core/tool.ts'
import type { NoSandbox, Sandbox } from '../../tools/exec/bubblewrap.ts'
import { sandboxOf } from '../../tools/exec/bubblewrap.ts'
import type { Speak } from '../../tools/chat/send-tts.ts'
import type { Outbox, Recall, Schedule, SkillFinder, SubAgents } from '../../tools/ports.ts'
import { codingTools, isAllowed, toolbox, type ToolboxOptions } from '../../tools/toolbox.ts'
import type { Workspace, WorkspaceContent } from '../../workspace/ports.ts'
import type { AgentFacts } from '../agents.ts'
import type { House } from '../house.ts'
import { version } from '../version.ts'
import type { Workspaces } from './workspaces.ts'

export interface ToolParts {
  readonly house: House
  readonly spaces: Workspaces
  readonly outbox: Outbox
  readonly recall: Recall
  readonly schedule?: Schedule
  readonly agents?: SubAgents
  readonly skills?: SkillFinder
  /** Says a text, where somebody is set up to. */
  readonly speak?: () => Speak | undefined
  /** Tools made elsewhere that may be offered at this moment of a turn: those of MCP servers, install_skill. */
  more(round: Round): readonly Tool[]
  /** True when a command of this turn may run without a wall: an approval stands behind it, or the terminal. */
  mayRunBare(context: ToolContext): boolean
}

/** A moment of a turn. */
export interface Round {
  readonly session: string
  readonly turn: string
  readonly agent: AgentFacts
  readonly content: WorkspaceContent
}

/** What the tools of agents are made of. */
export interface Toolboxes {
  of(agent: AgentFacts, workspace: Workspace, content: WorkspaceContent): Promise<readonly Tool[]>
  /** Tools that come and go, on the agent's list. */
  more(round: Round): readonly Tool[]
  /** Those of the four tools of a coding backend that the agent may use. */
  coding(workspace: Workspace, content: WorkspaceContent): Promise<readonly Tool[]>
  /** The wall that commands run behind, or why there is none. */
  sandbox(): Promise<Sandbox | NoSandbox>
}

export function toolboxes(parts: ToolParts): Toolboxes {
  const { house, spaces } = parts
  const { environment, clock, store, network } = house
  const wall = sandboxOf({
    mode: house.current.loaded.config.sandbox.mode === 'off' ? 'off' : 'auto',
    path: environment.vars['PATH'] ?? '',
    clock,
  })
  /** Nothing of our own folder is for tools but the workspaces in it. */
  const hidden = [environment.home, environment.configPath]

  const exec = (): NonNullable<ToolboxOptions['exec']> => {
    const { sandbox } = house.current.loaded.config
    return {
      sandbox: wall,
      allowUnsandboxed: async (_, context) => parts.mayRunBare(context),
      network: sandbox.network,
      expose: sandbox.expose.map(({ source, mode }) => ({ path: source ?? '', writable: mode === 'rw' })),
      timeZone: () => house.zone.name,
    }
  }
  const readable = async () =>
    (await Promise.all(spaces.skillRoots.map(({ path }) => realpath(path).catch(() => '')))).filter(Boolean)

  /** Made once for as long as nothing changes that they are made of: their schemas cost more than most turns. */
  const kept = new Map<string, { readonly config: object; readonly print: string; readonly tools: readonly Tool[] }>()

  function make(workspace: Workspace, root: string, reads: readonly string[], allow: readonly string[] | undefined) {
    const { memory } = workspace
    const { schedule, agents, skills } = parts
    const speak = parts.speak?.()
    return toolbox({
      config: house.current.loaded.config,
      workspace: root,
      hidden,
      readable: reads,
      clock,
      zone: house.zone,
      network,
      version,
      exec: exec(),
      outbox: parts.outbox,
      blobs: store.blobs,
      recall: parts.recall,
      memory: {
        remember: ({ text, where }, { sender }) => memory.remember({ text, where, from: sender.name }),
      },
      ...(schedule && { schedule }),
      ...(agents && { agents }),
      ...(skills && { skills }),
      ...(speak && { speak }),
      ...(allow && { allow }),
    })
  }

  return {
    sandbox: wall,
    async of(_agent, workspace, content) {
      const { config } = house.current.loaded
      const [root, reads] = await Promise.all([realpath(workspace.root), readable()])
      const allow = content.definition.tools
      const print = JSON.stringify([root, reads, allow])
      const known = kept.get(workspace.root)
      if (known?.config === config && known.print === print) return known.tools
      const tools = make(workspace, root, reads, allow)
      kept.set(workspace.root, { config, print, tools })
      return tools
    },
    more(round) {
      const allow = round.content.definition.tools
      return parts.more(round).filter(({ spec }) => isAllowed(allow, spec.name))
    },
    async coding(workspace, { definition }) {
      const root = await realpath(workspace.root)
      return codingTools({
        config: house.current.loaded.config,
        workspace: root,
        // What a project keeps there is for its own programs.
        hidden: [...hidden, join(root, '.env')],
        clock,
        exec: exec(),
        ...(definition.tools && { allow: definition.tools }),
      })
    },
  }
}
