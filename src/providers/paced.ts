import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import type { Provider } from '../core/provider.ts'

/** Requests per minute, as a token bucket: full at first, refilled evenly. */
export interface Bucket {
  readonly rpm: number
  /** Takes one request; returns undefined, or the time (epoch milliseconds) from which one is free again. */
  take(): number | undefined
}

/** `rpm` 0 or less means no limit. */
export function bucket(rpm: number, clock: Clock): Bucket {
  if (rpm <= 0) return { rpm: 0, take: () => undefined }
  const msPerToken = 60_000 / rpm
  let tokens = rpm
  let filledAt = clock.now()
  return {
    rpm,
    take() {
      const now = clock.now()
      tokens = Math.min(rpm, tokens + Math.max(0, now - filledAt) / msPerToken)
      filledAt = now
      // A hair under one counts as one: the sum of many small refills may miss it by rounding.
      if (tokens < 1 - 1e-9) return Math.ceil(now + (1 - tokens) * msPerToken)
      tokens = Math.max(0, tokens - 1)
      return undefined
    },
  }
}

/** Keeps to a number of requests per minute: an empty bucket throws `paced` at once, with the time to ask again. Never waits. */
export function paced(provider: Provider, pace: Bucket): Provider {
  const { rpm } = pace
  if (rpm === 0) return provider
  return {
    ...provider,
    async open(call, signal) {
      const until = pace.take()
      if (until === undefined) return provider.open(call, signal)
      const { name } = provider
      const limit = rpm === 1 ? 'one request' : `${rpm} requests`
      throw new Failure('paced', `${name}: its limit of ${limit} per minute (rpm) is used up; wait, or raise rpm.`, {
        endpoint: name,
        until,
      })
    },
  }
}
