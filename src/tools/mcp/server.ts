import type { Clock } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Log } from '../../core/log.ts'
import { Problem } from '../../core/problem.ts'
import type { Tool, ToolOutput } from '../../core/tool.ts'
import { redactor } from '../../kit/redact.ts'
import { type LifeState, type Patience, sentence, serverLife, type ServerLife } from './life.ts'
import { marked, mcpToolNameAmong } from './names.ts'
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

export interface ServerOptions {
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

/** One server of the configuration, as our tools. */
export interface Server {
  readonly name: string
  readonly settings: McpServerSettings
  readonly life: ServerLife
  readonly tools: () => readonly Tool[]
  readonly deferred: () => boolean
  status(): McpStatus
  call(tool: string, input: JsonObject, signal: AbortSignal): Promise<ToolOutput>
  approve(): Promise<readonly ChangedTool[]>
  /** Takes over what the configuration now says about all servers. */
  renew(): void
}

/** Starts a server. What it says of itself is judged before it is offered. `settings` are those of all servers, as they are now. */
export function openServer(
  name: string,
  own: McpServerSettings,
  options: ServerOptions,
  settings: () => McpSettings,
): Server {
  const { clock, log, notes, results = {}, around, version } = options
  const known = redactor()
  const pins = pinsIn(notes)
  let listed: readonly RemoteTool[] = []
  let offered: readonly RemoteTool[] = []
  let withheld: readonly ChangedTool[] = []
  let tools: readonly Tool[] = []

  const judge = async (): Promise<void> => {
    const judged = await pins.judge(name, listed)
    const news = judged.withheld.filter(({ tool }) => !withheld.some((old) => old.tool === tool))
    if (news.length > 0)
      log.warn(
        `The MCP server ${name} describes ${plain(news.map(({ tool }) => tool))} otherwise than before; not offered until you run "picoclaw mcp approve ${name}".`,
      )
    if (judged.added.length > 0) log.info(`The MCP server ${name} has new tools: ${plain(judged.added)}.`)
    offered = judged.offered
    withheld = judged.withheld
    renew()
  }
  const renew = (): void => {
    const names = nameAll(name, offered, Object.keys(settings().servers))
    const { trusted = false } = settings().servers[name] ?? {}
    tools = offered.map((tool, index) => toolOf(tool, { server: name, name: names[index] ?? '', trusted, call }))
  }
  const deferred = () => isDeferred(settings().discovery.enabled, settings().servers[name]?.deferred)
  const call: Server['call'] = async (tool, input, signal) => {
    const outside = `mcp:${name}`
    try {
      const result = await life.call(tool, input, signal)
      return await outputOf(result, {
        server: name,
        tool,
        maxInlineChars: settings().max_inline_text_chars,
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
    deferred,
    renew,
    status: () => ({
      name,
      ...life.state(),
      tools: offered.map(({ name: tool, description, readOnly }, index) => ({
        name: tools[index]?.spec.name ?? '',
        tool,
        description,
        readOnly,
      })),
      deferred: deferred(),
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

/** Names that somebody else chose, for a log. */
const plain = (names: readonly string[]) =>
  names
    .join(', ')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, 300)
