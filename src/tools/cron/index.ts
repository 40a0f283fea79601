import { z } from 'zod'
import type { Clock } from '../../core/clock.ts'
import { Problem } from '../../core/problem.ts'
import { momentText, type Zone } from '../../kit/zone.ts'
import type { Effect, Tool, ToolContext } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import { mayExec } from '../exec/gate.ts'
import type { PlannedJob, Schedule } from '../ports.ts'
import { clocksText, onlyTiming, timingText, timingsOf } from './timing.ts'

export interface CronOptions {
  readonly schedule: Schedule
  readonly clock: Clock
  /** The clocks of the people. */
  readonly zone: Zone
  /** True when somebody has said that these are their clocks. */
  readonly named: boolean
  /** True when commands can be run at all. */
  readonly commands: boolean
  /** True when a job with a command needs no `command_confirm`. */
  readonly allowCommand: boolean
}

const input = z.object({
  action: z.enum(['add', 'list', 'get', 'update', 'remove', 'enable', 'disable']),
  job_id: z.string().trim().min(1).optional().describe('The job, for all but add and list.'),
  name: z.string().trim().max(100).optional().describe('A short name. Default the beginning of the message.'),
  message: z.string().trim().optional().describe('What you will be told when it is time; needed for add.'),
  at_seconds: z.int().min(0).optional().describe('Once, so many seconds from now.'),
  every_seconds: z.int().min(0).optional().describe('Again and again, with so many seconds between.'),
  cron_expr: z.string().optional().describe('By a cron expression such as "0 9 * * 1-5".'),
  time_zone: z.string().optional().describe('Whose clocks count, such as Europe/Berlin.'),
  command: z.string().trim().optional().describe('A shell command to run instead; its output is sent to the chat.'),
  command_confirm: z.boolean().optional().describe('True when the person has agreed to the command.'),
})
type Input = z.output<typeof input>
type Action = (options: CronOptions, input: Input, context: ToolContext) => Promise<string>

/** cron: work for later, kept in the schedule. */
export function cronTool(options: CronOptions): Tool {
  return defineTool({
    name: 'cron',
    description: `Plans work for later: reminders and tasks, once or again and again. When it is time you are told the message and your answer goes to this chat. ${clocksText(options)} Tell the person when it runs next.`,
    input,
    readOnly: false,
    effects: effectsOf,
    run: (input, context) => actions[input.action](options, input, context),
  })
}

function effectsOf({ action, command }: Input): readonly Effect[] {
  if (action === 'list' || action === 'get') return []
  return command ? ['schedule', 'run'] : ['schedule']
}

const actions: Readonly<Record<Input['action'], Action>> = {
  async add(options, input, context) {
    const { schedule, clock } = options
    const { message = '', command = '' } = input
    const { origin } = context
    if (origin.channel === '' || origin.chat === '') throw new Problem('There is no chat to send the result to.')
    if (message === '') throw new Problem('message is required for add')
    const [timing] = timingsOf(input, clock.now())
    if (!timing) throw new Problem('one of at_seconds, every_seconds, or cron_expr is required')
    checkCommand(options, input, context)
    const name = input.name || shortName(message)
    const job = await schedule.add({ name, message, timing, to: origin, ...(command && { command }) }, context)
    return `Cron job added: ${job.name} (id: ${job.id}${nextText(options, job)})`
  },
  async list(options, _, context) {
    const jobs = await options.schedule.list(context)
    if (jobs.length === 0) return 'No scheduled jobs'
    return ['Scheduled jobs:', ...jobs.map((job) => lineOf(options, job))].join('\n')
  },
  async get(options, input, context) {
    const id = idOf(input)
    const job = (await options.schedule.list(context)).find((each) => each.id === id)
    if (!job) throw missing(id)
    return [
      lineOf(options, job),
      `  message: ${job.message}`,
      ...(job.command === undefined ? [] : [`  command: ${job.command}`]),
      `  chat: ${job.to.channel}:${job.to.chat}`,
    ].join('\n')
  },
  async update(options, input, context) {
    const { schedule, clock } = options
    const id = idOf(input)
    const timing = onlyTiming(timingsOf(input, clock.now()))
    const { name, message, command } = input
    const change = {
      ...(name && { name }),
      ...(message && { message }),
      ...(command && { command }),
      ...(timing && { timing }),
    }
    if (Object.keys(change).length === 0)
      throw new Problem('There is nothing to change.', { mend: 'Give a name, message, command or timing.' })
    checkCommand(options, input, context)
    const job = await schedule.change(id, change, context)
    if (!job) throw missing(id)
    return `Cron job updated: ${job.name} (id: ${job.id}${nextText(options, job)})`
  },
  async remove({ schedule }, input, context) {
    const id = idOf(input)
    if (!(await schedule.remove(id, context))) throw missing(id)
    return `Cron job removed: ${id}`
  },
  enable: (options, input, context) => switchTo(options, input, context, true),
  disable: (options, input, context) => switchTo(options, input, context, false),
}

async function switchTo(
  { schedule }: CronOptions,
  input: Input,
  context: ToolContext,
  enabled: boolean,
): Promise<string> {
  const id = idOf(input)
  const job = await schedule.change(id, { enabled }, context)
  if (!job) throw missing(id)
  return `Cron job '${job.name}' ${enabled ? 'enabled' : 'disabled'}`
}

function checkCommand(
  { commands, allowCommand }: CronOptions,
  { command, command_confirm: confirmed = false }: Input,
  { origin }: ToolContext,
): void {
  if (!command) return
  if (!commands) throw new Problem('Commands are switched off (tools.exec.enabled), so a job cannot run one.')
  if (!mayExec(false, origin.channel))
    throw new Problem('scheduling command execution is restricted to internal channels', {
      mend: 'Ask for it in the terminal.',
    })
  if (!allowCommand && !confirmed)
    throw new Problem('A job with a command must be confirmed.', {
      mend: 'Ask the person, then set command_confirm=true.',
    })
}

function idOf({ job_id: id, action }: Input): string {
  if (id !== undefined) return id
  throw new Problem(`job_id is required for ${action}`, { mend: 'The list shows the ids.' })
}

const missing = (id: string): Problem => new Problem(`Job ${id} not found`, { mend: 'The list shows the ids.' })
const shortName = (message: string): string => message.replaceAll(/\s+/g, ' ').slice(0, 30).toWellFormed()
const nextText = ({ zone }: CronOptions, { nextAt, timing }: PlannedJob): string =>
  nextAt === undefined ? '' : `, next: ${momentText(nextAt, timing.tz ?? zone.name)}`
const lineOf = (options: CronOptions, job: PlannedJob): string =>
  `- ${job.name} (id: ${job.id}, ${timingText(job.timing)}${job.enabled ? nextText(options, job) : ', disabled'})`
