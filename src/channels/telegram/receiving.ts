import type { Receiver } from '../../core/channel.ts'
import { Problem } from '../../core/problem.ts'
import type { Api } from './api.ts'
import { failureOf } from './failure.ts'
import type { HealthBook } from './health.ts'
import { takeUpdate } from './intake.ts'
import { poll } from './poll.ts'
import type { TelegramOptions } from './ports.ts'
import { listen } from './webhook.ts'
import type { Update, User } from './wire.ts'

export interface Receiving {
  readonly options: TelegramOptions
  readonly api: Api
  readonly health: HealthBook
  readonly load: (ref: string, signal?: AbortSignal) => Promise<Uint8Array>
  /** The number in front of the token, which is no secret. */
  readonly botId: string
}

const longestWaitMs = 30_000
/** So often the service is asked whether its calls arrive. */
const attendMs = 2 * 60_000

/** The receiving side of a channel: who we are, then updates by poll or by webhook. */
export function receiving({ options, api, health, load, botId }: Receiving) {
  const { name, settings, clock, log, lease, webhook, random = Math.random } = options
  let ended: AbortController | undefined
  let running: Promise<void> = Promise.resolve()
  const wait = (failures: number) =>
    Math.min(longestWaitMs, 1_000 * 2 ** Math.min(failures - 1, 5)) * (0.5 + random() / 2)

  /** Who we are; undefined when the service is out of reach. */
  async function identity(signal: AbortSignal): Promise<User | undefined> {
    try {
      const me = await api.call<User>('getMe', {}, { signal, timeoutMs: 20_000 })
      health.heard()
      return me
    } catch (error) {
      signal.throwIfAborted()
      const failure = failureOf(error)
      if (failure.kind === 'auth') health.refused(failure.message)
      else health.down(failure.message)
      return undefined
    }
  }

  async function run(receiver: Receiver, known: User | undefined, signal: AbortSignal): Promise<void> {
    let me = known
    for (let failures = 1; !me; failures += 1) {
      await clock.sleep(wait(failures), signal)
      if (api.dead) return
      me = await identity(signal)
    }
    const reader = { channel: name, me, load }
    const take = (update: Update) => takeUpdate(update, receiver, reader, log)
    if (settings.mode === 'webhook' && webhook) return beCalled(take, signal)
    const leaseName = `telegram:${botId}`
    try {
      await poll({
        api,
        clock,
        log,
        channel: name,
        health,
        signal,
        take,
        wait,
        mayPoll: async (until) => !lease || lease.store.take(leaseName, lease.owner, clock.now(), until),
      })
    } finally {
      await lease?.store.release(leaseName, lease.owner).catch(() => undefined)
    }
  }

  async function beCalled(take: (update: Update) => Promise<void>, signal: AbortSignal): Promise<void> {
    if (!webhook) return
    const hook = listen({ api, place: webhook, clock, log, channel: name, health, take })
    let failures = 0
    try {
      while (!api.dead) {
        const failure = await hook.attend(signal).then(() => undefined, failureOf)
        signal.throwIfAborted()
        failures = failure ? failures + 1 : 0
        if (failure?.kind === 'auth') health.refused(failure.message)
        else if (failure) health.down(failure.message)
        await clock.sleep(failure ? wait(failures) : attendMs, signal)
      }
    } finally {
      hook[Symbol.dispose]()
      await hook.idle()
    }
  }

  return {
    async start(receiver: Receiver): Promise<void> {
      if (settings.mode === 'webhook' && !webhook)
        throw new Problem('Nothing listens for the webhook of the Telegram bot.', {
          at: `channel_list.${name}.settings.mode`,
          mend: 'Run it in the gateway with a public address, or set the mode to "polling".',
        })
      ended = new AbortController()
      const { signal } = ended
      api.revive()
      const me = await identity(signal)
      if (api.dead)
        throw new Problem('Telegram does not accept the token of the bot.', {
          at: `channel_list.${name}.settings.token`,
          mend: 'Get a new one from @BotFather.',
        })
      if (!me)
        log.warn('Telegram is out of reach; it is tried again.', { channel: name, why: health.state().why ?? '' })
      running = run(receiver, me, signal).catch((error: unknown) => {
        if (signal.aborted) return
        health.broken()
        log.error('The Telegram channel stopped.', { channel: name, why: error instanceof Error ? error.message : '' })
      })
    },
    async stop(): Promise<void> {
      ended?.abort(new Error('The channel is being stopped.'))
      await running
      health.down('The channel is stopped.')
    },
  }
}
