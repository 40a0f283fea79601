import type { JsonObject } from '../../core/json.ts'
import { Problem } from '../../core/problem.ts'
import type { Tool, ToolOutput } from '../../core/tool.ts'
import { type Discovery, discovery, type HiddenTool, type Round } from './discovery.ts'
import { sentence } from './life.ts'
import type { ChangedTool } from './pins.ts'
import { type McpStatus, openServer, type Server, type ServerOptions } from './server.ts'
import type { McpServerSettings, McpSettings } from './settings.ts'

export interface McpOptions extends ServerOptions {
  /** `tools.mcp` of the configuration. */
  readonly settings: McpSettings
}

/** The MCP servers of the configuration. Those that are enabled are connected to from now on, in the background. */
export interface McpServers {
  /**
   * The tools that may be offered now; ask again for each request to a model. With a moment of a conversation, hidden ones are left out until
   * they are found in it. Two tools never have the same name.
   */
  tools(round?: Round): readonly Tool[]
  status(): readonly McpStatus[]
  /** Calls a tool by the server's own name for it. Never throws but on abort. */
  call(server: string, tool: string, input: JsonObject, signal: AbortSignal): Promise<ToolOutput>
  /** Takes the tools of a server as they are now. Resolves to those that had changed. A Problem when it is not up. */
  approve(server: string): Promise<readonly ChangedTool[]>
  /** Resolves when each server has once been tried. */
  settled(): Promise<void>
  /** Takes over other settings; servers whose settings stay the same go on. */
  adopt(settings: McpSettings): Promise<void>
  close(): Promise<void>
}

export function mcpServers(options: McpOptions): McpServers {
  const servers = new Map<string, Server>()
  let settings = options.settings
  let search: Discovery
  const all = () => [...servers.values()]
  const take = (next: McpSettings): readonly Server[] => {
    settings = next
    search = searchIn(next, all)
    const left: Server[] = []
    for (const [name, server] of servers) {
      const wanted = next.enabled && next.servers[name]?.enabled === true
      if (wanted && sameSettings(server.settings, next.servers[name])) continue
      servers.delete(name)
      left.push(server)
    }
    for (const server of all()) server.renew()
    if (!next.enabled) return left
    for (const [name, own] of Object.entries(next.servers))
      if (own.enabled && !servers.has(name))
        servers.set(
          name,
          openServer(name, own, options, () => settings),
        )
    return left
  }
  take(settings)
  const told = new Set<string>()
  const tellTwice = (name: string) => {
    if (!told.has(name)) options.log.warn(`Two MCP tools claim the name ${name}; neither is offered.`)
    told.add(name)
  }
  const find = (name: string): Server => {
    const server = servers.get(name)
    if (server) return server
    throw new Problem(`There is no MCP server ${name} that is enabled.`, { mend: 'See "picoclaw mcp list".' })
  }
  return {
    tools(round) {
      const own = all().filter(
        ({ name, deferred }) => round === undefined || (!deferred() && (round.servers?.includes(name) ?? true)),
      )
      return distinct(
        [...own.flatMap((server) => server.tools()), ...(round === undefined ? [] : search.tools(round))],
        tellTwice,
      )
    },
    status: () => all().map((server) => server.status()),
    async call(name, tool, input, signal) {
      try {
        return await find(name).call(tool, input, signal)
      } catch (error) {
        if (signal.aborted) throw error
        return { content: [{ type: 'text', text: sentence(error) }], isError: true }
      }
    },
    approve: async (name) => find(name).approve(),
    async settled() {
      await Promise.all(all().map(({ life }) => life.tried))
    },
    async adopt(next) {
      await Promise.all(take(next).map(({ life }) => life.close()))
    },
    async close() {
      await Promise.all(all().map(({ life }) => life.close()))
    },
  }
}

function searchIn(
  { discovery: { ttl, max_search_results: maxResults, use_bm25: bm25, use_regex: regex } }: McpSettings,
  all: () => readonly Server[],
): Discovery {
  const hidden = (): readonly HiddenTool[] =>
    all()
      .filter(({ deferred }) => deferred())
      .flatMap(({ name: server, tools }) => tools().map((tool) => ({ server, tool })))
  return discovery({ ttl, maxResults, bm25, regex, hidden })
}

const sameSettings = (left: McpServerSettings, right: McpServerSettings | undefined) =>
  JSON.stringify({ ...left, deferred: undefined }) === JSON.stringify({ ...right, deferred: undefined })

/** Without tools that claim the name of another: nobody could tell which of them is called. */
function distinct(tools: readonly Tool[], twice: (name: string) => void): readonly Tool[] {
  const named = Map.groupBy(tools, ({ spec }) => spec.name)
  return [...named].flatMap(([name, [first, ...others]]) => {
    if (others.length > 0) twice(name)
    return first && others.length === 0 ? [first] : []
  })
}
