import type { Channel, ChannelHealth, Receiver } from '../../core/channel.ts'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import { Problem } from '../../core/problem.ts'

/** A channel that is kept up on its own: what goes wrong in it is felt nowhere else. */
export interface KeptChannel {
  readonly name: string
  readonly kind: string
  health(): ChannelHealth
  /** Resolves when it came up, when it is known why it does not, or after 15 s. */
  readonly first: Promise<void>
  /** Receives nothing more; it can still send. */
  pause(): Promise<void>
  stop(): Promise<void>
}

export interface KeepOptions {
  readonly name: string
  readonly kind: string
  readonly clock: Clock
  readonly log: Log
  make(): Promise<Channel>
  /** Called before each start; the receiver for what it hears. */
  open(channel: Channel): Promise<Receiver>
  close(channel: Channel): Promise<void>
}

const firstWaitMs = 1_000
/** A platform that is out of reach holds nobody up: after this the start of everything else goes on. */
const patienceMs = 15_000
const longestWaitMs = 5 * 60_000
/** So often it is looked at whether a channel has ended by itself. */
const lookMs = 5_000

/** Keeps a channel up: one that cannot start, or has ended by itself, is started again, each time later, unless only a person can mend it. */
export function keepChannel(options: KeepOptions): KeptChannel {
  const { name, kind, clock, log } = options
  const over = new AbortController()
  let channel: Channel | undefined
  let paused = false
  let health: ChannelHealth = { state: 'starting' }
  const first = Promise.withResolvers<void>()

  async function start(): Promise<void> {
    const made = await options.make()
    const receiver = await options.open(made)
    channel = made
    try {
      await made.start(receiver)
    } catch (error) {
      channel = undefined
      await options.close(made)
      throw error
    }
  }

  async function run(): Promise<void> {
    for (let wait = firstWaitMs; !over.signal.aborted; wait = Math.min(wait * 2, longestWaitMs)) {
      const since = clock.now()
      health = await start().then(live, failed)
      first.resolve()
      // A wrong token does not get better by itself; a change of the configuration starts the channel anew.
      if (health.needs === 'person') return
      if (clock.now() - since > longestWaitMs) wait = firstWaitMs
      await clock.sleep(wait, over.signal)
    }
  }

  /** Resolves to how it is when it must be started again. */
  async function live(): Promise<ChannelHealth> {
    health = { state: 'up' }
    first.resolve()
    for (;;) {
      await clock.sleep(lookMs, over.signal)
      const now = channel?.health?.()
      if (now?.needs !== 'restart') continue
      log.error(`The channel ${name} has ended and is started again: ${now.why ?? ''}`)
      await leave()
      return now
    }
  }

  function failed(error: unknown): ChannelHealth {
    const why = sentence(error)
    log.error(`The channel ${name} does not start: ${why}`)
    return { state: 'down', why, ...(error instanceof Problem && { needs: 'person' }) }
  }

  async function leave(): Promise<void> {
    const left = channel
    channel = undefined
    await left?.stop().catch((error: unknown) => log.warn(`The channel ${name} did not stop: ${sentence(error)}`))
    if (left) await options.close(left)
  }

  const running = run().catch(() => first.resolve())
  clock.sleep(patienceMs, over.signal).then(
    () => first.resolve(),
    () => first.resolve(),
  )
  return {
    name,
    kind,
    first: first.promise,
    health: () => channel?.health?.() ?? health,
    pause,
    async stop() {
      await pause()
      const stopped = channel
      channel = undefined
      if (stopped) await options.close(stopped)
    },
  }

  async function pause(): Promise<void> {
    over.abort()
    // Also one that is still trying to connect: its start ends when it is stopped.
    const stopping = paused ? undefined : channel
    paused = true
    await stopping?.stop().catch((error: unknown) => log.warn(`The channel ${name} did not stop: ${sentence(error)}`))
    await running
  }
}

function sentence(error: unknown): string {
  if (error instanceof Problem) return [error.message, error.detail.mend].filter(Boolean).join(' ')
  return error instanceof Error ? error.message : String(error)
}
