import { randomUUID } from 'node:crypto'
import type { PersonJobs } from '../schedule/person-jobs.ts'
import type { House } from './house.ts'

/**
 * The cron tool's jobs. In a process without a schedule of its own, what it changes is seen by the gateway. The schedule's parts are loaded
 * when it is first used.
 */
export function jobTool(
  { store, clock, zone }: Pick<House, 'store' | 'clock' | 'zone'>,
  changed?: () => void,
): PersonJobs {
  let opened: Promise<PersonJobs> | undefined
  const jobs = () => (opened ??= open())

  async function open(): Promise<PersonJobs> {
    const [{ jobEditor }, { personJobs }] = await Promise.all([
      import('../schedule/editor.ts'),
      import('../schedule/person-jobs.ts'),
    ])
    return personJobs(jobEditor({ jobs: store.jobs, clock, zone, newId: randomUUID, ...(changed && { changed }) }))
  }

  return {
    add: async (...args) => (await jobs()).add(...args),
    list: async (...args) => (await jobs()).list(...args),
    change: async (...args) => (await jobs()).change(...args),
    remove: async (...args) => (await jobs()).remove(...args),
  }
}
