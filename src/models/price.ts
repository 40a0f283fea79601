import type { Usage } from '../core/chat.ts'
import type { Price } from './entry.ts'

/** What the tokens of one answer cost, in micro-dollars. A price is dollars per million tokens, so one token costs its figure. */
export function costMicros(price: Price, usage: Usage): number {
  return Math.round(
    usage.input * price.input +
      usage.output * price.output +
      usage.cacheRead * (price.cacheRead ?? price.input) +
      usage.cacheWrite * (price.cacheWrite ?? price.input),
  )
}
