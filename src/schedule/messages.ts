import type { InboundMessage } from '../core/channel.ts'
import { isJsonObject } from '../core/json.ts'
import type { ChatRef } from '../core/place.ts'
import { minuteText, zoneOf } from '../kit/zone.ts'
import type { ScheduledJob } from './job.ts'
import type { NewInboxItem, ScheduleParts } from './ports.ts'

/** The channel of inbox items that the schedule itself works off; no other room starts them. */
export const ownChannel = 'schedule'

/** True for a job that a model answers. */
export const isForAgent = (job: Pick<ScheduledJob, 'command' | 'deliver'>): boolean =>
  job.command === undefined && !job.deliver

/** The id of the message that a due time of a job makes; the same in every process. */
function messageId(job: string, dueAt: number): string {
  return `cron:${job}:${dueAt}`
}

/** The job and the due time of such an id. */
export function readMessageId(id: string): { readonly job: string; readonly dueAt: number } | undefined {
  const [, job, due] = /^cron:(.+):(\d+)$/.exec(id) ?? []
  return job === undefined ? undefined : { job, dueAt: Number(due) }
}

/** A run of a job. */
export interface Due {
  readonly dueAt: number
  readonly now: number
  readonly to: ChatRef | undefined
  /** What kind of chat `to` is. */
  readonly kind: InboundMessage['kind']
}

/** What a due job puts into the inbox: a message for the agent, or work of our own. */
export async function inboxItem(
  parts: Pick<ScheduleParts, 'newId' | 'stored' | 'zone'>,
  job: ScheduledJob,
  { dueAt, now, to, kind }: Due,
): Promise<NewInboxItem> {
  const platformId = messageId(job.id, dueAt)
  const plain = { id: parts.newId(), platformId, at: now }
  if (!to || !isForAgent(job)) {
    const work: OwnWork = { job: job.id, dueAt, ...(to && { to }) }
    return { ...plain, channel: ownChannel, session: ownChannel, payload: JSON.stringify(work) }
  }
  const message: InboundMessage = {
    id: platformId,
    from: { id: job.createdBy.id, name: `the schedule (${job.name})` },
    at: to,
    kind,
    text: job.message + lateness(job, dueAt, now, parts.zone.name),
    attachments: [],
    addressed: true,
    due: {
      cause: 'cron',
      name: job.name,
      role: job.createdBy.role,
      ...(job.session !== undefined && { session: job.session }),
    },
  }
  return { ...plain, channel: to.channel, ...(await parts.stored(message)) }
}

/** So that "this morning" is read rightly. */
function lateness({ schedule: { tz } }: ScheduledJob, dueAt: number, now: number, zone: string): string {
  if (now - dueAt < 5 * 60_000) return ''
  return `\n\n(This was due at ${minuteText(zoneOf(tz ?? zone), dueAt)}; picoclaw was not running then.)`
}

/** Work that waits in the inbox for the schedule itself. */
export interface OwnWork {
  readonly job: string
  readonly dueAt: number
  readonly to?: ChatRef
}

export function readOwnWork(payload: string): OwnWork | undefined {
  try {
    const work = JSON.parse(payload) as unknown
    return isJsonObject(work) && typeof work['job'] === 'string' ? (work as unknown as OwnWork) : undefined
  } catch {
    return undefined
  }
}
