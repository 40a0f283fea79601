import { defaultWorkspace, set } from '../../config/environment.ts'
import { atMost } from '../../kit/at-most.ts'
import type { McpServers } from '../../tools/mcp/index.ts'
import { type House } from '../house.ts'
import { version } from '../version.ts'
import type { AssistantOptions } from './desk.ts'
import { skillTools } from './skill-tools.ts'
import type { Round } from './toolbox.ts'
import { workspaces } from './workspaces.ts'

/** Tools that are made elsewhere than in the toolbox: of MCP servers, of skill registries. */
export interface Extensions {
  readonly desk: Pick<AssistantOptions, 'more' | 'skills' | 'ready'>
  readonly mcp: McpServers | undefined
  /** After another version of the configuration was taken over. */
  adopt(): Promise<void>
  close(): Promise<void>
}

/** MCP servers have this long to come up before the first question of a process that asks but once. */
const patienceMs = 10_000

/** `waits`: the first turn waits for MCP servers to come up, for there may be no second one. */
export async function extensions(house: House, { waits }: { readonly waits: boolean }): Promise<Extensions> {
  const skills = skillTools(house)
  let mcp = await openMcp(house)
  const settled = mcp && waits ? patiently(house, mcp) : undefined
  return {
    get mcp() {
      return mcp
    },
    desk: {
      skills: skills.finder,
      more(round: Round) {
        const { session, turn, content } = round
        const { mcpServers: servers } = content.definition
        return [...(mcp?.tools({ session, turn, ...(servers && { servers }) }) ?? []), ...skills.tools(round)]
      },
      ...(settled && { ready: () => settled }),
    },
    async adopt() {
      skills.adopt()
      if (mcp) await mcp.adopt(house.current.loaded.config.tools.mcp)
      else mcp = await openMcp(house)
    },
    async close() {
      await mcp?.close()
    },
  }
}

async function openMcp(house: House): Promise<McpServers | undefined> {
  const { environment, clock, log, store, network, redactor } = house
  const { tools, agents } = house.current.loaded.config
  const enabled = Object.values(tools.mcp.servers).some((server) => server.enabled)
  if (!tools.mcp.enabled || !enabled) return undefined
  const workspace = agents.defaults.workspace ?? defaultWorkspace(environment)
  // Servers start in it, which may be before the first turn makes it.
  await workspaces(house).of({ workspace })
  const [{ mcpServers }, { artifactsIn }] = await Promise.all([
    import('../../tools/mcp/index.ts'),
    import('../../tools/mcp/artifacts.ts'),
  ])
  return mcpServers({
    settings: tools.mcp,
    around: { path: set(environment.vars['PATH']) ?? '', home: environment.userHome, folder: workspace },
    clock,
    log,
    notes: store.notes,
    results: { blobs: store.blobs, save: artifactsIn(workspace, clock) },
    fetch: network.fetch(),
    version,
    learn: redactor.add,
  })
}

const patiently = ({ clock }: House, mcp: McpServers): Promise<void> => atMost(clock, patienceMs, mcp.settled())
