import { isSamePlace } from '../core/place.ts'
import type { InboxItem, Job } from '../core/store.ts'
import { backOffMs } from './failures.ts'
import { payloadOf, readJob, type ScheduledJob, writeJob } from './job.ts'
import { type Due, inboxItem, isForAgent, readMessageId } from './messages.ts'
import type { ScheduleParts } from './ports.ts'
import { type Outcome, outcomes } from './outcome.ts'
import { runner } from './runs.ts'
import { nextRun } from './times.ts'

/** Changes of other processes are seen within this. */
const rereadMs = 15_000
/** A run that begins later than this was missed. */
const lateMs = 60_000
/** Where it is noted in which zone the jobs were timed that name none. */
const zoneNote = 'schedule/zone'
/** A last run so far in the future means that the clock was set back. */
const clockBackMs = 36 * 3_600_000

export interface Schedule {
  /** Works until `signal` ends it; then what runs is ended too, and waited for. */
  run(signal: AbortSignal): Promise<void>
  /** Jobs were changed in this process. */
  nudge(): void
  /** How the turn of a message of the schedule ended; `message` is its id. Messages of others are ignored. */
  report(message: string, outcome: Outcome): Promise<void>
  /** Fires what is due. Resolves to when to look again. */
  tick(): Promise<number>
  /** Waits for commands under way. */
  settled(): Promise<void>
}

/** Starts jobs when they are due: each due time once, whatever restarts and however many processes look at the same store. */
export function schedule(parts: ScheduleParts): Schedule {
  const { jobs, notes, clock, log, zone } = parts
  const told = new Set<string>()
  let alarm = new AbortController()
  const ending = outcomes(parts)
  const runs = runner(parts, (id, outcome) => ending.finish(id, outcome))

  const readable = (job: Job): ScheduledJob | undefined => {
    const found = readJob(job)
    if (!found && !told.has(job.id)) {
      told.add(job.id)
      log.warn('A job cannot be read, so it does not run.', { job: job.id })
    }
    return found
  }

  async function tick(): Promise<number> {
    await runs.resume()
    const now = clock.now()
    let wake = now + rereadMs
    const timedIn = await notes.get(zoneNote)
    const moved = timedIn !== undefined && timedIn !== zone.name
    for (const stored of await jobs.list()) {
      if (!stored.enabled || stored.nextAt === undefined) continue
      const job = readable(stored)
      if (!job) continue
      const moves = moved && isOfHouse(job) && stored.nextAt > now
      const next = moves ? await retime(job, now) : await step(job, stored.nextAt, now)
      if (next !== undefined) wake = Math.min(wake, next)
    }
    if (timedIn !== zone.name) await notes.put(zoneNote, zone.name)
    return Math.max(wake, now)
  }

  /** Fires a job that is due. Resolves to its next run, whether it fired or not. */
  async function step(job: ScheduledJob, dueAt: number, now: number): Promise<number | undefined> {
    if (dueAt > now) return clockWentBack(job, now) ? moveBack(job, now) : dueAt
    const after = await following(job, dueAt, now)
    const missed = now - dueAt > lateMs && job.once !== true
    if (missed && job.missed === 'skip') {
      await leaveOut(job, dueAt, after, 'picoclaw was not running then')
      return after
    }
    if (after === undefined && job.schedule.kind !== 'at' && !job.once)
      log.warn('A job has no further run and is disabled after this one.', { job: job.name })
    await fire(job, dueAt, now, after)
    return after
  }

  async function fire(job: ScheduledJob, dueAt: number, now: number, next: number | undefined): Promise<void> {
    const place = await placeOf(job)
    const { once: _, ...rest } = job
    const started: ScheduledJob = { ...rest, lastRunAt: now, lastStatus: 'running' }
    if (!place.to && isForAgent(job)) {
      await jobs.put(writeJob(withNext(started, next)))
      await ending.finish(job.id, {
        ok: false,
        error: 'There is no chat to answer to: give the job one with --channel and --to.',
      })
      return
    }
    const item = await inboxItem(parts, job, { dueAt, now, ...place })
    const earlier = await earlierRun(job, item.channel)
    if (earlier) return leaveOut(job, dueAt, next, `an earlier run still ${earlier.tries > 0 ? 'runs' : 'waits'}`)
    const moved = { payload: payloadOf(started), ...(next !== undefined && { nextAt: next }) }
    if (!(await jobs.fire(job.id, dueAt, moved, item))) return
    log.debug('A job is due.', { job: job.name, late: now - dueAt })
    if (!isForAgent(job)) return runs.start(item)
    // A due time that a clock set back brings again is known to the inbox and stays done.
    if (parts.arrived && (await parts.inbox.open()).some(({ id }) => id === item.id)) parts.arrived(item)
  }

  /** Where the answer goes. Whoever reads along in any but a direct chat of an owner must not be told what was said in private. */
  async function placeOf(job: ScheduledJob): Promise<Pick<Due, 'to' | 'kind'>> {
    const owners = await parts.ownerChats()
    const to = job.to ?? owners[0]
    return { to, kind: to && owners.some((chat) => isSamePlace(chat, to)) ? 'direct' : 'group' }
  }

  /** A run that has not ended. One on another channel, which may be off for good, stops none on this. */
  async function earlierRun({ id }: ScheduledJob, channel: string): Promise<InboxItem | undefined> {
    const open = await parts.inbox.open()
    return open.find((item) => item.channel === channel && readMessageId(item.platformId)?.job === id)
  }

  async function leaveOut(job: ScheduledJob, dueAt: number, next: number | undefined, why: string): Promise<void> {
    log.info('A run of a job is left out.', { job: job.name, why })
    await jobs.put(writeJob(withNext({ ...job, leftOut: { at: dueAt, why } }, next)))
  }

  const clockWentBack = (job: ScheduledJob, now: number): boolean => (job.lastRunAt ?? now) > now + clockBackMs

  /** A clock that ran years ahead for a while must not silence a job for years. */
  async function moveBack(job: ScheduledJob, now: number): Promise<number | undefined> {
    const { lastRunAt: _, ...rest } = job
    return retime(rest, now)
  }

  async function retime(job: ScheduledJob, now: number): Promise<number | undefined> {
    const next = job.schedule.kind === 'at' ? job.nextAt : await following(job, now, now)
    await jobs.put(writeJob(withNext(job, next)))
    return next
  }

  async function following(job: ScheduledJob, dueAt: number, now: number): Promise<number | undefined> {
    if (job.once) return undefined
    const base = Math.max(dueAt, now)
    const wait = backOffMs(job.failures)
    return nextRun(job.schedule, Math.max(base, wait === 0 ? 0 : base + wait - 1), zone.name)
  }

  return {
    tick,
    report: async (message, outcome) => {
      const found = readMessageId(message)
      if (found) await ending.finish(found.job, outcome)
    },
    nudge: () => alarm.abort(),
    settled: () => runs.settled(),
    async run(signal) {
      while (!signal.aborted) {
        // Renewed before the look, so that a change during the look is not slept over.
        alarm = new AbortController()
        const wake = await tick().catch((error: unknown) => {
          log.error('The schedule could not be looked at; it is tried again.', { error: String(error) })
          return clock.now() + rereadMs
        })
        await clock.sleep(wake - clock.now(), AbortSignal.any([signal, alarm.signal])).catch(() => undefined)
      }
      await runs.stop()
    },
  }
}

/** True for a job that goes by the clocks of the house. */
const isOfHouse = ({ schedule }: ScheduledJob): boolean => schedule.kind === 'cron' && schedule.tz === undefined

function withNext(before: ScheduledJob, next: number | undefined): ScheduledJob {
  const { nextAt: _, ...job } = before
  return next === undefined ? { ...job, enabled: false } : { ...job, nextAt: next }
}
