import { jobLine, type JobLine, withJobs } from '../../app/cron.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import { timesOf } from '../cron/times.ts'
import type { Command } from '../command.ts'
import type { Io } from '../io.ts'
import { parse } from '../options.ts'
import { subcommand } from '../subcommand.ts'

const command: Command = {
  usage: `Usage: picoclaw cron list [--json]
       picoclaw cron add -n NAME -m TEXT (-e SECONDS | -c "EXPRESSION" | --at "MOMENT") [options]
       picoclaw cron remove | enable | disable | run ID [--json]

list      every job, also those that are disabled
add       plans a job; the agent gets TEXT when it is due, and its answer is sent
remove    takes a job away
enable    lets it run again, from now on
disable   keeps it, but does not run it
run       makes it due now; a running gateway starts it within seconds

  -n, --name NAME         what it is called
  -m, --message TEXT      what the agent is told
  -e, --every SECONDS     again and again; also 30m, 2h, 1d
  -c, --cron EXPRESSION   five fields, six with seconds in front: "0 9 * * 1-5"
      --at MOMENT         once: "2026-12-24 10:00"
      --tz ZONE           whose clocks count, for example Europe/Berlin (default: timezone of the configuration,
                          else those of this machine)
  -d, --deliver           sends TEXT as it stands, without a model
      --command COMMAND   runs a command in the sandbox and sends what it prints
      --channel CHANNEL   where the answer goes; without it to the chat where an owner was last heard
      --to CHAT           the chat there
      --thread THREAD     the topic or thread there
      --missed POLICY     after a time when nothing ran: run-once (default) or skip
      --keep              keeps a job of --at after it ran
      --json              one JSON object instead of words
`,
  async run(args, io) {
    const { action, rest } = subcommand('cron', actions, args)
    return action(rest, io)
  },
}
export default command

type Action = (args: readonly string[], io: Io) => Promise<number>

const options = (io: Io) => ({ redactor: io.redactor, write: (text: string) => io.stderr.write(text) })

const actions: Readonly<Record<string, Action>> = {
  async list(args, io) {
    const { values } = parse(args, { json: { type: 'boolean' } })
    const jobs = await withJobs(options(io), async (editor, zone) =>
      (await editor.list()).map((job) => jobLine(job, zone)),
    )
    io.stdout.write(values.json ? `${JSON.stringify({ jobs })}\n` : listed(jobs))
    return exitCodes.ok
  },
  async add(args, io) {
    const { values } = parse(args, {
      name: { type: 'string', short: 'n' },
      message: { type: 'string', short: 'm' },
      every: { type: 'string', short: 'e' },
      cron: { type: 'string', short: 'c' },
      at: { type: 'string' },
      tz: { type: 'string' },
      deliver: { type: 'boolean', short: 'd' },
      command: { type: 'string' },
      channel: { type: 'string' },
      to: { type: 'string' },
      thread: { type: 'string' },
      missed: { type: 'string' },
      keep: { type: 'boolean' },
      json: { type: 'boolean' },
    })
    const { name, message, command: program, deliver, keep } = values
    if (!name?.trim()) throw needs('a name: --name NAME')
    if (!message?.trim() && !program?.trim()) throw needs('something to do: --message TEXT or --command COMMAND')
    const to = placeOf(values)
    const line = await withJobs(options(io), async (editor, zone) => {
      const job = await editor.add({
        name,
        schedule: timesOf(values, zone),
        ...(message !== undefined && { message }),
        ...(program !== undefined && { command: program }),
        ...(deliver !== undefined && { deliver }),
        ...(to && { to }),
        ...(keep && { deleteAfterRun: false }),
        missed: missedOf(values.missed),
        createdBy: { channel: 'cli', id: 'local', role: 'owner' },
      })
      return jobLine(job, zone)
    })
    io.stdout.write(
      values.json
        ? `${JSON.stringify({ job: line })}\n`
        : `✓ Added job '${line.name}' (${line.id})\n  Next run: ${line.next ?? 'never'}\n`,
    )
    return exitCodes.ok
  },
  remove: (args, io) =>
    onJob(args, io, async (editor, id) => {
      const job = await editor.get(id)
      return job && (await editor.remove(id)) ? { job, words: () => `✓ Removed job ${id}` } : undefined
    }),
  enable: (args, io) =>
    onJob(args, io, async (editor, id) => {
      const job = await editor.enable(id, true)
      return job && { job, words: ({ next }) => `✓ Job '${job.name}' enabled\n  Next run: ${next ?? 'never'}` }
    }),
  disable: (args, io) =>
    onJob(args, io, async (editor, id) => {
      const job = await editor.enable(id, false)
      return job && { job, words: () => `✓ Job '${job.name}' disabled` }
    }),
  run: (args, io) =>
    onJob(args, io, async (editor, id) => {
      const job = await editor.run(id)
      return job && { job, words: () => `✓ Job '${job.name}' is due now; a running gateway starts it within seconds` }
    }),
}

type Editor = Parameters<Parameters<typeof withJobs>[1]>[0]

/** What was done to a job, and the words for it. */
interface Done {
  readonly job: Parameters<typeof jobLine>[0]
  words(line: JobLine): string
}

async function onJob(
  args: readonly string[],
  io: Io,
  work: (editor: Editor, id: string) => Promise<Done | undefined>,
): Promise<number> {
  const { values, positionals } = parse(args, { json: { type: 'boolean' } }, true)
  const [id, ...more] = positionals
  if (id === undefined || more.length > 0) throw needs('one id; "picoclaw cron list" shows them')
  const done = await withJobs(options(io), async (editor, zone) => {
    const found = await work(editor, id)
    const line = found && jobLine(found.job, zone)
    return line && { line, words: found.words(line) }
  })
  if (!done) throw new Problem(`✗ Job ${id} not found`, { mend: 'See "picoclaw cron list".' })
  io.stdout.write(values.json ? `${JSON.stringify({ job: done.line })}\n` : `${done.words}\n`)
  return exitCodes.ok
}

const needs = (what: string) =>
  new Problem(`This takes ${what}.`, { mend: 'See "picoclaw help cron".', exitCode: exitCodes.usage })

function placeOf({
  channel,
  to,
  thread,
}: {
  readonly channel?: string
  readonly to?: string
  readonly thread?: string
}) {
  if (channel === undefined && to === undefined && thread === undefined) return undefined
  if (!channel || !to) throw needs('both --channel and --to, or neither')
  return { channel, chat: to, ...(thread !== undefined && { thread }) }
}

function missedOf(text = 'run-once'): 'run-once' | 'skip' {
  if (text === 'run-once' || text === 'skip') return text
  throw new Problem(`There is no policy "${text}" for missed runs.`, {
    mend: 'Use run-once or skip.',
    exitCode: exitCodes.usage,
  })
}

function listed(jobs: readonly JobLine[]): string {
  if (jobs.length === 0) return 'No scheduled jobs.\n'
  const blocks = jobs.map((job) =>
    [
      `  ${job.name} (${job.id})`,
      `    Schedule: ${job.schedule}`,
      `    Status: ${job.enabled ? 'enabled' : 'disabled'}`,
      ...(job.next === undefined ? [] : [`    Next run: ${job.next}`]),
      `    Does: ${clip(job.does)}`,
      ...(job.to === undefined ? [] : [`    To: ${job.to}`]),
      ...(job.last === undefined
        ? []
        : [`    Last run: ${job.last}${job.failures > 1 ? ` (${job.failures} failures in a row)` : ''}`]),
      ...(job.leftOut === undefined ? [] : [`    Left out: ${job.leftOut}`]),
    ].join('\n'),
  )
  return `\nScheduled Jobs:\n----------------\n${blocks.join('\n')}\n`
}

const clip = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= 100 ? line : `${line.slice(0, 99).toWellFormed()}…`
}
