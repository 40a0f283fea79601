import type { Clock } from '../core/clock.ts'

/**
 * What the work comes to, or `late` when the time (epoch milliseconds) is there first; an abort rejects with its reason. The signal that
 * the work gets is aborted when nobody waits for it any more.
 */
export async function waitFor<T>(
  clock: Clock,
  until: number,
  signal: AbortSignal,
  { work, late }: { readonly work: (ending: AbortSignal) => Promise<T>; readonly late: T },
): Promise<T> {
  const stop = new AbortController()
  const ending = AbortSignal.any([signal, stop.signal])
  const time = clock.sleep(Math.max(0, until - clock.now()), ending).then(() => late)
  try {
    return await Promise.race([work(ending), time])
  } finally {
    stop.abort()
  }
}
