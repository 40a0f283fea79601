import { momentText } from '../kit/zone.ts'
import { Lanes } from '../kit/lanes.ts'
import { tellAfter } from './failures.ts'
import { readJob, type ScheduledJob, writeJob } from './job.ts'
import type { ScheduleParts } from './ports.ts'

/** How a run ended. */
export interface Outcome {
  readonly ok: boolean
  /** Why not, one sentence. */
  readonly error?: string
}

/** Keeps book of how jobs end. */
export function outcomes(parts: ScheduleParts): { finish(id: string, outcome: Outcome): Promise<void> } {
  const { jobs, log, zone } = parts
  const lanes = new Lanes()

  async function finish(id: string, { ok, error = 'it failed' }: Outcome): Promise<void> {
    const stored = await jobs.get(id)
    const job = stored && readJob(stored)
    // A run whose words were not delivered stays a failure, whatever else is heard of it.
    if (!job || job.lastStatus === 'error') return
    if (ok) {
      if (isOver(job) && job.deleteAfterRun) await jobs.remove(id)
      else {
        const { lastError: _, ...rest } = job
        await jobs.put(writeJob({ ...rest, lastStatus: 'ok', failures: 0 }))
      }
      return
    }
    const failures = job.failures + 1
    await jobs.put(writeJob({ ...job, lastStatus: 'error', lastError: error, failures }))
    log.warn('A job failed.', { job: job.name, error, failures })
    if (failures === tellAfter || (isOver(job) && failures === 1)) await tell({ ...job, failures }, error)
  }

  /** Told once: a job that fails every minute must not fill a chat. */
  async function tell(job: ScheduledJob, error: string): Promise<void> {
    const to = job.createdBy.chat ?? job.to ?? (await parts.ownerChats())[0]
    if (!to) return
    const next = isOver(job)
      ? 'It is kept, disabled: see "picoclaw cron list".'
      : `It goes on, less often while it fails; next ${job.nextAt === undefined ? 'time unknown' : momentText(job.nextAt, job.schedule.tz ?? zone.name)}.`
    const times = job.failures === 1 ? 'failed' : `failed ${job.failures} times in a row`
    const text = `The scheduled job "${job.name}" (${job.id}) ${times}: ${error}\n${next}`
    const key = `job-trouble:${job.id}:${job.lastRunAt ?? 0}`
    await parts.deliverTo(to, text, key, { name: job.name }).catch((failure: unknown) => {
      log.error('Nobody could be told of a failing job.', { job: job.name, error: String(failure) })
    })
  }

  return { finish: (id, outcome) => lanes.run(id, () => finish(id, outcome)) }
}

/** True for a job that will not run again by itself. */
const isOver = (job: ScheduledJob): boolean => job.schedule.kind === 'at' && !job.enabled
