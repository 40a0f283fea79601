import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultWorkspace } from '../config/environment.ts'
import { momentText } from '../kit/zone.ts'
import { type JobEditor, jobEditor } from '../schedule/editor.ts'
import { importJobs } from '../schedule/import.ts'
import type { ScheduledJob } from '../schedule/job.ts'
import { timesText } from '../schedule/times.ts'
import { type House, type HouseOptions, openHouse } from './house.ts'

/** The jobs of this house and the zone of its people, for the time of `work`; those of the original are taken over first. */
export async function withJobs<T>(
  options: Pick<HouseOptions, 'redactor' | 'write'>,
  work: (editor: JobEditor, zone: string) => Promise<T>,
): Promise<T> {
  const house = await openHouse({ ...options, debug: false })
  try {
    const { store, clock, zone } = house
    await takeOverJobs(house)
    return await work(jobEditor({ jobs: store.jobs, clock, zone, newId: randomUUID }), zone.name)
  } finally {
    await house.close()
  }
}

/** Takes the jobs over that the original kept in the workspace, once. */
export function takeOverJobs({ store, log, clock, zone, environment, current }: House): Promise<number> {
  const workspace = current.loaded.config.agents.defaults.workspace ?? defaultWorkspace(environment)
  return importJobs({
    ...store,
    log,
    now: clock.now(),
    zone: zone.name,
    readFile: () =>
      readFile(join(workspace, 'cron', 'jobs.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
        throw error
      }),
  })
}

/** A job as a listing tells it. */
export interface JobLine {
  readonly id: string
  readonly name: string
  readonly schedule: string
  readonly enabled: boolean
  /** When it runs next, with weekday and zone; absent when it does not. */
  readonly next?: string
  readonly nextAt?: number
  readonly does: string
  readonly to?: string
  readonly last?: string
  /** The last due time at which it did not run, and why. */
  readonly leftOut?: string
  readonly failures: number
}

/** `zone` is for a job that names none. */
export function jobLine(job: ScheduledJob, zone: string): JobLine {
  const { id, name, schedule, enabled, nextAt, to, leftOut, failures } = job
  const next = enabled ? nextAt : undefined
  return {
    id,
    name,
    schedule: timesText(schedule, zone),
    enabled,
    ...(next !== undefined && { next: momentText(next, schedule.tz ?? zone), nextAt: next }),
    does: job.command === undefined ? `${job.deliver ? 'sends' : 'asks'}: ${job.message}` : `runs: ${job.command}`,
    ...(to && { to: [to.channel, to.chat, to.thread].filter(Boolean).join(' ') }),
    ...lastOf(job, schedule.tz ?? zone),
    ...(leftOut && { leftOut: `${momentText(leftOut.at, schedule.tz ?? zone)}, ${leftOut.why}` }),
    failures,
  }
}

function lastOf({ lastRunAt, lastStatus, lastError }: ScheduledJob, zone: string): Pick<JobLine, 'last'> {
  const when = lastRunAt === undefined ? undefined : momentText(lastRunAt, zone)
  const words = [lastStatus, when, lastError].filter((word) => word !== undefined)
  return words.length === 0 ? {} : { last: words.join(', ') }
}
