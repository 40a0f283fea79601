import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Api } from './api.ts'
import { ApiFailure, failureOf } from './failure.ts'
import type { HealthBook } from './health.ts'
import { wantedUpdates, type Update } from './wire.ts'

export interface Polling {
  readonly api: Api
  readonly clock: Clock
  readonly log: Log
  readonly channel: string
  readonly health: HealthBook
  readonly signal: AbortSignal
  /** Resolves when the update is stored. */
  readonly take: (update: Update) => Promise<void>
  /** True when we may poll now, until the time that is given. */
  readonly mayPoll: (until: number) => Promise<boolean>
  readonly wait: (failures: number) => number
}

/** How long the service holds a poll open, in seconds. */
const held = 30
/** A poll that is silent for longer is dead. */
const deadAfterMs = 40_000
const leaseMs = 90_000
/** So often an update is offered that is refused while others are taken. */
const tries = 5

/** For the last call of an orderly end. */
const farewellMs = 2_000

/**
 * Asks for updates until the signal is aborted or the token is refused. The service is told that an update arrived only when it and all
 * before it are stored.
 */
export async function poll(polling: Polling): Promise<void> {
  const backlog = trackUpdates(polling)
  await pollWith(backlog, polling)
  // What is stored need not come again. It would be recognised, but not before it was read.
  if (!backlog.unconfirmed() || polling.api.dead) return
  const last = { ...backlog.offset(), limit: 1, timeout: 0, allowed_updates: wantedUpdates }
  await polling.api.call('getUpdates', last, { timeoutMs: farewellMs }).catch(() => undefined)
}

async function pollWith(backlog: ReturnType<typeof trackUpdates>, polling: Polling): Promise<void> {
  const { signal, health, clock, log, channel } = polling
  let failures = 0
  while (!signal.aborted) {
    try {
      if (await polling.mayPoll(clock.now() + leaseMs)) {
        const updates = await polling.api.call<readonly Update[]>(
          'getUpdates',
          { timeout: held, limit: 100, allowed_updates: wantedUpdates, ...backlog.offset() },
          { signal, timeoutMs: deadAfterMs },
        )
        health.heard()
        failures = (await backlog.take(updates)) ? 0 : failures + 1
      } else {
        health.down('Another picoclaw process polls with this token.', 'Stop it, or give each its own bot.')
        failures += 1
      }
    } catch (error) {
      if (signal.aborted) return
      failures += 1
      const failure = failureOf(error)
      if (failure.kind === 'auth') return health.refused(failure.message)
      await polled(failure, polling)
      if (failure.retryAfterMs !== undefined) await clock.sleep(failure.retryAfterMs, signal).catch(() => undefined)
    }
    if (failures === 1 && health.state().state === 'down')
      log.warn('Telegram does not answer the poll; it is tried again.', { channel, why: health.state().why ?? '' })
    if (failures > 0) await clock.sleep(polling.wait(failures), signal).catch(() => undefined)
  }
}

/** What a failed poll says about the channel. */
async function polled(failure: ApiFailure, { health, api, signal }: Polling): Promise<void> {
  if (failure.status !== 409) return health.down(failure.message)
  if (/webhook/i.test(failure.message)) {
    health.down('A webhook is set for this bot; it is being removed.')
    await api.call('deleteWebhook', { drop_pending_updates: false }, { signal }).catch(() => undefined)
    return
  }
  health.down('Another program reads the messages of this bot.', 'Stop it, or make a new token with @BotFather.')
}

/** Which updates are stored, and from where on the service must offer them again. */
function trackUpdates({ take, log, channel }: Polling) {
  let offset: number | undefined
  let told: number | undefined
  const stored = new Set<number>()
  const refused = new Map<number, number>()

  async function offer(update: Update): Promise<boolean> {
    if (stored.has(update.update_id)) return true
    try {
      await take(update)
      stored.add(update.update_id)
      refused.delete(update.update_id)
      return true
    } catch (error) {
      refused.set(update.update_id, (refused.get(update.update_id) ?? 0) + 1)
      const why = error instanceof Error ? error.message : String(error)
      log.error('A message from Telegram could not be stored.', { channel, update: update.update_id, why })
      return false
    }
  }

  return {
    /** The field that confirms what is stored. */
    offset() {
      told = offset
      return offset === undefined ? {} : { offset }
    },
    unconfirmed: () => told !== offset,
    /** True when all were stored. */
    async take(offered: readonly Update[]): Promise<boolean> {
      const updates = offered.toSorted((left, right) => left.update_id - right.update_id)
      const before = stored.size
      for (const update of updates) await offer(update)
      const works = stored.size > before
      for (const { update_id: id } of updates) {
        // A store that takes nothing is to blame itself; one that takes others is not.
        if (works && (refused.get(id) ?? 0) >= tries) {
          log.error('A message from Telegram is left out: it was refused again and again.', { channel, update: id })
          refused.delete(id)
          stored.add(id)
        }
        if (!stored.has(id)) break
        offset = id + 1
      }
      for (const id of stored) if (offset !== undefined && id < offset) stored.delete(id)
      return updates.every(({ update_id: id }) => !refused.has(id))
    },
  }
}
