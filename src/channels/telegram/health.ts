import type { ChannelHealth } from '../../core/channel.ts'
import type { Clock } from '../../core/clock.ts'

/** What is known about the connection. */
export interface HealthBook {
  /** The platform gave a sign of life. */
  heard(): void
  down(why: string, mend?: string): void
  /** Our token is refused: nothing will get better by itself. */
  refused(why: string): void
  /** We have ended by a fault of our own. */
  broken(): void
  state(): ChannelHealth
}

export function healthBook(clock: Clock, at: string): HealthBook {
  let health: ChannelHealth = { state: 'starting' }
  const heardAt = () => (health.heardAt === undefined ? {} : { heardAt: health.heardAt })
  const down = (why: string, mend?: string, needs?: ChannelHealth['needs']) => {
    const words = mend === undefined ? why : `${why} ${mend}`
    health = { state: 'down', ...heardAt(), why: words, ...(needs && { needs }) }
  }
  return {
    heard() {
      health = { state: 'up', heardAt: clock.now() }
    },
    down: (why, mend) => down(why, mend),
    refused: (why) => down(why, `Get a token from @BotFather and write it to ${at}.`, 'person'),
    broken: () => down('The channel stopped by a fault of its own.', 'It is started again.', 'restart'),
    state: () => health,
  }
}
