import { runTurn } from '../../agent/turn.ts'
import { momentText } from '../../agent/prompt.ts'
import {
  type SubagentInfo,
  subagentLimits,
  subagents,
  type SubagentTask,
  type SubagentWork,
} from '../../agent/subagents.ts'
import type { InboundMessage } from '../../core/channel.ts'
import type { Json } from '../../core/json.ts'
import { Problem } from '../../core/problem.ts'
import { userText } from '../../core/message.ts'
import { bill } from '../../core/spent.ts'
import type { ToolContext } from '../../core/tool.ts'
import type { SubAgents, SubAgentTask } from '../../tools/ports.ts'
import { localMoment } from '../moment.ts'
import { choose, requestLimits } from './models.ts'
import { limitsOf, redactionOf, type TurnParts, turns } from './turn.ts'

/** Sub-agents as the rest of the house sees them. */
export interface Helpers {
  readonly tool: SubAgents
  /** Those of a conversation, for people. */
  text(session: string): string
  /** Ends those of a conversation, or all; a line for each. */
  stop(session?: string): readonly string[]
  /** Ends all because the process ends; the next one tells their conversations. */
  park(): void
  /** Tells the conversations whose background sub-agents ended with a former process. */
  recover(): Promise<void>
  /** Resolves when none runs any more. */
  idle(): Promise<void>
}

export interface HelperParts {
  /** What a background sub-agent found comes back as a message to its conversation. */
  arrived(message: InboundMessage): Promise<void>
}

/** The longest part of a result that goes into a message. */
const longestResult = 20_000

export function subagentDesk(parts: TurnParts, { arrived }: HelperParts): Helpers {
  const { house, spaces } = parts
  const { clock, log, store } = house
  const run = turns(parts)
  const work = subagents({
    run: doWork,
    clock,
    limits: subagentLimits(house.current.loaded.config.agents.defaults.subturn),
    newId: parts.newId,
  })

  /** A turn of its own, whose log nobody reads again. */
  async function doWork({ agent: id, task, session, depth, parent, signal }: SubagentWork) {
    const agent = parts.agents().get(id)
    const workspace = await spaces.of(agent)
    const content = await workspace.read()
    const turn = parts.newId()
    const { tools, refresh } = await run.toolsOf({ session, turn }, agent, workspace, content)
    const { default_token_budget: tokens } = house.current.loaded.config.agents.defaults.subturn
    // Another agent that work is handed to asks its own model.
    const asked = id === parent.agent ? { ...agent, ...agent.helpers } : agent
    const result = await runTurn(
      {
        id: turn,
        session,
        agent: id,
        cause: 'tool',
        provider: choose(house, asked, parts.model).provider,
        tools,
        log: [],
        state: {},
        system: await run.prompt(content, [], agent),
        moment: momentText({
          now: localMoment(house.zone, clock.now()),
          channel: parent.origin.channel,
          chat: parent.origin.chat,
          sender: `the agent ${parent.agent}`,
        }),
        question: { ...userText(task), ...(parent.tainted && { outside: `agent:${parent.agent}` }) },
        limits: {
          ...limitsOf(house, content),
          ...(tokens > 0 && { maxUsage: tokens }),
        },
        bill: parent.bill ?? bill(),
        context: { origin: parent.origin, sender: parent.sender, role: parent.role, depth },
        journal: { append: async () => undefined },
        guard: parts.guard,
        request: requestLimits(house),
        stream: false,
        clock,
        newId: () => parts.newId(),
        signal,
        redact: redactionOf(house),
      },
      ({ type }) => {
        if (type === 'tool-end') refresh()
      },
    )
    return { text: result.text, tainted: result.tainted }
  }

  function taskOf({ task, label, agent }: SubAgentTask, context: ToolContext): SubagentTask {
    const asked = agent ?? context.agent
    const own = parts.agents().get(context.agent)
    if (asked !== context.agent && !own.mayAsk.includes('*') && !own.mayAsk.includes(asked))
      throw new Problem(`not allowed to spawn agent '${asked}'`, {
        mend: `Allow it in agents.list, subagents.allow_agents of ${context.agent}.`,
      })
    if (!parts.agents().ids.includes(asked)) throw new Problem(`There is no agent ${asked}.`)
    return { agent: asked, task, parent: context, ...(label !== undefined && { label }) }
  }

  /** What a background sub-agent found, as a message to the conversation it worked for. */
  function finding(
    info: SubagentInfo,
    text: string,
    tainted: boolean,
    { origin, sender, role }: ToolContext,
  ): InboundMessage {
    return {
      id: idPrefix + info.id,
      from: sender,
      at: origin,
      kind: 'direct',
      text,
      attachments: [],
      addressed: true,
      due: {
        cause: 'tool',
        name: info.label,
        role,
        session: info.root,
        ...(tainted && { outside: `agent:${info.agent}` }),
      },
    }
  }

  /** The message is known by its id: whatever ends in between, one of them arrives, once. */
  async function deliver(message: InboundMessage): Promise<void> {
    try {
      await arrived(message)
      await parts.checkpoint('subagent-delivered')
      await store.notes.remove(spawned(message.id.slice(idPrefix.length)))
    } catch (error) {
      log.error(`What a sub-agent found was not delivered: ${String(error)}`)
    }
  }

  const states = { waiting: 'running', running: 'running', done: 'done', failed: 'failed', stopped: 'stopped' } as const

  return {
    tool: {
      async spawn(task, context) {
        const asked = taskOf(task, context)
        const known = Promise.withResolvers<void>()
        const info = work.spawn(asked, async (done, { text, tainted }) => {
          await known.promise
          await deliver(finding(done, finished(done.label, text), tainted, context))
        })
        await store.notes
          .put(
            spawned(info.id),
            JSON.parse(JSON.stringify(finding(info, lost(info.label, asked.task), false, context))) as Json,
          )
          .finally(known.resolve)
        await parts.checkpoint('subagent-noted')
        return info.id
      },
      async ask(task, context) {
        const { text, tainted } = await work.ask(taskOf(task, context), context.signal)
        return { text, ...(tainted && { outside: `agent:${task.agent ?? context.agent}` }) }
      },
      async status({ session }) {
        return work
          .list(session)
          .map(({ id, label, agent, state, startedAt, why }) => ({
            id,
            label,
            agent,
            task: label,
            state: states[state],
            startedAt,
            ...(why !== undefined && { result: why }),
          }))
          .toReversed()
      },
    },
    text(session) {
      const open = work.list(session).filter(({ state }) => state === 'running' || state === 'waiting')
      if (open.length === 0) return 'Nothing runs in the background for this chat.'
      return open
        .map(
          ({ label, agent, state, startedAt }) =>
            `- ${label} (${agent}, ${state}, ${Math.round((clock.now() - startedAt) / 1_000)} s)`,
        )
        .join('\n')
    },
    stop(session) {
      const stopped = work.stop(session)
      // What a person stopped is not missed after a restart.
      for (const { id } of stopped)
        store.notes.remove(spawned(id)).catch((error: unknown) => log.warn(`A note was not removed: ${String(error)}`))
      return stopped.map(({ label }) => `the sub-agent “${label}”`)
    },
    park() {
      work.stop()
    },
    async recover() {
      for (const { value } of await store.notes.list(spawned(''))) await deliver(value as unknown as InboundMessage)
    },
    idle: () => work.idle(),
  }
}

const idPrefix = 'subagent-'
const spawned = (id: string) => `spawned:${id}`

function finished(label: string, text: string): string {
  const words = text.length > longestResult ? `${text.slice(0, longestResult).toWellFormed()}…` : text
  return `[The sub-agent “${label}” has finished. Tell the person what matters of it.]\n\n${words}`
}

const lost = (label: string, task: string) =>
  `[The sub-agent “${label}” was interrupted because picoclaw ended. Its result is lost, and what it did so far may or may not have happened. Tell the person, and start it again only if that is still wanted.]\n\nIts task was: ${task}`
