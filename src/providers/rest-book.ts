import type { Clock } from '../core/clock.ts'
import type { Attempt, Failure } from '../core/failure.ts'
import type { Log } from '../core/log.ts'
import type { Rest, RestStore } from '../core/store.ts'
import { policy } from './policy.ts'
import { restAfter } from './rest-after.ts'

/** Under which names a candidate rests. */
export interface RestKeys {
  /** Endpoint, key and model. */
  readonly model: string
  /** Endpoint and key: every model rests with it. */
  readonly key: string
  /** The machine it speaks to; tells trouble of one vendor from trouble of our own network. */
  readonly host: string
}

/** Who rests, until when and why. One per process, shared by all chains. */
export interface RestBook {
  /** The longer of the candidate's two rests, also one that is over but not yet proved by an answer. */
  find(keys: RestKeys): Promise<Rest | undefined>
  /**
   * Counts a failure of a call that was begun at `begun`. Calls that were under way together when the first of them failed count as
   * one failure. Returns the rest that holds now, if any.
   */
  failed(keys: RestKeys, failure: Failure, attempt: Attempt, begun: number): Promise<Rest | undefined>
  /** An answer came to a call begun at `begun` (absent: now): rests that began before are gone. */
  clear(keys: RestKeys, begun?: number): Promise<void>
  /** The right to try a candidate whose rest is over: one caller has it at a time; undefined for the others. */
  probe(rest: Rest): { passed(): void; release(): void } | undefined
  /** True when a trial runs. */
  probing(rest: Rest): boolean
}

/** Failures further apart than this do not add up. */
const memoryMs = 24 * 3_600_000
/** Two hosts that fail within this time point to our own network. */
const outageMs = 10_000

/**
 * Keeps rests in memory, and in the store so that a restart remembers them. A rest in force is read again from the store before it
 * counts: another process may have cleared it. A store that fails costs only the memory across restarts.
 */
export function restBook(store: RestStore, clock: Clock, log: Log): RestBook {
  const rests = new Map<string, Rest>()
  const probes = new Set<string>()
  /** Rests that are over and were proved so by a first word, by the failure that began them. */
  const proved = new Map<string, number>()
  /** Brief troubles of the last seconds. */
  const troubles: { readonly at: number; readonly host: string; readonly key: string }[] = []
  /** Rests that the store did not take. */
  const unsaved = new Set<string>()
  let loading: Promise<void> | undefined

  const safely = async <T>(work: () => Promise<T>): Promise<{ readonly value: T } | undefined> => {
    try {
      return { value: await work() }
    } catch (error) {
      log.warn('Which models rest could not be read or stored; it is kept in memory.', { error: String(error) })
      return undefined
    }
  }
  const load = async () => {
    for (const rest of (await safely(() => store.all()))?.value ?? []) {
      const stale = rest.until < clock.now() && rest.lastFailureAt < clock.now() - memoryMs
      if (stale) await safely(() => store.clear(rest.key))
      else if (!rests.has(rest.key)) rests.set(rest.key, rest)
    }
  }
  const loaded = () => (loading ??= load())
  const put = async (rest: Rest) => {
    rests.set(rest.key, rest)
    if (await safely(() => store.put(rest))) unsaved.delete(rest.key)
    else unsaved.add(rest.key)
  }
  const drop = async (key: string) => {
    proved.delete(key)
    unsaved.delete(key)
    if (rests.delete(key)) await safely(() => store.clear(key))
  }
  /** The rest as the store knows it now, where it would keep a call from being made. */
  const current = async (key: string): Promise<Rest | undefined> => {
    const rest = rests.get(key)
    if (!rest || rest.until <= clock.now() || unsaved.has(key)) return rest
    const stored = await safely(() => store.get(key))
    if (!stored || rests.get(key) !== rest) return rests.get(key)
    if (!stored.value) rests.delete(key)
    else if (stored.value.lastFailureAt >= rest.lastFailureAt) rests.set(key, stored.value)
    return rests.get(key)
  }
  /** True when two hosts or more were in trouble just now; the rests that this trouble began are then over. */
  const outage = async (host: string, key: string): Promise<boolean> => {
    const now = clock.now()
    const recent = troubles.filter(({ at }) => at >= now - outageMs)
    troubles.splice(0, Infinity, ...recent, { at: now, host, key })
    if (troubles.every((trouble) => trouble.host === host)) return false
    for (const { key } of troubles) {
      const rest = rests.get(key)
      if (!rest || rest.until <= now || policy[rest.reason.kind].rest !== 'brief') continue
      if (rest.failures === 0) await drop(key)
      else await put({ ...rest, until: now })
    }
    return true
  }

  return {
    async find({ model, key }) {
      await loaded()
      const found = [await current(model), await current(key)].filter((rest) => rest !== undefined)
      return found.sort((left, right) => right.until - left.until)[0]
    },
    async failed(keys, failure, attempt, begun) {
      const { rest: length, scope } = policy[failure.kind]
      if (length === 'none') return undefined
      await loaded()
      const key = keys[scope]
      if (length === 'brief' && (await outage(keys.host, key))) return undefined
      const now = clock.now()
      const known = rests.get(key)
      const last = known && now - known.lastFailureAt <= memoryMs ? known : undefined
      const together = last !== undefined && begun < last.lastFailureAt
      if (together && length === 'brief') return last
      const rest = restAfter({ ...failure.detail, key, length, last, together, now, reason: attempt })
      await put(known && known.until > rest.until ? { ...rest, until: known.until, reason: known.reason } : rest)
      return rests.get(key)
    },
    async clear(keys, begun = clock.now()) {
      await loaded()
      for (const key of [keys.model, keys.key]) {
        const rest = rests.get(key)
        if (rest && rest.lastFailureAt <= begun) await drop(key)
      }
    },
    probe(rest) {
      if (proved.get(rest.key) === rest.lastFailureAt) return { passed() {}, release() {} }
      if (probes.has(rest.key)) return undefined
      probes.add(rest.key)
      return {
        passed: () => proved.set(rest.key, rest.lastFailureAt),
        release: () => probes.delete(rest.key),
      }
    },
    probing: (rest) => probes.has(rest.key) && proved.get(rest.key) !== rest.lastFailureAt,
  }
}
