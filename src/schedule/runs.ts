import type { ChatRef } from '../core/place.ts'
import type { InboxItem } from '../core/store.ts'
import { readJob, type ScheduledJob } from './job.ts'
import { ownChannel, readOwnWork } from './messages.ts'
import type { Outcome } from './outcome.ts'
import type { CommandOutcome, ScheduleParts } from './ports.ts'
import { spanText } from './times.ts'

/** A lease on a run is renewed in time while its process lives. */
const leaseMs = 60_000
const renewMs = 20_000
/** Characters of a command's output that are delivered. */
const longestOutput = 8_000

type Item = Pick<InboxItem, 'id' | 'platformId' | 'payload'>

/** Works off what needs no model: texts to deliver and commands to run. */
export interface Runner {
  /** Begins a run; resolves when it is under way. One that another process works on is left to it. */
  start(item: Item): Promise<void>
  /** Takes up what a process left behind that is no more. */
  resume(): Promise<void>
  settled(): Promise<void>
  stop(): Promise<void>
}

export function runner(parts: ScheduleParts, finish: (job: string, outcome: Outcome) => Promise<void>): Runner {
  const { inbox, leases, clock, log, jobs } = parts
  const { owner = parts.newId() } = parts
  const stopping = new AbortController()
  const running = new Map<string, Promise<void>>()

  const lease = (item: Item) => `schedule:${item.id}`
  const take = (item: Item) => leases.take(lease(item), owner, clock.now(), clock.now() + leaseMs)

  async function begin(item: Item): Promise<void> {
    if (running.has(item.id) || !(await take(item))) return
    const tries = await inbox.begin([item.id])
    // No start counted: another process has done it in the meantime.
    if (tries === 0) return leases.release(lease(item), owner)
    const over = new AbortController()
    void renew(item, over.signal)
    const done = work(item, tries)
      .catch((error: unknown) => log.error('A scheduled run broke off.', { error: String(error) }))
      .then(async () => {
        over.abort()
        running.delete(item.id)
        await leases.release(lease(item), owner)
      })
    running.set(item.id, done)
  }

  async function renew(item: Item, over: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await clock.sleep(renewMs, over)
        await take(item)
      }
    } catch {
      // The run is over.
    }
  }

  async function work(item: Item, tries: number): Promise<void> {
    const found = readOwnWork(item.payload)
    const stored = found && (await jobs.get(found.job))
    const job = stored && readJob(stored)
    // A job that was removed after it was due is not run any more.
    if (!job) return inbox.done([item.id])
    const to = found?.to ?? job.to ?? (await parts.ownerChats())[0]
    const outcome = await (job.command === undefined ? deliver(item, job, to) : command(item, job, to, tries))
    if (!outcome) return
    await inbox.done([item.id])
    await finish(job.id, outcome)
  }

  async function deliver(item: Item, job: ScheduledJob, to: ChatRef | undefined): Promise<Outcome> {
    if (!to) return { ok: false, error: 'There is no chat to send it to.' }
    return sent(to, job.message, item, job)
  }

  async function sent(to: ChatRef, text: string, item: Item, { name }: ScheduledJob): Promise<Outcome> {
    try {
      await parts.deliverTo(to, text, `schedule:${item.id}`, { name, run: item.platformId })
      return { ok: true }
    } catch (error) {
      return {
        ok: false,
        error: `Its text could not be sent: ${error instanceof Error ? error.message : String(error)}`,
      }
    }
  }

  /** Undefined when our own end came first. */
  async function command(
    item: Item,
    job: ScheduledJob,
    to: ChatRef | undefined,
    tries: number,
  ): Promise<Outcome | undefined> {
    const told = `Scheduled command "${job.command}"`
    if (tries > 1) {
      const error = 'picoclaw ended while the command ran; it was not started again.'
      if (to) await sent(to, `${told}: ${error}`, item, job)
      return { ok: false, error }
    }
    const { ok, output } = await limited(job)
    if (stopping.signal.aborted) return undefined
    const text = clip(output.trim())
    const outcome: Outcome = ok ? { ok } : { ok, error: text.slice(0, 300) || 'the command failed' }
    if (!to || (ok && text === '')) return outcome
    const delivered = await sent(to, ok ? text : `${told} failed:\n${text}`, item, job)
    return delivered.ok ? outcome : delivered
  }

  async function limited(job: ScheduledJob): Promise<CommandOutcome> {
    if (!parts.runCommand) return { ok: false, output: 'Jobs may not run commands here.' }
    const limit = parts.commandLimitMs()
    const [over, end] = [new AbortController(), new AbortController()]
    const timer =
      limit > 0
        ? clock.sleep(limit, over.signal).then(
            () => end.abort(),
            () => undefined,
          )
        : undefined
    try {
      return await parts.runCommand(job, AbortSignal.any([end.signal, stopping.signal]))
    } catch (error) {
      const why = end.signal.aborted
        ? `It was ended after ${spanText(limit)}.`
        : String(error instanceof Error ? error.message : error)
      return { ok: false, output: why }
    } finally {
      over.abort()
      await timer
    }
  }

  const all = () => Promise.all(running.values())

  return {
    start: begin,
    async resume() {
      for (const item of await inbox.open()) if (item.channel === ownChannel) await begin(item)
    },
    async settled() {
      await all()
    },
    async stop() {
      stopping.abort()
      await all()
    },
  }
}

function clip(text: string): string {
  return text.length <= longestOutput ? text : `${text.slice(0, longestOutput).toWellFormed()}\n… (cut)`
}
