import type { ChannelHealth } from '../../core/channel.ts'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import { passes } from '../../kit/passes.ts'
import type { KeptChannel } from './keep-channel.ts'

const lookMs = 10_000
/** A channel that comes back by itself sooner is not worth a word. */
const patienceMs = 2 * 60_000

export interface WatchParts {
  readonly clock: Clock
  readonly log: Log
  channels(): readonly Pick<KeptChannel, 'name' | 'health'>[]
  tell(text: string): Promise<void>
}

/** What is known of a channel that is not up. */
interface Outage {
  readonly since: number
  readonly told: boolean
}

/**
 * Tells once when a channel that was up has been down for two minutes, or when it waits for a person; and again when it is back. Resolves
 * when aborted.
 */
export async function watchChannels({ clock, log, channels, tell }: WatchParts, signal: AbortSignal): Promise<void> {
  /** Channels that were up; undefined while they are. */
  const known = new Map<string, Outage | undefined>()

  async function say(text: string): Promise<void> {
    log.warn(text)
    await tell(text)
  }

  async function isUp(name: string): Promise<void> {
    const outage = known.get(name)
    known.set(name, undefined)
    if (outage?.told) await say(`The channel ${name} is up again, after ${minutes(clock.now() - outage.since)}.`)
  }

  async function isDown(name: string, { needs, why = 'It is not known why.' }: ChannelHealth): Promise<void> {
    const waits = needs === 'person'
    if (!waits && !known.has(name)) return
    const { since, told } = known.get(name) ?? { since: clock.now(), told: false }
    const lasted = clock.now() - since
    const due = !told && (waits || lasted >= patienceMs)
    known.set(name, { since, told: told || due })
    if (due) await say(`The channel ${name} ${waits ? 'is off' : `has been down for ${minutes(lasted)}`}: ${why}`)
  }

  while (await passes(clock, lookMs, signal)) {
    const now = channels()
    for (const name of known.keys()) if (!now.some((channel) => channel.name === name)) known.delete(name)
    for (const channel of now) {
      const health = channel.health()
      await (health.state === 'up' ? isUp(channel.name) : isDown(channel.name, health))
    }
  }
}

function minutes(ms: number): string {
  const count = Math.max(1, Math.round(ms / 60_000))
  return count === 1 ? 'a minute' : `${count} minutes`
}
