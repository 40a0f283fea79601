import { watchConfig } from '../config/watch.ts'
import type { House } from './house.ts'

/** Takes changes of the configuration over as they are written. A broken one is told, and the last good one stays in use. */
export function followConfig(house: House, signal: AbortSignal): Promise<void> {
  const { environment, clock, log, current } = house
  return watchConfig(environment, {
    loaded: current.loaded,
    clock,
    signal,
    async onChange(loaded) {
      await house.adopt(loaded)
      log.info('The configuration was taken over.')
    },
    onBad: ({ message, detail }) =>
      log.warn(
        `The changed configuration cannot be used, the last good one stays. ${detail.at ? `${detail.at}: ` : ''}${message}`,
      ),
  })
}
