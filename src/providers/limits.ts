import type { Clock } from '../core/clock.ts'
import type { Standing } from '../core/provider.ts'
import type { ModelEntry } from '../models/entry.ts'

/** How long one call may wait, in milliseconds: for the first frame, and between frames. */
export interface Limits {
  readonly firstMs: number
  readonly idleMs: number
}

/** Impatience is right only while another candidate is free; an answer in one piece is one frame. */
export function limitsOf(entry: ModelEntry, stream: boolean, standing: Standing = 'sole'): Limits {
  const { requestTimeoutMs, firstTokenTimeoutMs, idleTimeoutMs } = entry
  if (!stream) return { firstMs: requestTimeoutMs, idleMs: requestTimeoutMs }
  const firstMs = standing === 'one-of-many' ? Math.min(firstTokenTimeoutMs, requestTimeoutMs) : requestTimeoutMs
  return { firstMs, idleMs: idleTimeoutMs }
}

/** Counts the time that we wait for the vendor; time in which nobody asks for the next event does not count. */
export interface Watch {
  /** A frame came: from now on the idle limit holds. */
  alive(): void
  /** From now on this limit holds, counted from now. */
  limit(ms: number): void
  pause(): void
  resume(): void
  stop(): void
}

/** Calls `late` once, with the limit that has passed and whether a frame had come before. Starts at once. */
export function watch(clock: Clock, { firstMs, idleMs }: Limits, late: (ms: number, heard: boolean) => void): Watch {
  let limit = firstMs
  let since = clock.now()
  /** What had been waited when the reader paused. */
  let waited: number | undefined
  let heard = false
  let stopped = false
  let parked = false
  let nap = new AbortController()

  const run = async () => {
    for (;;) {
      if (stopped) return
      const left = since + limit - clock.now()
      if (waited === undefined && left <= 0) return late(limit, heard)
      nap = new AbortController()
      parked = waited !== undefined
      await (parked ? aborted(nap.signal) : clock.sleep(left, nap.signal).catch(() => undefined))
    }
  }
  const restart = (ms: number) => {
    const sooner = ms < limit
    limit = ms
    since = clock.now()
    if (waited !== undefined) waited = 0
    if (sooner) nap.abort()
  }
  void run()
  return {
    alive() {
      heard = true
      restart(idleMs)
    },
    limit: restart,
    pause() {
      waited ??= clock.now() - since
    },
    resume() {
      if (waited === undefined) return
      since = clock.now() - waited
      waited = undefined
      // A nap that runs on wakes early and counts again; only a watch that lies still must be woken.
      if (parked) nap.abort()
    },
    stop() {
      stopped = true
      nap.abort()
    },
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
