import pRetry, { AbortError } from 'p-retry'
import type { Clock } from '../core/clock.ts'
import { type Attempt, Failure } from '../core/failure.ts'
import type { Provider } from '../core/provider.ts'
import { policy } from './policy.ts'

/** Rounds after the first. */
const moreRounds = 2
/** Nobody is kept waiting longer than this for another round. */
const longestWaitMs = 5_000
const firstWaitMs = 1_000

/**
 * Asks the whole chain again, at most twice, when everything in it failed for the moment only and the shortest wait is at most 5 s.
 * The one retry in the product.
 */
export function retrying(
  provider: Provider,
  { clock, sole }: { readonly clock: Clock; readonly sole: boolean },
): Provider {
  return {
    ...provider,
    async open(call, signal) {
      const tried: Attempt[] = []
      const round = async () => {
        try {
          const reply = await provider.open(call, signal)
          return { ...reply, attempts: [...tried, ...reply.attempts] }
        } catch (error) {
          if (!(error instanceof Failure)) throw new AbortError(error as Error)
          throw error
        }
      }
      try {
        return await pRetry(round, {
          retries: moreRounds,
          minTimeout: 0,
          maxTimeout: 0,
          shouldRetry: ({ error, attemptNumber }) => waitMs(error, attemptNumber) !== undefined,
          onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
            const wait = waitMs(error, attemptNumber)
            if (wait === undefined || retriesLeft === 0) return
            tried.push(...attempts(error))
            await clock.sleep(wait, signal)
          },
        })
      } catch (error) {
        if (signal.aborted && !(error instanceof Failure)) throw new Failure('aborted', 'Stopped.', { cause: error })
        throw error
      }
    },
  }

  /** How long to wait for another round; undefined when there should be none. */
  function waitMs(error: Error, attemptNumber: number): number | undefined {
    if (!(error instanceof Failure)) return undefined
    const all = attempts(error)
    if (!policy[error.kind].transient || !all.every((attempt) => policy[attempt.kind].transient)) return undefined
    const backOff = firstWaitMs * 2 ** (attemptNumber - 1)
    const waits = sole
      ? [error.detail.retryAfterMs ?? backOff]
      : all.map((attempt) => (attempt.until === undefined ? backOff : Math.max(0, attempt.until - clock.now())))
    const shortest = Math.min(...waits)
    return shortest <= longestWaitMs ? shortest : undefined
  }
}

function attempts(error: Error): readonly Attempt[] {
  return error instanceof Failure ? (error.detail.attempts ?? []) : []
}
