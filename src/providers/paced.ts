import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import type { Provider } from '../core/provider.ts'

/** Requests per minute of one candidate: a full bucket at the start, refilled evenly. */
export interface Bucket {
  /** Takes a token. Resolves to 0, or to the milliseconds until there is one. */
  take(): number
}

export function bucket(perMinute: number, clock: Clock): Bucket {
  const refillMs = 60_000 / perMinute
  let tokens = perMinute
  let since = clock.now()
  return {
    take() {
      const now = clock.now()
      tokens = Math.min(perMinute, tokens + (now - since) / refillMs)
      since = now
      if (tokens < 1) return Math.ceil((1 - tokens) * refillMs)
      tokens -= 1
      return 0
    },
  }
}

/** Never more requests than the bucket gives. An empty bucket refuses at once; nobody waits here. */
export function paced(provider: Provider, tokens: Bucket, clock: Clock): Provider {
  return {
    ...provider,
    async open(call, signal) {
      const wait = tokens.take()
      if (wait === 0) return provider.open(call, signal)
      throw new Failure('paced', `${provider.name} has had its requests for this minute (rpm).`, {
        endpoint: provider.name,
        until: clock.now() + wait,
        retryAfterMs: wait,
      })
    },
  }
}
