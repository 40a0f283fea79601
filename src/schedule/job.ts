import { isJsonObject } from '../core/json.ts'
import type { ChatRef } from '../core/place.ts'
import type { Job } from '../core/store.ts'
import type { JobTimes } from './times.ts'

/** Who made a job; it runs with these rights. */
export interface JobCreator {
  readonly channel: string
  readonly id: string
  readonly role: 'owner' | 'member'
  /** Where to tell of trouble; absent is the chat of the job. */
  readonly chat?: ChatRef
}

/** What a job is, beside when it runs next. Stored as `Job.payload`. */
export interface JobFacts {
  readonly name: string
  readonly schedule: JobTimes
  /** What the agent is told, or, with `deliver`, what is sent as it stands. */
  readonly message: string
  /** Run instead; its output is delivered. */
  readonly command?: string
  readonly deliver: boolean
  /** Absent: the chat where an owner was last heard. */
  readonly to?: ChatRef
  /** The conversation it was asked for in: there it goes on. Absent: that of its place. */
  readonly session?: string
  readonly createdBy: JobCreator
  readonly createdAt: number
  /** After a time when nothing ran: one run at once, or none. */
  readonly missed: 'run-once' | 'skip'
  readonly deleteAfterRun: boolean
  /** Back to disabled after the next run. */
  readonly once?: boolean
  readonly lastRunAt?: number
  readonly lastStatus?: 'running' | 'ok' | 'error'
  readonly lastError?: string
  /** The last due time at which it did not run, and why. */
  readonly leftOut?: { readonly at: number; readonly why: string }
  /** Failures in a row. */
  readonly failures: number
}

/** A job with its facts read. */
export interface ScheduledJob extends Omit<Job, 'payload'>, JobFacts {}

/** Undefined when the payload is none of ours. */
export function readJob({ payload, ...job }: Job): ScheduledJob | undefined {
  const facts = parse(payload)
  if (!isJsonObject(facts) || typeof facts['name'] !== 'string' || !isTimes(facts['schedule'])) return undefined
  return { ...defaults, ...(facts as unknown as JobFacts), ...job }
}

export function writeJob({ id, nextAt, enabled, ...facts }: ScheduledJob): Job {
  return { id, enabled, payload: JSON.stringify(facts satisfies JobFacts), ...(nextAt !== undefined && { nextAt }) }
}

/** The facts alone, as JSON. */
export function payloadOf(job: ScheduledJob): string {
  return writeJob(job).payload
}

const defaults = {
  message: '',
  deliver: false,
  createdBy: { channel: 'cli', id: 'local', role: 'member' },
  createdAt: 0,
  missed: 'run-once',
  deleteAfterRun: false,
  failures: 0,
} as const satisfies Partial<JobFacts>

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** True for a schedule in the stored form. */
export function isTimes(value: unknown): value is JobTimes {
  if (!isJsonObject(value)) return false
  const number = (key: string) => typeof value[key] === 'number'
  return (
    (value['kind'] === 'at' && number('atMs')) ||
    (value['kind'] === 'every' && number('everyMs')) ||
    (value['kind'] === 'cron' && typeof value['expr'] === 'string')
  )
}
