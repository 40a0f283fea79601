import type { Clock } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Log } from '../../core/log.ts'
import { Problem } from '../../core/problem.ts'
import type { Tool, ToolOutput } from '../../core/tool.ts'
import { redactor } from '../../kit/redact.ts'
import { type Discovery, discovery, type HiddenTool, type Round } from './discovery.ts'
import { type LifeState, type Patience, sentence, serverLife, type ServerLife } from './life.ts'
import { mcpToolNameAmong, marked } from './names.ts'
import { type ChangedTool, pinsIn } from './pins.ts'
import type { Connect, McpNotes, McpResults, RemoteTool } from './ports.ts'
import { outputOf } from './result.ts'
import {
  isDeferred,
  type McpServerSettings,
  type McpSettings,
  planOf,
  secretsOf,
  type Surroundings,
} from './settings.ts'
import { isOfferable, toolOf } from './tool.ts'

export interface McpOptions {
  /** `tools.mcp` of the configuration. */
  readonly settings: McpSettings
  readonly around: Surroundings
  readonly clock: Clock
  readonly log: Log
  readonly notes: McpNotes
  readonly results?: McpResults
  readonly fetch?: typeof globalThis.fetch
  /** Our own version. */
  readonly version: string
  readonly patience?: Patience
  /** Told each secret that a server is given, before it is given. */
  learn?(secret: string): void
  /** How servers are reached. Default by the official SDK, loaded when the first is. */
  readonly connect?: Connect
}

/** A server as `mcp list --status` shows it. */
export interface McpStatus extends LifeState {
  readonly name: string
  /** As models know them. */
  readonly tools: readonly {
    readonly name: string
    readonly tool: string
    readonly description: string
    readonly readOnly: boolean
  }[]
  /** Hidden until searched for. */
  readonly deferred: boolean
  /** Not offered, because they changed since they were first seen. */
  readonly withheld: readonly ChangedTool[]
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
  const among = () => Object.keys(settings.servers)
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
    if (!next.enabled) return left
    for (const [name, own] of Object.entries(next.servers))
      if (own.enabled && !servers.has(name))
        servers.set(name, openServer(name, own, { ...options, settings: next }, among))
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
      const own = all().filter(({ deferred }) => round === undefined || !deferred())
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

interface Server {
  readonly name: string
  readonly settings: McpServerSettings
  readonly life: ServerLife
  readonly tools: () => readonly Tool[]
  readonly deferred: () => boolean
  status(): McpStatus
  call(tool: string, input: JsonObject, signal: AbortSignal): Promise<ToolOutput>
  approve(): Promise<readonly ChangedTool[]>
}

/** One server: what it says of itself, judged, as our tools. */
function openServer(name: string, own: McpServerSettings, options: McpOptions, among: () => readonly string[]): Server {
  const { clock, log, notes, results = {}, around, version } = options
  const known = redactor()
  const pins = pinsIn(notes)
  const { discovery: found } = options.settings
  let listed: readonly RemoteTool[] = []
  let offered: readonly RemoteTool[] = []
  let withheld: readonly ChangedTool[] = []
  let tools: readonly Tool[] = []

  const judge = async (): Promise<void> => {
    const judged = await pins.judge(name, listed)
    const news = judged.withheld.filter(({ tool }) => !withheld.some((old) => old.tool === tool))
    if (news.length > 0)
      log.warn(
        `The MCP server ${name} describes ${news.map(({ tool }) => tool).join(', ')} otherwise than before; not offered until you run "picoclaw mcp approve ${name}".`,
      )
    if (judged.added.length > 0) log.info(`The MCP server ${name} has new tools: ${judged.added.join(', ')}.`)
    offered = judged.offered
    withheld = judged.withheld
    const names = nameAll(name, offered, among())
    tools = offered.map((tool, index) => toolOf(tool, { server: name, name: names[index] ?? '', call }))
  }
  const call: Server['call'] = async (tool, input, signal) => {
    const outside = `mcp:${name}`
    try {
      const result = await life.call(tool, input, signal)
      return await outputOf(result, {
        server: name,
        tool,
        maxInlineChars: options.settings.max_inline_text_chars,
        results,
        redact: known.text,
      })
    } catch (error) {
      signal.throwIfAborted()
      return { content: [{ type: 'text', text: known.text(sentence(error)) }], isError: true, outside }
    }
  }
  const life = serverLife({
    name,
    clock,
    log,
    ...(options.patience && { patience: options.patience }),
    redact: known.text,
    async connect(events, signal) {
      const plan = await planOf(name, own, around)
      for (const secret of secretsOf(plan)) {
        known.add(secret)
        options.learn?.(secret)
      }
      const connect = options.connect ?? (await import('./sdk.ts')).connectBySdk
      const fetch = options.fetch ?? globalThis.fetch
      return connect(plan, { clock, log, fetch, version, redact: known.text }, events, signal)
    },
    async tools(next) {
      listed = uniqueByName(next ?? []).filter(isOfferable)
      if (next !== undefined) return judge()
      offered = []
      tools = []
    },
    // Somebody else may have approved them.
    idle: async () => (withheld.length > 0 ? judge() : undefined),
  })
  return {
    name,
    settings: own,
    life,
    tools: () => tools,
    deferred: () => isDeferred(found.enabled, own.deferred),
    status: () => ({
      name,
      ...life.state(),
      tools: offered.map(({ name: tool, description, readOnly }, index) => ({
        name: tools[index]?.spec.name ?? '',
        tool,
        description,
        readOnly,
      })),
      deferred: isDeferred(found.enabled, own.deferred),
      withheld,
    }),
    call,
    async approve() {
      const { state, why } = life.state()
      if (state !== 'up') throw new Problem(`The MCP server ${name} is not up${why === undefined ? '.' : `: ${why}`}`)
      const changed = withheld
      await pins.approve(name, listed)
      await judge()
      return changed
    },
  }
}

/** The names of a server's tools for models, in order. */
function nameAll(server: string, tools: readonly RemoteTool[], among: readonly string[]): readonly string[] {
  const names = tools.map(({ name }) => mcpToolNameAmong(among, server, name))
  return names.map((name, index) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : marked(server, tools[index]?.name ?? ''),
  )
}

function uniqueByName(tools: readonly RemoteTool[]): readonly RemoteTool[] {
  return [...new Map(tools.map((tool) => [tool.name, tool])).values()]
}

/** Without tools that claim the name of another: nobody could tell which of them is called. */
function distinct(tools: readonly Tool[], twice: (name: string) => void): readonly Tool[] {
  const named = Map.groupBy(tools, ({ spec }) => spec.name)
  return [...named].flatMap(([name, [first, ...others]]) => {
    if (others.length > 0) twice(name)
    return first && others.length === 0 ? [first] : []
  })
}
