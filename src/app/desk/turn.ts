import { featuresOf, lightModelFor } from '../../agent/light-model.ts'
import { secretFilter } from '../../agent/secret-filter.ts'
import { heardBy } from '../../agent/outside.ts'
import { runTurn } from '../../agent/turn.ts'
import type { Turn, TurnResult } from '../../agent/ports.ts'
import { momentText, systemPrompt } from '../../agent/prompt.ts'
import { parseSteeringMode } from '../../agent/steering.ts'
import { bill } from '../../core/spent.ts'
import { type LogEntry, type SessionState } from '../../core/store.ts'
import { textOf } from '../../core/message.ts'
import type { Tool } from '../../core/tool.ts'
import type { TurnOutcome, TurnQuestion, TurnWatcher } from '../../dispatch/ports.ts'
import type { Workspace, WorkspaceContent } from '../../workspace/ports.ts'
import { micros } from '../../ledger/money.ts'
import { heartbeatAnswer } from '../../schedule/heartbeat.ts'
import type { AgentFacts, Agents } from '../agents.ts'
import type { House } from '../house.ts'
import { localMoment } from '../moment.ts'
import { turnReport } from '../report.ts'
import { version } from '../version.ts'
import { showing, showPlaceholder } from './events.ts'
import { personOf } from './hear.ts'
import { backend, type Choice, chainOf, choose, requestLimits } from './models.ts'
import type { Toolboxes } from './toolbox.ts'
import type { Workspaces } from './workspaces.ts'

export interface TurnParts {
  readonly house: House
  readonly spaces: Workspaces
  readonly boxes: Toolboxes
  agents(): Agents
  /** A model that every turn of this process asks, whatever the agent says. */
  readonly model?: string
  /** False when nobody watches the words come. */
  readonly stream: boolean
  guard: NonNullable<Turn['guard']>
  waits: NonNullable<Turn['waits']>
  /** The same tool, after each run of which its approval is settled. */
  settled(tool: Tool): Tool
  /** Shows reasoning where the configuration wants it. */
  thought(question: TurnQuestion, text: string): void
  /** True once a tool has answered the chat of this turn itself. */
  answered(turn: string): boolean
  /** What a former process left of a turn that is gone on with: what it has surely sent is made known to the log. */
  takeUp(question: TurnQuestion): Promise<void>
  checkpoint(name: string): Promise<void>
  /** Resolves when the tools of others had time to come up. */
  ready?(): Promise<void>
  newId(): string
}

/** Entries of a log that are looked at; what is older was summed up long ago, or is found by recall. */
const longestLog = 4_000
/** A turn that takes longer than this ends with what it has. */
const longestTurnMs = 60 * 60_000

/** Runs the turns of all agents. */
export function turns(parts: TurnParts) {
  const { house, spaces, boxes } = parts
  const { store, clock } = house

  async function run(question: TurnQuestion, watcher: TurnWatcher, signal: AbortSignal): Promise<TurnOutcome> {
    const start = clock.now()
    const { config } = house.current.loaded
    const agent = parts.agents().get(question.agent)
    const workspace = await spaces.of(agent)
    const content = await workspace.read()
    if (question.resumed) await parts.takeUp(question)
    else showPlaceholder(question, config.channel_list, watcher)
    const state = await store.sessions.state(question.session)
    const { log, asked } = await read(question, state)
    await parts.ready?.()
    const setting = await settingOf(question, agent, workspace, content, state, log)
    const shown = showing(watcher, {
      toolEnded: setting.refresh,
      feedback: {
        enabled: config.agents.defaults.tool_feedback.enabled && question.cause === 'chat',
        longest: config.agents.defaults.tool_feedback.max_args_length,
      },
      thought: (text) => parts.thought(question, text),
    })
    const result = await runTurn(
      {
        ...ids(question),
        ...setting,
        log,
        state,
        moment: momentOf(question, localMoment(house.zone, start)),
        ...(asked && { question: asked }),
        limits: limitsOf(house, content),
        bill: bill(),
        context: { origin: question.message.at, sender: question.message.from, role: question.role, depth: 0 },
        journal: { append: (messages) => question.append(messages) },
        change: (change) => store.sessions.change(question.session, change),
        steering: () => question.steering(),
        steeringMode: parseSteeringMode(config.agents.defaults.steering_mode),
        guard: parts.guard,
        waits: parts.waits,
        request: { ...requestLimits(house), cacheKey: question.session },
        stream: parts.stream,
        clock,
        newId: () => parts.newId(),
        signal,
        redact: redactionOf(house),
        checkpoint: (name) => parts.checkpoint(name),
      },
      shown.show,
    )
    return outcomeOf(question, result, setting.direct, shown.changed(), clock.now() - start)
  }

  /** What came before, and the question apart from it. */
  async function read({ session, turn, resumed, question, message }: TurnQuestion, state: SessionState) {
    const stored = await store.sessions.read(session, {
      last: longestLog,
      ...(state.after !== undefined && { after: state.after }),
    })
    const log = stored.map((entry) => ({ ...entry, message: heardBy(personOf(message), entry.message) }))
    if (resumed) return { log, asked: undefined }
    const before = log.filter((entry) => entry.turn !== turn)
    const own = log.filter((entry) => entry.turn === turn)
    return { log: [...before, ...own.slice(0, question.length - 1)], asked: question.at(-1) }
  }

  /** Whom the turn asks, with which tools and words. */
  async function settingOf(
    question: TurnQuestion,
    agent: AgentFacts,
    workspace: Workspace,
    content: WorkspaceContent,
    state: SessionState,
    log: readonly LogEntry[],
  ) {
    const direct = backend(house, parts.model ?? state.model)
    if (direct) {
      const tools = await boxes.coding(workspace, content)
      return {
        provider: direct,
        tools: named(tools),
        system: await prompt(content, []),
        direct: true,
        refresh: () => undefined,
      }
    }
    const choice = choiceOf(question, agent, content, state, log)
    const active = await activeSkills(workspace, question.skills)
    return {
      provider: choice.provider,
      ...(await toolsOf(question, agent, workspace, content)),
      system: await prompt(content, active, agent),
      direct: false,
    }
  }

  /** The tools of a turn. `refresh` after each call: a search for tools, or a server that came or went, changes what there is. */
  async function toolsOf(
    { session, turn }: Pick<TurnQuestion, 'session' | 'turn'>,
    agent: AgentFacts,
    workspace: Workspace,
    content: WorkspaceContent,
  ) {
    const own = await boxes.of(agent, workspace, content)
    const now = () => named([...own, ...boxes.more({ session, turn, agent, content })])
    const tools = now()
    return {
      tools,
      refresh() {
        const fresh = now()
        for (const name of tools.keys()) if (!fresh.has(name)) tools.delete(name)
        for (const [name, tool] of fresh) if (!tools.has(name)) tools.set(name, tool)
      },
    }
  }

  const named = (tools: readonly Tool[]) => new Map(tools.map((tool) => [tool.spec.name, parts.settled(tool)] as const))

  /** The model of the conversation, of the agent, for pictures, or the light one for an easy question. */
  function choiceOf(
    { question }: TurnQuestion,
    agent: AgentFacts,
    { definition }: WorkspaceContent,
    state: SessionState,
    log: readonly LogEntry[],
  ): Choice {
    const { defaults } = house.current.loaded.config.agents
    const asked = parts.model ?? state.model ?? definition.model
    if (asked !== undefined) return choose(house, agent, asked)
    const pictured = question.some(({ parts }) => parts.some(({ type }) => type === 'image'))
    if (pictured && defaults.image_model)
      return {
        name: defaults.image_model,
        provider: chainOf(house, defaults.image_model, defaults.image_model_fallbacks),
      }
    if (question.length > 0) {
      const past = log.map(({ message }) => ({
        toolCallCount: message.parts.filter(({ type }) => type === 'tool-call').length,
      }))
      const light = lightModelFor(defaults.routing, featuresOf(question.map(textOf).join('\n'), past, pictured))
      if (light !== undefined)
        return { name: light, provider: chainOf(house, light, [house.current.sources.defaultModel]) }
    }
    return choose(house, agent, undefined)
  }

  async function prompt(
    content: WorkspaceContent,
    active: readonly { readonly name: string; readonly text: string }[],
    agent?: AgentFacts,
  ): Promise<readonly string[]> {
    const { list, defaults } = house.current.loaded.config.agents
    const { root, files, memory, notes, skills, definition } = content
    const allowed = definition.skills ?? agent?.skills
    const others = list.filter(
      ({ id }) => id !== agent?.id && (agent?.mayAsk.includes(id) === true || agent?.mayAsk.includes('*') === true),
    )
    return systemPrompt({
      version,
      workspace: { root, files, memory, notes: notes.map(({ day, text }) => ({ name: day, text })) },
      agents: others.map(({ id, name }) => ({ id, description: name ?? id })),
      skills: agent ? skills.filter(({ name }) => allowed === undefined || allowed.includes(name)) : [],
      active,
      splitMarker: defaults.split_on_marker,
    })
  }

  function outcomeOf(
    question: TurnQuestion,
    result: TurnResult,
    direct: boolean,
    changed: readonly string[],
    ms: number,
  ): TurnOutcome {
    const { turn, session, agent, cause } = question
    const report = turnReport(direct ? withoutCache(result) : result, { turn, session, agent, ms, changed })
    const quiet = cause === 'heartbeat' && heartbeatAnswer(result.text) === undefined
    return {
      messages: result.messages,
      text: result.text,
      report,
      ...((quiet || parts.answered(turn)) && { silent: true }),
    }
  }

  return { run, prompt, toolsOf }
}

const ids = ({ turn, session, agent, cause }: TurnQuestion) => ({ id: turn, session, agent, cause })

function momentOf({ message: { at, from } }: TurnQuestion, now: string): string {
  return momentText({
    now,
    channel: at.channel,
    chat: at.chat,
    sender: from.name,
    senderId: from.id,
  })
}

async function activeSkills(workspace: Workspace, names: readonly string[]) {
  const found = await Promise.all(names.map(async (name) => ({ name, text: await workspace.skill(name) })))
  return found.flatMap(({ name, text }) => (text === undefined ? [] : [{ name, text }]))
}

/** What tools say, without secrets. */
export function redactionOf({ current: { loaded }, redactor }: House): (text: string) => string {
  const { filter_sensitive_data: enabled, filter_min_length: minLength } = loaded.config.tools
  return secretFilter({ enabled, minLength, redact: redactor.text })
}

/** Limits of a turn; the window is what the configuration says, else four answers. */
export function limitsOf(
  { current: { loaded } }: Pick<House, 'current'>,
  { definition }: Pick<WorkspaceContent, 'definition'>,
): Turn['limits'] {
  const { agents, budget } = loaded.config
  const { defaults } = agents
  const window = defaults.context_window || 4 * defaults.max_tokens
  return {
    ...(budget.turn !== undefined && { maxCostMicros: micros(budget.turn) }),
    maxSteps: definition.maxTurns ?? defaults.max_tool_iterations,
    maxMs: longestTurnMs,
    window,
    maxTokens: Math.min(defaults.max_tokens, Math.floor(window / 2)),
  }
}

/** A direct backend counts what came from a cache as input, as it was asked for. */
function withoutCache(result: TurnResult): TurnResult {
  const { input, cacheRead, cacheWrite } = result.usage
  return { ...result, usage: { ...result.usage, input: input + cacheRead + cacheWrite, cacheRead: 0, cacheWrite: 0 } }
}
