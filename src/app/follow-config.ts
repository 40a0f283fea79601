import { watchConfig } from '../config/watch.ts'
import type { House } from './house.ts'

interface FollowOptions {
  /** After another version was taken over. */
  adopted?(): Promise<void>
  /** A version that cannot be used, in words. */
  refused?(why: string): Promise<void>
}

/** Takes changes of the configuration over as they are written. A broken one is told, and the last good one stays in use. */
export function followConfig(house: House, signal: AbortSignal, then: FollowOptions = {}): Promise<void> {
  const { environment, clock, log, current } = house
  return watchConfig(environment, {
    loaded: current.loaded,
    clock,
    signal,
    async onChange(loaded) {
      await house.adopt(loaded)
      log.info('The configuration was taken over.')
      await then.adopted?.()
    },
    async onBad({ message, detail }) {
      const words = `The changed configuration cannot be used, the last good one stays. ${detail.at ? `${detail.at}: ` : ''}${message}`
      log.warn(words)
      await then.refused?.([words, detail.mend].filter(Boolean).join(' '))
    },
  })
}
