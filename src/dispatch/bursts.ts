import type { Clock } from '../core/clock.ts'

/** How long to wait for more of the same, in milliseconds. */
export interface BurstTimes {
  readonly text: number
  readonly album: number
  /** From the first to the last of one burst. */
  readonly longest: number
}

export interface Bursts<Item> {
  /** Joins what comes shortly after one another under a key. */
  add(key: string, item: Item, kind: 'text' | 'album'): void
  /** Something that matches and waits. */
  find(match: (item: Item) => boolean): Item | undefined
  /** Takes back what waits under a key. */
  drop(match: (item: Item) => boolean): readonly Item[]
  /** Lets everything go on at once. */
  flush(): void
}

interface Waiting<Item> {
  items: readonly Item[]
  readonly since: number
  timer: AbortController
}

/** A paste in five parts, or an album, is one question: items of a key are passed on together once no more comes. */
export function bursts<Item>(times: BurstTimes, clock: Clock, pass: (items: readonly Item[]) => void): Bursts<Item> {
  const waiting = new Map<string, Waiting<Item>>()

  function release(key: string): void {
    const burst = waiting.get(key)
    if (!burst) return
    waiting.delete(key)
    burst.timer.abort()
    if (burst.items.length > 0) pass(burst.items)
  }

  return {
    add(key, item, kind) {
      const now = clock.now()
      const burst: Waiting<Item> = waiting.get(key) ?? { items: [], since: now, timer: new AbortController() }
      waiting.set(key, burst)
      burst.items = [...burst.items, item]
      burst.timer.abort()
      const timer = new AbortController()
      burst.timer = timer
      const wait = Math.min(times[kind], Math.max(0, burst.since + times.longest - now))
      clock.sleep(wait, timer.signal).then(
        () => release(key),
        () => undefined,
      )
    },
    find: (match) =>
      waiting
        .values()
        .flatMap(({ items }) => items)
        .find(match),
    drop(match) {
      const dropped: Item[] = []
      for (const burst of waiting.values()) {
        dropped.push(...burst.items.filter(match))
        burst.items = burst.items.filter((item) => !match(item))
      }
      return dropped
    },
    flush() {
      for (const key of Array.from(waiting.keys())) release(key)
    },
  }
}
