import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import { Problem } from '../../core/problem.ts'
import type { Store } from '../../core/store.ts'

/** What a running gateway tells about itself to other processes of the same home. */
export interface InstanceFacts {
  readonly owner: string
  readonly pid: number
  readonly startedAt: number
  readonly version: string
  readonly host?: string
  readonly port?: number
}

/** The right to be the one gateway of a home. */
export interface Instance {
  tell(facts: Partial<InstanceFacts>): Promise<void>
  /** Resolves when another process took over: this one has to end. */
  readonly lost: Promise<void>
  release(): Promise<void>
}

const lease = 'gateway'
const leaseMs = 30_000
const renewMs = 10_000
const lookMs = 1_000

interface InstanceOptions {
  readonly store: Pick<Store, 'leases' | 'notes'>
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  /** True while a process with this id runs. */
  alive(pid: number): boolean
}

/**
 * Becomes the one gateway of a home. A dead gateway's lease is taken over; one that runs is not disturbed: a Problem tells where it is.
 */
export async function becomeInstance(facts: InstanceFacts, options: InstanceOptions): Promise<Instance> {
  const { store, clock, log, signal } = options
  const { owner } = facts
  const take = () => store.leases.take(lease, owner, clock.now(), clock.now() + leaseMs)
  const former = (await store.notes.get(lease)) as InstanceFacts | undefined
  const formerIsDead = former !== undefined && former.pid !== facts.pid && !options.alive(former.pid)
  // What it worked on need not wait until its leases run out.
  if (formerIsDead) await store.leases.releaseAll(former.owner)
  for (const until = clock.now() + leaseMs + lookMs; !(await take());) {
    if (former && !formerIsDead && clock.now() >= until)
      throw new Problem(`A gateway of this home runs already (process ${former.pid}).`, {
        mend: 'End it first, or name another home in PICOCLAW_HOME.',
      })
    if (clock.now() >= until) throw new Problem('Another process holds this home.', { mend: 'Try again in a minute.' })
    log.info('Waiting for a former gateway to let go of this home.')
    await clock.sleep(lookMs, signal)
  }
  let told: InstanceFacts = facts
  await store.notes.put(lease, { ...told })
  const over = new AbortController()
  const lost = renew(take, clock, over.signal)
  return {
    lost,
    async tell(more) {
      told = { ...told, ...more }
      await store.notes.put(lease, { ...told })
    },
    async release() {
      over.abort()
      await store.leases.release(lease, owner)
      await store.notes.remove(lease)
    },
  }
}

/** The gateway that runs on this home, if one does. */
export async function runningInstance(
  store: Pick<Store, 'notes'>,
  alive: (pid: number) => boolean,
): Promise<InstanceFacts | undefined> {
  const facts = (await store.notes.get(lease)) as InstanceFacts | undefined
  return facts && alive(facts.pid) ? facts : undefined
}

/** Keeps the lease up; resolves when it is another's. Never resolves when `over` comes first. */
async function renew(take: () => Promise<boolean>, clock: Clock, over: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(renewMs, over)
      if (!(await take())) return
    }
  } catch (error) {
    if (!over.aborted) throw error
    await new Promise(() => undefined)
  }
}

/** The address of a gateway as a client writes it. */
export const urlOf = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`
