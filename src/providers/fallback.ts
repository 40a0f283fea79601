import type { Clock } from '../core/clock.ts'
import type { Provider } from '../core/provider.ts'
import { restOfAll, tryInOrder } from './try-in-order.ts'

/** The next provider at once, on any failure but a stop or a refusal on content. */
export function fallback(name: string, providers: readonly Provider[], clock: Clock): Provider {
  return {
    name,
    resting: () => restOfAll(providers),
    open: async (call, signal) => (await tryInOrder(name, providers, call, signal, clock)).reply,
  }
}
