import type { ChannelHealth } from '../../core/channel.ts'
import type { Clock } from '../../core/clock.ts'

/** What is known about the connection. */
export interface HealthBook {
  /** The platform gave a sign of life. */
  heard(): void
  down(why: string, mend?: string): void
  /** Our token is refused: nothing will get better by itself. */
  refused(why: string): void
  state(): ChannelHealth
}

export function healthBook(clock: Clock, at: string): HealthBook {
  let health: ChannelHealth = { state: 'starting' }
  const heardAt = () => (health.heardAt === undefined ? {} : { heardAt: health.heardAt })
  const down = (why: string, mend?: string) => {
    health = { state: 'down', ...heardAt(), why: mend === undefined ? why : `${why} ${mend}` }
  }
  return {
    heard() {
      health = { state: 'up', heardAt: clock.now() }
    },
    down,
    refused: (why) => down(why, `Get a token from @BotFather and write it to ${at}.`),
    state: () => health,
  }
}
