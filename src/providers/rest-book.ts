import type { Clock } from '../core/clock.ts'
import type { Attempt, Failure } from '../core/failure.ts'
import type { Log } from '../core/log.ts'
import type { Resting } from '../core/provider.ts'
import type { Rest, RestStore } from '../core/store.ts'
import { billingRestMs, briefRestMs, failureMemoryMs, policy, standardRestMs } from './policy.ts'

/** What rests are kept by. A changed key, base or model is another candidate, which never rested. */
export interface RestIdentity {
  /** Endpoint and key. */
  readonly key: string
  /** Endpoint, key and model. */
  readonly model: string
  /** Host of the endpoint; empty without one. */
  readonly host: string
}

/** Who rests, until when and why; shared by all candidates and kept in the store. */
export interface RestBook {
  find(identity: RestIdentity): Promise<Resting | undefined>
  /** Notes a failure. Resolves to when the candidate may be asked again, undefined when it need not rest. */
  failed(identity: RestIdentity, attempt: Attempt, failure: Failure): Promise<number | undefined>
  succeeded(identity: RestIdentity): Promise<void>
  /** True when the candidate rested and nobody has asked it since. */
  wasResting(identity: RestIdentity): Promise<boolean>
}

/** Hosts that lose the network within this time of each other say that it is ours that is gone. */
const togetherMs = 10_000

/** A store that fails costs the memory of rests, never an answer. */
export function restBook(store: RestStore, clock: Clock, log: Log): RestBook {
  let lost: { readonly host: string; readonly key: string; readonly at: number }[] = []

  const attempted = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      log.warn(`Rests could not be kept: ${(error as Error).message}`)
      return undefined
    }
  }
  const both = ({ key, model }: RestIdentity) => attempted(() => Promise.all([store.get(model), store.get(key)]))

  /** True when the network of this machine seems to be gone; what rested for it is woken. */
  const oursIsGone = async (identity: RestIdentity): Promise<boolean> => {
    const now = clock.now()
    lost = [
      ...lost.filter((loss) => now - loss.at <= togetherMs),
      { host: identity.host, key: identity.model, at: now },
    ]
    if (new Set(lost.map((loss) => loss.host)).size < 2) return false
    for (const { key } of lost) {
      const rest = await store.get(key)
      if (rest?.reason.kind === 'network') await store.put({ ...rest, until: now })
    }
    return true
  }

  return {
    async find(identity) {
      const now = clock.now()
      const resting = ((await both(identity)) ?? []).filter((rest) => rest !== undefined && rest.until > now)
      const latest = resting.sort((left, right) => (right?.until ?? 0) - (left?.until ?? 0))[0]
      return latest && { until: latest.until, reason: latest.reason }
    },
    async failed(identity, attempt, failure) {
      const rule = policy[failure.kind]
      if (rule.rest === 'none') return undefined
      return attempted(async () => {
        if (failure.kind === 'network' && (await oursIsGone(identity))) return undefined
        const key = identity[rule.scope]
        const rest = next(await store.get(key), key, attempt, failure, clock.now())
        await store.put(rest)
        return rest.until
      })
    },
    async succeeded(identity) {
      const rests = (await both(identity)) ?? []
      for (const rest of rests) if (rest) await attempted(() => store.clear(rest.key))
    },
    async wasResting(identity) {
      return ((await both(identity)) ?? []).some((rest) => rest !== undefined && rest.until <= clock.now())
    },
  }
}

/** The rest after one more failure. A vendor that says when to come back is believed, up to a day. */
export function next(before: Rest | undefined, key: string, reason: Attempt, failure: Failure, now: number): Rest {
  const { rest } = policy[failure.kind]
  const recent = before && now - before.lastFailureAt <= failureMemoryMs ? before : undefined
  const failures = (recent?.failures ?? 0) + 1
  const billingFailures = (recent?.billingFailures ?? 0) + (rest === 'billing' ? 1 : 0)
  const scale =
    rest === 'billing' ? billingRestMs(billingFailures) : rest === 'brief' ? briefRestMs : standardRestMs(failures)
  const asked = failure.detail.retryAfterMs
  const length = asked === undefined ? scale : Math.min(asked, failureMemoryMs)
  return {
    key,
    until: Math.max(before?.until ?? 0, now + length),
    failures,
    billingFailures,
    lastFailureAt: now,
    reason,
  }
}
