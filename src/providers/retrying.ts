import pRetry from 'p-retry'
import type { Clock } from '../core/clock.ts'
import { Failure, type Attempt } from '../core/failure.ts'
import type { Provider } from '../core/provider.ts'
import { attemptsOf, exhausted, stopped, withAttempts } from './attempt.ts'
import { policy } from './policy.ts'

export interface Retries {
  /** Rounds after the first. */
  readonly rounds: number
  /** Milliseconds before the second round when nobody names a time; doubled for each further one. */
  readonly waitMs: number
}

/** The longest wait for a candidate before another round, in milliseconds: longer than this, a person would rather know. */
const longestWaitMs = 5_000

/**
 * Asks the whole chain again when every failure passes by itself and a candidate is free within 5 s; a vendor's Retry-After is honoured.
 * The only retry in the product. The reply and the Failure name the attempts of all rounds.
 */
export function retrying(provider: Provider, clock: Clock, { rounds, waitMs }: Retries): Provider {
  const { name } = provider
  return {
    ...provider,
    async open(call, signal) {
      const failures: Failure[] = []
      const attempts: Attempt[] = []
      // All rounds are one request: members that take turns begin each of them with the same one.
      const asked = call.turn ? call : { ...call, turn: {} }
      const round = async () => {
        const start = clock.now()
        try {
          return withAttempts(await provider.open(asked, signal), attempts)
        } catch (error) {
          if (error instanceof Failure) {
            failures.push(error)
            attempts.push(...attemptsOf(error, name, clock.now() - start))
          }
          throw error
        }
      }
      try {
        return await pRetry(round, {
          retries: rounds,
          // p-retry would wait on the system's clock; the wait is ours, in shouldRetry.
          minTimeout: 0,
          async shouldRetry({ error, retriesConsumed }) {
            const wait = error instanceof Failure ? await untilFree(error, provider, clock.now()) : Infinity
            if (wait > longestWaitMs || signal.aborted) return false
            await clock.sleep(Math.max(wait, waitMs * 2 ** retriesConsumed), signal)
            return true
          },
        })
      } catch (error) {
        if (error instanceof Failure && failures.length < 2) throw error
        if (signal.aborted) throw stopped(name, signal, attempts)
        if (!(error instanceof Failure)) throw error
        throw exhausted(name, attempts, failures)
      }
    },
  }
}

/** Milliseconds until some candidate is free again; Infinity when waiting does not help. */
async function untilFree(failure: Failure, provider: Provider, now: number): Promise<number> {
  const { attempts = [], retryAfterMs = 0 } = failure.detail
  const kinds = attempts.length === 0 ? [failure.kind] : attempts.map(({ kind }) => kind)
  if (!kinds.every((kind) => policy[kind].retry)) return Infinity
  // A sole candidate does not wait for its own rest, only for its vendor.
  if (attempts.length < 2) return Math.max(retryAfterMs, (failure.detail.until ?? now) - now)
  const free = Math.min(...attempts.map(({ until = now }) => until - now))
  const rest = await provider.resting?.()
  return rest ? Math.max(free, rest.until - now) : free
}
