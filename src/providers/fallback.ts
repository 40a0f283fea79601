import type { Clock } from '../core/clock.ts'
import type { Provider } from '../core/provider.ts'
import { earliest, tryInOrder, someFree } from './try-in-order.ts'

/**
 * Asks the next provider at once when one fails before its first word, unless the user stopped or the vendor refused on content. The
 * reply names what was tried before it; the Failure names every candidate with its reason.
 */
export function fallback(name: string, providers: readonly Provider[], clock: Clock): Provider {
  return {
    name,
    async open(call, signal) {
      const { reply } = await tryInOrder(name, providers, call, signal, clock, async (index) => {
        if (providers.length === 1 || call.standing === 'one-of-many') return call.standing
        return (await someFree(providers.slice(index + 1))) ? 'one-of-many' : 'last'
      })
      return reply
    },
    async resting() {
      return (await earliest(providers))?.resting
    },
  }
}
