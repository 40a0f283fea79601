import type { Clock } from '../core/clock.ts'
import { exitCodes, Problem } from '../core/problem.ts'
import type { ChatRef } from '../core/place.ts'
import type { JobStore } from '../core/store.ts'
import { isZone, type Zone } from '../kit/zone.ts'
import { type JobCreator, type JobFacts, readJob, type ScheduledJob, writeJob } from './job.ts'
import { type JobTimes, nextRun } from './times.ts'

/** What somebody wants to be done at some time. */
export interface JobWish {
  /** Absent: the beginning of the message. */
  readonly name?: string
  readonly schedule: JobTimes
  readonly message?: string
  readonly command?: string
  readonly deliver?: boolean
  readonly to?: ChatRef
  readonly session?: string
  readonly createdBy: JobCreator
  readonly missed?: JobFacts['missed']
  /** Absent: true for a job that runs at one moment. */
  readonly deleteAfterRun?: boolean
}

/** Jobs as people and the agent handle them. Every change is seen by a running schedule within seconds. */
export interface JobEditor {
  list(): Promise<readonly ScheduledJob[]>
  get(id: string): Promise<ScheduledJob | undefined>
  /** A Problem for what can never run. */
  add(wish: JobWish): Promise<ScheduledJob>
  /** Undefined when there is no such job. */
  update(
    id: string,
    change: Partial<Pick<JobWish, 'name' | 'schedule' | 'message' | 'command' | 'to' | 'missed'>>,
  ): Promise<ScheduledJob | undefined>
  remove(id: string): Promise<boolean>
  enable(id: string, enabled: boolean): Promise<ScheduledJob | undefined>
  /** Makes it due now; one that is disabled is disabled again afterwards. */
  run(id: string): Promise<ScheduledJob | undefined>
}

export function jobEditor(parts: {
  readonly jobs: JobStore
  readonly clock: Clock
  readonly zone: Pick<Zone, 'name'>
  newId(): string
  /** Told after each change. */
  changed?(): void
}): JobEditor {
  const { jobs, clock, zone } = parts
  const store = async (job: ScheduledJob) => {
    await jobs.put(writeJob(job))
    parts.changed?.()
    return job
  }
  const get = async (id: string) => {
    const job = await jobs.get(id)
    return job && readJob(job)
  }
  /** The job with its next run as of now. */
  const timed = async (job: ScheduledJob): Promise<ScheduledJob> => ({
    ...job,
    nextAt: await firstRun(job.schedule, clock.now(), zone.name),
  })
  return {
    get,
    async list() {
      return (await jobs.list()).flatMap((job) => readJob(job) ?? [])
    },
    async add(wish) {
      return store(await timed(jobFrom(wish, parts.newId().replaceAll('-', '').slice(0, 16), clock.now())))
    },
    async update(id, change) {
      const job = await get(id)
      if (!job) return undefined
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      if (Object.keys(given).length === 0)
        throw new Problem('Nothing is to be changed.', {
          mend: 'Name what shall be different.',
          exitCode: exitCodes.usage,
        })
      const next: ScheduledJob = { ...job, ...given }
      if (!change.schedule) return store(next)
      return store(
        await timed({ ...next, schedule: anchored(change.schedule, clock.now()), enabled: true, failures: 0 }),
      )
    },
    async remove(id) {
      const removed = await jobs.remove(id)
      if (removed) parts.changed?.()
      return removed
    },
    async enable(id, enabled) {
      const job = await get(id)
      if (!job) return undefined
      const { nextAt: _, once: _once, ...rest } = job
      return store(enabled ? await timed({ ...rest, enabled, failures: 0 }) : { ...rest, enabled })
    },
    async run(id) {
      const job = await get(id)
      if (!job) return undefined
      const once = !job.enabled || job.once === true
      return store({ ...job, enabled: true, nextAt: clock.now(), ...(once && { once }) })
    },
  }
}

function jobFrom(wish: JobWish, id: string, now: number): ScheduledJob {
  const { message = '', createdBy, missed = 'run-once', deliver = false } = wish
  const command = workOf(wish)
  const schedule = anchored(wish.schedule, now)
  return {
    id,
    enabled: true,
    name: wish.name?.trim() || shortName(message || command),
    schedule,
    message,
    deliver,
    ...(command !== '' && { command }),
    ...placeOf(wish),
    createdBy,
    createdAt: now,
    missed,
    deleteAfterRun: wish.deleteAfterRun ?? schedule.kind === 'at',
    failures: 0,
  }
}

/** The command of a wish, empty without one. A Problem for a wish that names no work. */
function workOf({ message = '', command = '' }: JobWish): string {
  if (message.trim() === '' && command.trim() === '')
    throw new Problem('A job needs a message or a command.', { exitCode: exitCodes.usage })
  return command.trim()
}

const placeOf = ({ to, session }: JobWish): Pick<ScheduledJob, 'to' | 'session'> => ({
  ...(to && { to }),
  ...(session !== undefined && { session }),
})

const anchored = (times: JobTimes, now: number): JobTimes =>
  times.kind === 'every' && times.anchorMs === undefined ? { ...times, anchorMs: now } : times

/** The first run of a schedule; a Problem that says why there is none. */
async function firstRun(times: JobTimes, now: number, zone: string): Promise<number> {
  const refuse = (what: string, mend?: string) =>
    new Problem(what, { exitCode: exitCodes.usage, ...(mend !== undefined && { mend }) })
  if (times.tz !== undefined && !isZone(times.tz))
    throw refuse(`There is no time zone "${times.tz}".`, 'Use an IANA name, for example Europe/Berlin.')
  if (times.kind === 'cron') {
    const { cronFault } = await import('./cron-expression.ts')
    const fault = cronFault(times.expr)
    if (fault !== undefined)
      throw refuse(
        `"${times.expr}" is no cron expression: ${fault}.`,
        'For example "0 9 * * 1-5": at nine on weekdays.',
      )
  }
  const next = await nextRun(times, now, zone)
  if (next !== undefined) return next
  if (times.kind === 'every') throw refuse('The interval must be at least a second.')
  throw refuse(times.kind === 'at' ? 'That moment is over.' : `"${times.expr}" never comes.`, 'Choose a time to come.')
}

function shortName(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= 30 ? line : line.slice(0, 30).toWellFormed()
}
