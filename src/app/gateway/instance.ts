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
  /** It finishes its last turns and will let go of the home. */
  readonly ending?: boolean
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
  /** True when the gateway of these facts says itself that it runs. */
  answers(facts: InstanceFacts): Promise<boolean>
}

/**
 * Becomes the one gateway of a home. A dead gateway's lease is taken over; one that runs is not disturbed: a Problem tells where it is. One
 * that is ending, or says nothing, is waited for until its lease has run out.
 */
export async function becomeInstance(facts: InstanceFacts, options: InstanceOptions): Promise<Instance> {
  const { store, clock, log, signal } = options
  const { owner } = facts
  const take = () => store.leases.take(lease, owner, clock.now(), clock.now() + leaseMs)
  const former = (await store.notes.get(lease)) as InstanceFacts | undefined
  const formerIsDead = former !== undefined && former.pid !== facts.pid && !options.alive(former.pid)
  // What it worked on need not wait until its leases run out.
  if (formerIsDead) await store.leases.releaseAll(former.owner)
  const runs = former && !formerIsDead ? former : undefined
  for (const until = clock.now() + leaseMs + lookMs; !(await take());) {
    if (runs && (clock.now() >= until || (runs.ending !== true && (await options.answers(runs)))))
      throw new Problem(`A gateway of this home runs already (process ${runs.pid}).`, {
        mend: 'End it first, or name another home in PICOCLAW_HOME.',
      })
    if (clock.now() >= until) throw new Problem('Another process holds this home.', { mend: 'Try again in a minute.' })
    log.info('Waiting for a former gateway to let go of this home.')
    await clock.sleep(lookMs, signal)
  }
  let told: InstanceFacts = facts
  await store.notes.put(lease, { ...told })
  const over = new AbortController()
  const lost = renew(take, { clock, log }, over.signal)
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
async function renew(
  take: () => Promise<boolean>,
  { clock, log }: Pick<InstanceOptions, 'clock' | 'log'>,
  over: AbortSignal,
): Promise<void> {
  for (let failing = false; ;) {
    await clock.sleep(failing ? lookMs : renewMs, over).catch(never)
    try {
      if (!(await take())) return
      failing = false
    } catch (error) {
      // A store that cannot be written for a while gives the home to nobody else.
      if (!failing) log.error(`The right to this home could not be renewed; it is tried again: ${String(error)}`)
      failing = true
    }
  }
}

const never = () => new Promise<never>(() => undefined)

/** Where a gateway answers; undefined for one without HTTP. */
export const addressOf = ({ host, port }: InstanceFacts): string | undefined =>
  host === undefined || port === undefined ? undefined : urlOf({ host, port })

/** The address of a gateway as a client writes it. */
export const urlOf = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`
