import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import type { Log } from '../core/log.ts'
import type { Provider } from '../core/provider.ts'
import type { CounterStore, LedgerStore, RestStore } from '../core/store.ts'
import type { ModelEntry } from '../models/entry.ts'
import type { Pool } from '../models/pool.ts'
import type { ProtocolId, Vendor } from '../models/vendor.ts'
import { rowOf } from '../models/url.ts'
import { candidateNames } from './candidate-names.ts'
import type { Endpoint, Fetch, Protocol } from './endpoint.ts'
import { fallback } from './fallback.ts'
import { metered, type Meter } from './metered.ts'
import { bucket, type Bucket, paced } from './paced.ts'
import { type RestIdentity, restBook } from './rest-book.ts'
import { resting } from './resting.ts'
import { retrying } from './retrying.ts'
import { rotate } from './rotate.ts'

export interface FleetParts {
  readonly clock: Clock
  readonly log: Log
  readonly rests: RestStore
  readonly counters: CounterStore
  readonly ledger: LedgerStore
  /** A short hash of a key, by which keys are told apart. */
  keyTag(key: string): string
  protocol(id: ProtocolId): Promise<Protocol>
  fetchFor(entry: ModelEntry): Fetch
  blob(id: string): Promise<Uint8Array>
  redact(text: string): string
  /** The token of an entry that signs in instead of having a key. */
  credential(entry: ModelEntry): Promise<string>
}

/** A candidate that rests. */
export interface RestingCandidate {
  readonly candidate: string
  readonly until: number
  readonly reason: { readonly kind: string; readonly message: string }
}

/** All candidates, made when first needed and shared by every chain they stand in. */
export interface Fleet {
  /** One provider for a list of pools: rotation within each, fallback between them, retries around all. */
  chain(pools: readonly Pool[]): Provider
  /** Which candidates of a pool rest now. */
  rests(pool: Pool): Promise<readonly RestingCandidate[]>
}

export function fleet(parts: FleetParts): Fleet {
  const { clock, counters, ledger } = parts
  const book = restBook(parts.rests, clock, parts.log)
  const buckets = new Map<string, Bucket>()
  const endpoints = new Map<string, Provider>()
  const refused = new Map<string, Set<string>>()
  const once = <T>(map: Map<string, T>, key: string, make: () => T): T => {
    const known = map.get(key) ?? make()
    map.set(key, known)
    return known
  }

  /** The candidate of an entry and one of its keys. What two chains share, they share by what it is, not by its name. */
  function candidate(entry: ModelEntry, key: string | undefined, name: string): Provider {
    const keyTag = key === undefined ? '' : parts.keyTag(key)
    const { keys: _, fallbacks: __, ...shape } = entry
    return once(endpoints, JSON.stringify([name, keyTag, shape]), () => {
      const vendor = rowOf(entry)
      const identity = identityOf(entry, keyTag)
      const endpoint: Endpoint = {
        name,
        entry,
        vendor,
        keyTag,
        token: async () => (entry.auth === 'key' ? key : parts.credential(entry)),
        fetch: parts.fetchFor(entry),
        clock,
        blob: parts.blob,
        redact: parts.redact,
        refusedParams: once(refused, identity.model, () => new Set<string>()),
      }
      const meter: Meter = {
        ledger,
        clock,
        vendor: entry.vendor,
        model: entry.model,
        keyTag,
        ...priceOf(entry, vendor),
      }
      const asked = metered(
        lazy(name, () => parts.protocol(vendor.protocol), endpoint),
        meter,
      )
      const limited =
        entry.rpm > 0
          ? paced(
              asked,
              once(buckets, `${identity.model} ${entry.rpm}`, () => bucket(entry.rpm, clock)),
              clock,
            )
          : asked
      return resting(limited, identity, book, clock)
    })
  }

  const members = (pool: Pool): readonly Provider[] => {
    const names = candidateNames(pool)
    return candidatesOf(pool).map(({ entry, key }, index) => candidate(entry, key, names[index] ?? pool.name))
  }

  return {
    chain(pools) {
      const groups = pools.map((pool) => ({ pool, members: members(pool) }))
      const rotating = groups.map(({ pool, members: group }) => rotate(pool.name, group, { counters, clock }))
      const [first] = rotating
      const whole = rotating.length === 1 && first ? first : fallback(pools[0]?.name ?? 'The chain', rotating, clock)
      const sole = groups.reduce((sum, { members: group }) => sum + group.length, 0) === 1
      return retrying(whole, { clock, sole })
    },
    async rests(pool) {
      const found = await Promise.all(
        members(pool).map(async (member) => ({ candidate: member.name, rest: await member.resting?.() })),
      )
      return found.flatMap(({ candidate: name, rest }) =>
        rest
          ? [{ candidate: name, until: rest.until, reason: { kind: rest.reason.kind, message: rest.reason.message } }]
          : [],
      )
    },
  }
}

interface Candidate {
  readonly entry: ModelEntry
  readonly key: string | undefined
}

/** Every row of a pool with each of its keys, in order. */
export function candidatesOf(pool: Pool): readonly Candidate[] {
  return pool.entries.flatMap((entry): readonly Candidate[] =>
    entry.keys.length > 0 ? entry.keys.map((key) => ({ entry, key })) : [{ entry, key: undefined }],
  )
}

function identityOf({ vendor, apiBase, model }: ModelEntry, keyTag: string): RestIdentity {
  const key = `${vendor} ${apiBase} ${keyTag}`
  return { key, model: `${key} ${model}`, host: URL.canParse(apiBase) ? new URL(apiBase).host : '' }
}

/** What a candidate costs: what the entry says; nothing where it runs on this machine. */
function priceOf(entry: ModelEntry, vendor: Vendor): Pick<Meter, 'price'> {
  if (entry.price) return { price: { price: entry.price, source: 'config' } }
  return vendor.local ? { price: { price: { input: 0, output: 0 }, source: 'local' } } : {}
}

/** A candidate whose protocol is loaded when it is first asked. */
function lazy(name: string, load: () => Promise<Protocol>, endpoint: Endpoint): Provider {
  let loaded: Promise<Provider> | undefined
  return {
    name,
    async open(call, signal) {
      if (signal.aborted) throw new Failure('aborted', 'Stopped.')
      loaded ??= load().then((protocol) => protocol(endpoint))
      return (await loaded).open(call, signal)
    },
  }
}
