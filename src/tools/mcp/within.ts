import type { Clock } from '../../core/clock.ts'
import { Problem } from '../../core/problem.ts'

export interface Limit {
  readonly clock: Clock
  /** Milliseconds. */
  readonly ms: number
  readonly signal: AbortSignal
  /** What takes its time, for the Problem. */
  readonly what: string
}

/** The outcome of `work`, whose own signal is aborted when it takes too long (a Problem) or `signal` is (its reason is thrown, at once). */
export async function within<T>(
  { clock, ms, signal, what }: Limit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const inner = new AbortController()
  const over = new AbortController()
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => {
      inner.abort(new Error('stopped'))
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', stop, { once: true, signal: over.signal })
  })
  const late = async () => {
    await clock.sleep(ms, over.signal)
    inner.abort(new Error('too late'))
    throw new Problem(`${what} took longer than ${ms / 1000} s.`)
  }
  try {
    return await Promise.race([work(inner.signal), late(), stopped])
  } finally {
    over.abort()
  }
}
