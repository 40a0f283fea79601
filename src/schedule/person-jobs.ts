import type { ToolContext } from '../core/tool.ts'
import type { ChatRef } from '../core/place.ts'
import type { JobEditor, JobWish } from './editor.ts'
import type { ScheduledJob } from './job.ts'
import type { JobTimes } from './times.ts'

/** A job as the agent plans it. */
interface PlannedWork {
  readonly name: string
  readonly message: string
  readonly command?: string
  readonly timing: JobTimes
  readonly to: ChatRef
}
interface PlannedJob extends PlannedWork {
  readonly id: string
  readonly enabled: boolean
  readonly nextAt?: number
}
type Asker = Pick<ToolContext, 'session' | 'origin' | 'sender' | 'role' | 'depth'>

/** Jobs as the agent handles them for the person of its turn: an owner sees and changes all, anybody else their own. */
export interface PersonJobs {
  add(job: PlannedWork, asker: Asker): Promise<PlannedJob>
  list(asker: Asker): Promise<readonly PlannedJob[]>
  /** Undefined when there is no such job for this person. */
  change(
    id: string,
    change: Partial<Pick<PlannedJob, 'name' | 'message' | 'command' | 'timing' | 'enabled'>>,
    asker: Asker,
  ): Promise<PlannedJob | undefined>
  remove(id: string, asker: Asker): Promise<boolean>
}

export function personJobs(editor: JobEditor): PersonJobs {
  const own = async (id: string, asker: Asker): Promise<ScheduledJob | undefined> => {
    const job = await editor.get(id)
    return job && isFor(job, asker) ? job : undefined
  }
  return {
    async add({ timing, ...work }, { session, origin, sender, role, depth }) {
      const createdBy = { channel: origin.channel, id: sender.id, role, chat: origin }
      // The conversation of a sub-agent ends with it.
      const own = depth === 0 ? { session } : {}
      return planned(await editor.add({ ...work, ...own, schedule: timing, createdBy }))
    },
    async list(asker) {
      return (await editor.list()).filter((job) => isFor(job, asker)).map(planned)
    },
    async change(id, { timing, enabled, ...texts }, asker) {
      if (!(await own(id, asker))) return undefined
      const change: Partial<JobWish> = { ...texts, ...(timing && { schedule: timing }) }
      const changed = Object.keys(change).length > 0 ? await editor.update(id, change) : undefined
      const job = enabled === undefined ? changed : await editor.enable(id, enabled)
      return job && planned(job)
    },
    async remove(id, asker) {
      return (await own(id, asker)) ? editor.remove(id) : false
    },
  }
}

const isFor = ({ createdBy }: ScheduledJob, { origin, sender, role }: Asker): boolean =>
  role === 'owner' || (createdBy.channel === origin.channel && createdBy.id === sender.id)

function planned({ id, name, message, command, schedule, to, enabled, nextAt }: ScheduledJob): PlannedJob {
  return {
    id,
    name,
    message,
    timing: schedule,
    to: to ?? { channel: '', chat: '' },
    enabled,
    ...(command !== undefined && { command }),
    ...(nextAt !== undefined && { nextAt }),
  }
}
