import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import type { JobStore, NoteStore } from '../core/store.ts'
import { isTimes, type ScheduledJob, writeJob } from './job.ts'
import { nextRun } from './times.ts'

const note = 'schedule/imported'

/**
 * Takes the jobs of the original's `cron/jobs.json` over, once in the life of a store. Resolves to their number. A file that cannot be
 * read is told to the log and tried again at the next start; a job that is there already stays as it is.
 */
export async function importJobs(parts: {
  /** The text of the file; undefined when there is none. */
  readFile(): Promise<string | undefined>
  readonly jobs: Pick<JobStore, 'get' | 'put'>
  readonly notes: Pick<NoteStore, 'get' | 'put'>
  readonly log: Log
  readonly now: number
  readonly zone: string
}): Promise<number> {
  const { jobs, notes, log, now, zone } = parts
  if ((await notes.get(note)) !== undefined) return 0
  const text = await parts.readFile()
  if (text === undefined) return 0
  const found = jobsOf(text)
  if (!found) {
    log.warn('The jobs of cron/jobs.json were not taken over: the file is not readable JSON.')
    return 0
  }
  let taken = 0
  for (const row of found) {
    const job = jobOf(row, now)
    if (!job) log.warn('A job of cron/jobs.json was not taken over: its schedule cannot be read.', { job: nameOf(row) })
    else if (!(await jobs.get(job.id))) {
      const nextAt = job.enabled ? await nextRun(job.schedule, now, zone) : undefined
      // A moment that is over is kept, so that people see what did not run.
      const state = nextAt === undefined ? { enabled: false } : { nextAt }
      await jobs.put(writeJob({ ...job, ...state }))
      taken += 1
    }
  }
  await notes.put(note, { at: now, jobs: taken })
  return taken
}

function jobsOf(text: string): readonly JsonObject[] | undefined {
  try {
    const file = JSON.parse(text) as unknown
    const rows = isJsonObject(file) ? file['jobs'] : undefined
    return Array.isArray(rows) ? rows.filter(isJsonObject) : undefined
  } catch {
    return undefined
  }
}

const textIn = (object: unknown, key: string): string | undefined => {
  const value = isJsonObject(object) ? object[key] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}
const nameOf = (row: JsonObject): string => textIn(row, 'name') ?? textIn(row, 'id') ?? ''

function jobOf(row: JsonObject, now: number): ScheduledJob | undefined {
  const { schedule, payload, createdAtMs, deleteAfterRun, enabled } = row
  const id = textIn(row, 'id')
  const times = plainTimes(schedule)
  if (id === undefined || !times) return undefined
  const message = textIn(payload, 'message') ?? ''
  const command = textIn(payload, 'command')
  const chat = textIn(payload, 'to')
  const channel = textIn(payload, 'channel')
  return {
    id,
    enabled: enabled !== false,
    name: textIn(row, 'name') ?? message.slice(0, 30),
    schedule: times.kind === 'every' ? { ...times, anchorMs: now } : times,
    message,
    ...(command !== undefined && { command }),
    deliver: isJsonObject(payload) && payload['deliver'] === true,
    ...(chat !== undefined && channel !== undefined && { to: { channel, chat } }),
    createdBy: { channel: 'import', id: 'cron/jobs.json', role: 'owner' },
    createdAt: typeof createdAtMs === 'number' ? createdAtMs : now,
    missed: 'run-once',
    deleteAfterRun: deleteAfterRun === true,
    failures: 0,
  }
}

/** The original writes all fields of a schedule, those of other kinds as null. */
function plainTimes(schedule: unknown): ScheduledJob['schedule'] | undefined {
  if (!isJsonObject(schedule)) return undefined
  const given = Object.fromEntries(Object.entries(schedule).filter(([, value]) => value !== null && value !== ''))
  return isTimes(given) ? given : undefined
}
