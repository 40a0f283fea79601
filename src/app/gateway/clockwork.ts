import { randomUUID } from 'node:crypto'
import type { InboundMessage } from '../../core/channel.ts'
import type { Clock } from '../../core/clock.ts'
import type { ChatRef } from '../../core/place.ts'
import type { ToolContext } from '../../core/tool.ts'
import { heartbeat } from '../../schedule/heartbeat.ts'
import type { ScheduledJob } from '../../schedule/job.ts'
import { schedule, type Schedule } from '../../schedule/loop.ts'
import type { CommandOutcome, Inbound } from '../../schedule/ports.ts'
import { takeOverJobs } from '../cron.ts'
import type { Assistant, AssistantOptions } from '../desk/desk.ts'
import type { House } from '../house.ts'
import { jobTool } from '../job-tool.ts'
import { ownerChats } from './owner-chats.ts'

/** Jobs and heartbeat of a gateway. */
export interface Clockwork {
  readonly desk: Pick<AssistantOptions, 'schedule' | 'ended'>
  /** How a run of a job ended, by the id of the message that it made. */
  report: Schedule['report']
  /** Begins to work. */
  start(desk: Assistant): Promise<void>
  /** Ends; commands under way are ended too. */
  stop(): Promise<void>
}

export interface ClockworkParts {
  /** Names this process among others on the same store. */
  readonly owner: string
  readonly checkpoint?: AssistantOptions['checkpoint']
}

export function clockwork(house: House, { owner, checkpoint }: ClockworkParts): Clockwork {
  const { store, log } = house
  const over = new AbortController()
  let jobs: Schedule | undefined
  let running: Promise<unknown> = Promise.resolve()
  const report: Schedule['report'] = async (...args) => jobs?.report(...args)

  return {
    report,
    desk: {
      schedule: jobTool(house, () => jobs?.nudge()),
      async ended({ id, due }: InboundMessage, { state, trouble }) {
        if (due?.cause !== 'cron') return
        await report(id, { ok: state === 'done', ...(trouble !== undefined && { error: trouble }) })
      },
    },
    async start(desk) {
      await takeOverJobs(house).catch((error: unknown) =>
        log.warn(
          `The jobs of the workspace were not taken over: ${error instanceof Error ? error.message : String(error)}`,
        ),
      )
      const shared = sharedParts(house, desk)
      jobs = schedule({
        ...shared,
        ...store,
        owner,
        jobs: {
          ...store.jobs,
          async fire(...args) {
            const fired = await store.jobs.fire(...args)
            await checkpoint?.('cron-fired')
            return fired
          },
        },
        async deliverTo(to, text, key, job) {
          await desk.road.send(to.channel, `cron:${to.channel}:${to.chat}`, { to, text, key, job })
        },
        runCommand: (job, signal) => runCommand(house, desk, job, signal),
        commandLimitMs: () => house.current.loaded.config.tools.cron.exec_timeout_minutes * 60_000,
      })
      const beats = heartbeat({
        ...shared,
        ...store,
        settings() {
          const { enabled, interval } = house.current.loaded.config.heartbeat
          return { enabled, minutes: interval }
        },
        async readFile() {
          const workspace = await desk.spaces.of(desk.agents().default)
          return workspace.heartbeat()
        },
      })
      running = Promise.all([jobs.run(over.signal), beats.run(over.signal)])
    },
    async stop() {
      over.abort()
      await running
    },
  }
}

/** What jobs and heartbeat both need. */
function sharedParts({ clock, log, zone }: House, desk: Assistant): SharedParts {
  return {
    stored: desk.stored,
    arrived: (item) => desk.road.take(item),
    clock,
    log,
    zone,
    newId: randomUUID,
    ownerChats: () => ownerChats(desk),
  }
}
interface SharedParts extends Inbound {
  readonly clock: Clock
  readonly log: House['log']
  readonly zone: House['zone']
  newId(): string
  ownerChats(): Promise<readonly ChatRef[]>
}

/** Runs a job's command as the exec tool would, with the rights of whoever made the job. */
async function runCommand(
  house: House,
  { agents, spaces, boxes }: Assistant,
  job: ScheduledJob,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const agent = agents().default
  const workspace = await spaces.of(agent)
  const tools = await boxes.of(agent, workspace, await workspace.read())
  const exec = tools.find(({ spec }) => spec.name === 'exec')
  if (!exec || !house.current.loaded.config.tools.cron.allow_command)
    return { ok: false, output: 'Jobs may not run commands here (tools.cron.allow_command, tools.exec.enabled).' }
  const { channel, id, role, chat } = job.createdBy
  const context: ToolContext = {
    session: `cron:${job.id}`,
    turn: job.id,
    agent: agent.id,
    cause: 'cron',
    origin: { channel, chat: chat?.chat ?? 'cron' },
    sender: { id, name: job.name },
    role,
    call: job.id,
    tainted: false,
    depth: 0,
    signal,
  }
  const { content, isError = false } = await exec.run({ command: job.command ?? '' }, context)
  return { ok: !isError, output: content.map((part) => (part.type === 'text' ? part.text : '')).join('') }
}
