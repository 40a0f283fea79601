import { runInNewContext } from 'node:vm'
import { z } from 'zod'
import type { Tool, ToolContext, ToolOutput } from '../../core/tool.ts'
import { Problem } from '../../core/problem.ts'
import { defineTool } from '../define.ts'

/** A tool that is hidden until it is searched for. */
export interface HiddenTool {
  readonly server: string
  readonly tool: Tool
}

export interface DiscoveryOptions {
  /** Turns that a found tool stays, the one it was found in not counted. */
  readonly ttl: number
  readonly maxResults: number
  readonly bm25: boolean
  readonly regex: boolean
  /** The hidden tools as they are now. */
  hidden(): readonly HiddenTool[]
}

/** A moment of a conversation. */
export interface Round {
  readonly session: string
  readonly turn: string
  /** The servers that may be used in it. Absent: all. */
  readonly servers?: readonly string[]
}

export interface Discovery {
  /** The search tools and what was found in this conversation. A turn that is asked about for the first time counts. */
  tools(round: Round): readonly Tool[]
}

/** Conversations that are remembered. */
const mostSessions = 500

export function discovery(options: DiscoveryOptions): Discovery {
  const sessions = new Map<string, Found>()
  const at = ({ session, turn }: Round): Found => {
    const found: Found = sessions.get(session) ?? { turn, turns: 0, until: new Map() }
    if (found.turn !== turn) Object.assign(found, { turn, turns: found.turns + 1 })
    sessions.delete(session)
    sessions.set(session, found)
    const [oldest] = sessions.keys()
    if (sessions.size > mostSessions && oldest !== undefined) sessions.delete(oldest)
    return found
  }
  const found = (matches: readonly HiddenTool[], context: ToolContext): ToolOutput => {
    const { turns, until } = at(context)
    for (const { tool } of matches) until.set(tool.spec.name, turns + options.ttl)
    const servers = new Set(matches.map(({ server }) => server))
    const [server] = servers
    const list = matches.map(({ tool: { spec } }) => ({ name: spec.name, description: spec.description.slice(0, 500) }))
    const text =
      list.length === 0
        ? 'No tool matches. Try other words.'
        : `These tools can be called now, for ${options.ttl} more turns:\n${JSON.stringify(list, null, 1)}`
    return {
      content: [{ type: 'text', text }],
      ...(server !== undefined && { outside: servers.size === 1 ? `mcp:${server}` : 'mcp' }),
    }
  }
  const hiddenIn = (session: string) => {
    const { servers } = sessions.get(session) ?? {}
    return options.hidden().filter(({ server }) => servers?.includes(server) ?? true)
  }
  const seeker: Seeker = { maxResults: options.maxResults, hidden: hiddenIn, tell: found }
  const search = [...(options.bm25 ? [byWords(seeker)] : []), ...(options.regex ? [byPattern(seeker)] : [])]
  return {
    tools(round) {
      const now = at(round)
      now.servers = round.servers
      const { turns, until } = now
      const hidden = hiddenIn(round.session)
      if (hidden.length === 0) return []
      const open = hidden.filter(({ tool }) => (until.get(tool.spec.name) ?? -1) >= turns).map(({ tool }) => tool)
      const counts = [...Map.groupBy(hidden, ({ server }) => server)].map(
        ([server, { length }]) => `${server} (${length})`,
      )
      const note = ` Hidden tools by server: ${counts.join(', ')}.`
      return [
        ...search.map((tool) => ({ ...tool, spec: { ...tool.spec, description: tool.spec.description + note } })),
        ...open,
      ]
    },
  }
}

interface Found {
  turn: string
  turns: number
  servers?: readonly string[] | undefined
  /** The last turn, counted, in which a tool is offered. */
  readonly until: Map<string, number>
}

interface Seeker {
  readonly maxResults: number
  hidden(session: string): readonly HiddenTool[]
  tell(matches: readonly HiddenTool[], context: ToolContext): ToolOutput
}

function byWords({ hidden, maxResults, tell }: Seeker): Tool {
  return defineTool({
    name: 'tool_search_tool_bm25',
    description: 'Finds hidden tools by words and makes them callable.',
    input: z.object({ query: z.string().trim().min(1).max(500).describe('What the tool should do, in a few words.') }),
    readOnly: true,
    run: async ({ query }, context) => tell(ranked(hidden(context.session), query).slice(0, maxResults), context),
  })
}

function byPattern({ hidden, maxResults, tell }: Seeker): Tool {
  return defineTool({
    name: 'tool_search_tool_regex',
    description: 'Finds hidden tools whose name or description matches a regular expression, and makes them callable.',
    input: z.object({ pattern: z.string().min(1).max(200).describe('Case does not count.') }),
    readOnly: true,
    run: async ({ pattern }, context) => tell(matching(hidden(context.session), pattern).slice(0, maxResults), context),
  })
}

const textOf = ({ tool: { spec } }: HiddenTool) => `${spec.name} ${spec.description.slice(0, 1000)}`

/** Milliseconds for all texts together: a pattern can be written that would take years. */
const patternMs = 500

function matching(tools: readonly HiddenTool[], pattern: string): readonly HiddenTool[] {
  try {
    RegExp(pattern, 'iu')
  } catch (cause) {
    throw new Problem(`The pattern is no regular expression: ${(cause as Error).message}`, { cause })
  }
  // Of another context only for its time limit, which ends a search within one text too.
  const code =
    'const wanted = new RegExp(pattern, "iu"); JSON.stringify(JSON.parse(texts).map((text) => wanted.test(text)))'
  try {
    const texts = JSON.stringify(tools.map(textOf))
    const hits = JSON.parse(
      String(runInNewContext(code, { pattern, texts }, { timeout: patternMs })),
    ) as readonly boolean[]
    return tools.filter((_, index) => hits[index] === true)
  } catch (cause) {
    throw new Problem('The pattern takes too long.', {
      mend: 'Write a simpler one, without a repetition inside a repetition.',
      cause,
    })
  }
}

/** By BM25 over name and description, the best first. */
function ranked(tools: readonly HiddenTool[], query: string): readonly HiddenTool[] {
  const [k1, b] = [1.2, 0.75]
  const texts = tools.map((tool) => wordsOf(textOf(tool)))
  const average = texts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, texts.length)
  const wanted = new Set(wordsOf(query))
  const rarity = new Map(
    [...wanted].map((word) => {
      const holders = texts.filter((words) => words.includes(word)).length
      return [word, Math.log(1 + (texts.length - holders + 0.5) / (holders + 0.5))]
    }),
  )
  const score = (words: readonly string[]) =>
    [...wanted].reduce((sum, word) => {
      const times = words.filter((one) => one === word).length
      return sum + ((rarity.get(word) ?? 0) * times * (k1 + 1)) / (times + k1 * (1 - b + (b * words.length) / average))
    }, 0)
  return tools
    .map((tool, index) => ({ tool, score: score(texts[index] ?? []) }))
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score)
    .map(({ tool }) => tool)
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
