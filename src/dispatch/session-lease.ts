import type { Clock } from '../core/clock.ts'
import type { LeaseStore } from '../core/store.ts'

const leaseMs = 60_000
const renewMs = 20_000
const lookMs = 250

interface LeaseGround {
  readonly leases: LeaseStore
  readonly clock: Clock
  /** True when the process of that name has ended for certain. */
  isDead?(owner: string): boolean
}

/**
 * Works on a session alone, among all processes on the store. Waits while another process holds it, unless that one is dead; the lease is
 * kept up for as long as the work takes. Throws the signal's reason when it is aborted before the work begins.
 */
export async function alone<T>(
  session: string,
  owner: string,
  { leases, clock, isDead = () => false }: LeaseGround,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const name = `session:${session}`
  const take = () => leases.take(name, owner, clock.now(), clock.now() + leaseMs)
  while (!(await take())) {
    const holder = await leases.holder(name)
    if (holder !== undefined && isDead(holder)) await leases.release(name, holder)
    else await clock.sleep(lookMs, signal)
  }
  const done = new AbortController()
  const kept = keep(take, clock, done.signal)
  try {
    return await work()
  } finally {
    done.abort()
    await kept
    await leases.release(name, owner)
  }
}

async function keep(take: () => Promise<boolean>, clock: Clock, done: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(renewMs, done)
      await take()
    }
  } catch {
    // The work is done, or the store cannot be written, which the work itself will be told.
  }
}
