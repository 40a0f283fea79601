import { randomUUID } from 'node:crypto'
import type { ApprovalPorts } from '../../access/ports.ts'
import type { Approvals } from '../../access/approvals.ts'
import type { Channel, InboundMessage, OutboundMessage } from '../../core/channel.ts'
import type { ChatRef } from '../../core/place.ts'
import { Problem } from '../../core/problem.ts'
import { dateText } from '../../kit/zone.ts'
import type { CommandServices } from '../../dispatch/commands/services.ts'
import type { Deliveries } from '../../dispatch/deliver.ts'
import { platformId } from '../../dispatch/intake.ts'
import type { Desk, Ground, TurnQuestion } from '../../dispatch/ports.ts'
import { road, type Road } from '../../dispatch/road.ts'
import { firstChat } from '../../dispatch/routing/moved-chats.ts'
import { route } from '../../dispatch/routing/route.ts'
import { agentOfSession, isShared } from '../../dispatch/routing/session-key.ts'
import { type Agents, agentsOf } from '../agents.ts'
import type { House } from '../house.ts'
import { hasEnded, processName } from '../process-name.ts'
import { type Admission, admission } from './admission.ts'
import { askingApprovals } from './approval.ts'
import { contextText } from './context.ts'
import { guarded } from './guarded.ts'
import { hearMessage, type VoiceHearing } from './hear.ts'
import { outboxTool, recallTool, settleSends } from './reach.ts'
import { commandServices } from './services.ts'
import { side } from './side.ts'
import { type Helpers, subagentDesk } from './subagents.ts'
import { type SummingUp, summingUp } from './summing-up.ts'
import { toolboxes, type Toolboxes, type ToolParts } from './toolbox.ts'
import { turns } from './turn.ts'
import { type Workspaces, workspaces } from './workspaces.ts'

/** Everything between channels and models: the road and what works on it. */
export interface Assistant {
  readonly road: Road
  /** A message as it stands in the inbox, and its conversation. */
  stored(message: InboundMessage): Promise<{ readonly session: string; readonly payload: string }>
  readonly admission: Admission
  readonly approvals: Approvals
  readonly helpers: Helpers
  readonly spaces: Workspaces
  readonly boxes: Toolboxes
  readonly summingUp: SummingUp
  agents(): Agents
}

export interface AssistantOptions {
  /** The terminal, where this process has one. */
  readonly console?: {
    readonly channel: Channel
    readonly session: string
  }
  /** A model to ask instead of the configured ones. */
  readonly model?: string
  /** A folder that the default agent works in instead of its own. */
  readonly workspace?: string
  readonly stream: boolean
  /** Names this process among others on the same store; a name of its own when absent. */
  readonly owner?: string
  /** The process goes on after an answer: long conversations are summed up then, not at their next turn. */
  readonly stays: boolean
  /** Names of the channels that are on. */
  channels(): readonly string[]
  readonly voice?: () => VoiceHearing | undefined
  readonly speak?: ToolParts['speak']
  readonly schedule?: ToolParts['schedule']
  readonly skills?: ToolParts['skills']
  readonly more?: ToolParts['more']
  /** Resolves when the tools of others had time to come up. */
  readonly ready?: () => Promise<void>
  readonly ended?: Desk['ended']
  /** What calls may do; absent: the table of access/rules.ts. */
  readonly rules?: ApprovalPorts['rules'] | undefined
  readonly services?: Pick<CommandServices, 'mcp' | 'mcpTools' | 'status' | 'reload' | 'panic'>
  readonly deliveries?: Deliveries
  readonly checkpoint?: Ground['checkpoint']
}

/** What tells this process from others. */
function processOf({ owner, checkpoint }: Pick<AssistantOptions, 'owner' | 'checkpoint'>) {
  return {
    owner: owner ?? processName(randomUUID()),
    checkpoint: checkpoint ?? (async () => undefined),
  }
}

/** Wires the rooms to one road. Nothing is opened before it is used. */
export function assistant(house: House, options: AssistantOptions): Assistant {
  const { store, clock, log } = house
  const { owner, checkpoint } = processOf(options)
  const agents = (): Agents => {
    const all = agentsOf(house.current.loaded.config, house.environment)
    const { workspace } = options
    return workspace === undefined ? all : { ...all, get: (id) => ({ ...all.get(id), workspace }) }
  }
  const spaces = workspaces(house)
  const admitted = admission(house, randomUUID)
  const isConsole = ({ channel }: ChatRef) => options.console !== undefined && channel === options.console.channel.name
  /** Turns that run, and whether a tool has written to the turn's own chat. */
  const answered = new Map<string, boolean>()
  const armed = new Map<string, string>()

  async function send(channel: string, session: string, message: OutboundMessage): Promise<void> {
    if (options.console && isConsole(message.to)) return void (await options.console.channel.send(message))
    if (!options.channels().includes(channel))
      throw new Problem(`There is no channel ${channel} that is on.`, {
        mend: `Channels: ${options.channels().join(', ') || 'none'}.`,
      })
    await made.send(channel, session, message)
  }

  const parts: ToolParts = {
    house,
    spaces,
    outbox: outboxTool(send, (turn) => answered.has(turn) && answered.set(turn, true), randomUUID),
    recall: recallTool(store),
    ...lent(options),
    agents: {
      spawn: (...args) => helpers.tool.spawn(...args),
      ask: (...args) => helpers.tool.ask(...args),
      status: (...args) => helpers.tool.status(...args),
    },
    more: (round) => options.more?.(round) ?? [],
    // The guard asks an owner where there is no wall. A job's own command has passed none.
    mayRunBare: (context) => watched.passed(context),
  }
  const boxes = toolboxes(parts)
  const confirm = options.console?.channel.confirm?.bind(options.console.channel)
  const approvals = askingApprovals({
    house,
    admission: admitted,
    newId: randomUUID,
    sandboxed: async () => 'wrap' in (await boxes.sandbox()),
    isConsole,
    isOn: (channel) => options.channels().includes(channel),
    send,
    checkpoint,
    rules: options.rules,
    confirm,
  })
  const watched = guarded(approvals)
  const turnParts = {
    house,
    spaces,
    boxes,
    agents,
    ...(options.model !== undefined && { model: options.model }),
    stream: options.stream,
    guard: watched.guard,
    waits: approvals.waits,
    settled: watched.settled,
    thought: (question: TurnQuestion, text: string) => showThought(question, text),
    answered: (turn: string) => answered.get(turn) === true,
    async takeUp(question: TurnQuestion) {
      if (await settleSends(question, store)) answered.set(question.turn, true)
    },
    checkpoint,
    newId: randomUUID,
    ...(options.ready && { ready: options.ready }),
  }
  const run = turns(turnParts)
  const helpers = subagentDesk(turnParts, {
    async arrived(message) {
      const channel = made.channel(message.at.channel)
      if (channel) await made.arrived(channel, message)
      else if (options.console && isConsole(message.at)) await made.ask(options.console.channel, message)
      // A channel that is not up takes it in once it is.
      else await store.inbox.add(await waiting(message))
    },
  })

  const summaries = summingUp(turnParts, (...args) => made.between(...args))

  function showThought({ message, session }: TurnQuestion, text: string): void {
    const entry = house.current.loaded.config.channel_list[message.at.channel]
    const chat = entry?.reasoning_channel_id
    if (!chat) return
    send(message.at.channel, session, { to: { channel: message.at.channel, chat }, text }).catch((error: unknown) =>
      log.warn(`Reasoning was not shown: ${String(error)}`),
    )
  }

  const desk: Desk = {
    admit: (channel, message) => admitted.admit(channel, message),
    async route(message) {
      const own = message.due?.session ?? (isConsole(message.at) ? options.console?.session : undefined)
      if (own !== undefined) return { agent: agentOfSession(own), session: own }
      return route(message, house.current.loaded.config, await firstChat(message.at, store.notes))
    },
    hear(message, { agent, session, role }, signal) {
      const voice = options.voice?.()
      return hearMessage(
        message,
        {
          blobs: store.blobs,
          today: () => dateText(house.zone, clock.now()),
          maxBytes: house.current.loaded.config.agents.defaults.max_media_size,
          workspace: async () => (await spaces.of(agents().get(agent))).root,
          foreign: role !== 'owner' && isShared(session),
          ...(voice && { voice }),
        },
        signal,
      )
    },
    async turn(question, ...rest) {
      answered.set(question.turn, false)
      try {
        return await run.run(question, ...rest)
      } finally {
        answered.delete(question.turn)
      }
    },
    answered(turn) {
      const has = answered.get(turn) === true
      if (has) answered.set(turn, false)
      return has
    },
    ...(options.ended && { ended: options.ended }),
    ...(options.stays && { rested: summaries.rested }),
    async disarm(session) {
      const skill = armed.get(session)
      armed.delete(session)
      return skill === undefined ? [] : [skill]
    },
    stopOthers: (session) => helpers.stop(session),
    services: commandServices({
      house,
      spaces,
      admission: admitted,
      approvals,
      agents,
      road: () => made,
      channels: options.channels,
      armed,
      ...(options.model !== undefined && { model: options.model }),
      more: {
        ...options.services,
        subagents: (session) => helpers.text(session),
        side: (session, agent, question, signal) => side(turnParts, run, { session, agent, question, signal }),
        context: (session, agent) => contextText(turnParts, run, session, agent),
      },
    }),
  }
  const made = road(
    desk,
    {
      store,
      clock,
      log,
      newId: randomUUID,
      owner,
      isDead: hasEnded,
      parallelTurns: () => house.current.loaded.config.agents.defaults.max_parallel_turns,
      checkpoint,
    },
    options.deliveries,
  )
  const waiting = async (message: InboundMessage) => ({
    id: randomUUID(),
    channel: message.at.channel,
    platformId: platformId(message.at, message.id),
    at: clock.now(),
    ...(await stored(message)),
  })
  const stored = async (message: InboundMessage) => {
    const { agent, session } = await desk.route(message)
    return { session, payload: JSON.stringify({ message, agent, role: message.due?.role ?? 'member' }) }
  }
  return { road: made, stored, admission: admitted, approvals, helpers, spaces, boxes, summingUp: summaries, agents }
}

/** What tools are given by whoever runs this process. */
function lent({ schedule, skills, speak }: AssistantOptions): Pick<ToolParts, 'schedule' | 'skills' | 'speak'> {
  return { ...(schedule && { schedule }), ...(skills && { skills }), ...(speak && { speak }) }
}
