import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import type { Log } from '../core/log.ts'
import { Problem } from '../core/problem.ts'
import type { Provider, Resting } from '../core/provider.ts'
import type { CounterStore, LedgerStore, RestStore } from '../core/store.ts'
import type { ModelEntry } from '../models/entry.ts'
import type { Pool } from '../models/pool.ts'
import { rowOf } from '../models/url.ts'
import type { ProtocolId, Vendor } from '../models/vendor.ts'
import { vendorOfBase } from '../models/vendor-lookup.ts'
import { candidatesOf, type Candidate } from './candidates.ts'
import type { Fetch, Protocol } from './endpoint.ts'
import { fallback } from './fallback.ts'
import { metered, type Metered } from './metered.ts'
import { bucket, paced, type Bucket } from './paced.ts'
import { restBook } from './rest-book.ts'
import type { Purse } from './ports.ts'
import { resting } from './resting.ts'
import { withoutGoneMedia } from './gone-media.ts'
import { type Retries, retrying } from './retrying.ts'
import { rotate, type Member } from './rotate.ts'

export interface FleetParts {
  readonly clock: Clock
  readonly log: Log
  readonly rests: RestStore
  readonly counters: CounterStore
  readonly ledger: LedgerStore
  /** A short hash of a key, by which keys are told apart. */
  keyTag(key: string): string
  protocol(id: ProtocolId): Promise<Protocol>
  fetchFor(entry: ModelEntry): Promise<Fetch> | Fetch
  /** Bytes of a stored blob; undefined when it is gone. */
  blob(id: string): Promise<Uint8Array | undefined>
  redact(text: string): string
  /** A fresh token for an entry that signs in instead of having a key. */
  credential(entry: ModelEntry): Promise<string>
  /** How often a chain is asked again. */
  retries(): Retries
  /** Gives leave to spend; absent: nothing is limited. */
  readonly purse?: Purse
}

/** A candidate that rests. */
export interface RestingCandidate extends Resting {
  readonly candidate: string
}

/** Everything that can answer, with the rests, the pacing and the turns that all chains share. */
export interface Fleet {
  /** Primary and fallbacks, in order. The name is that of the first pool. */
  chain(pools: readonly Pool[]): Provider
  /** Forgets the pacing of candidates that no entry names any more; what still exists goes on as it was. */
  prune(entries: readonly ModelEntry[]): void
  /** Which candidates of a pool rest now. */
  rests(pool: Pool): Promise<readonly RestingCandidate[]>
  /** Ends the rests of all candidates of a pool. */
  clearRests(pool: Pool): Promise<void>
}

/** What all candidates of one identity share. */
interface Shared {
  readonly bucket: Bucket
  readonly refusedParams: Set<string>
}

export function fleet(parts: FleetParts): Fleet {
  const { clock, log, counters } = parts
  const keyTag = (key: string) => parts.keyTag(key)
  const book = restBook(parts.rests, clock, log)
  const shared = new Map<string, Shared>()
  /** By the first entry, so that a reload lets go of them. */
  const pools = new WeakMap<ModelEntry, { readonly pool: Pool; readonly provider: Provider }[]>()

  const sharedOf = ({ identity, entry }: Candidate): Shared => {
    const known = shared.get(identity) ?? { bucket: bucket(entry.rpm, clock), refusedParams: new Set<string>() }
    shared.set(identity, known)
    return known
  }
  const endpoint = (candidate: Candidate): Provider => {
    const { bucket, refusedParams } = sharedOf(candidate)
    return resting(paced(speaking(candidate, refusedParams, parts), bucket), candidate.rest, book, clock)
  }
  const members = (pool: Pool): readonly Member[] =>
    candidatesOf(pool, keyTag).map((candidate) => ({ provider: endpoint(candidate), model: candidate.model }))
  const poolOf = (pool: Pool): Provider => {
    const [first] = pool.entries
    const known = first && pools.get(first)?.find((made) => samePool(made.pool, pool))
    if (known) return known.provider
    const provider = rotate(pool.name, members(pool), { counters, clock, log })
    if (first) pools.set(first, [...(pools.get(first) ?? []), { pool, provider }])
    return provider
  }

  return {
    chain(list) {
      return retrying(fallback(list[0]?.name ?? 'no model', list.map(poolOf), clock), clock, parts.retries())
    },
    prune(entries) {
      const kept = new Set(candidatesOf({ name: '', entries }, keyTag).map(({ identity }) => identity))
      for (const identity of shared.keys()) if (!kept.has(identity)) shared.delete(identity)
    },
    async rests(pool) {
      const found = await Promise.all(
        members(pool).map(async ({ provider }) => ({ candidate: provider.name, rest: await provider.resting?.() })),
      )
      return found.flatMap(({ candidate, rest }) => (rest ? [{ candidate, ...rest }] : []))
    },
    async clearRests(pool) {
      for (const { rest } of candidatesOf(pool, keyTag)) await book.clear(rest)
    },
  }
}

const samePool = (left: Pool, right: Pool): boolean =>
  left.name === right.name &&
  left.entries.length === right.entries.length &&
  left.entries.every((entry, index) => entry === right.entries[index])

/** The candidate's protocol, metered, loaded when it is first asked. Whatever goes wrong comes out as a Failure. */
function speaking({ name, entry, key, keyTag }: Candidate, refusedParams: Set<string>, parts: FleetParts): Provider {
  const { clock, ledger, log } = parts
  let made: Provider | undefined
  const redact = (text: string) => parts.redact(text)
  const failureOf = (error: unknown, kind: 'auth' | 'unknown'): Failure => {
    if (error instanceof Failure) return error
    const mend = error instanceof Problem && error.detail.mend ? ` ${error.detail.mend}` : ''
    const what = error instanceof Error ? error.message : String(error)
    return new Failure(kind, redact(`${name}: ${what}${mend}`), { endpoint: name, cause: error })
  }
  const token = async (): Promise<string | undefined> => {
    try {
      return entry.auth === 'key' ? key : await parts.credential(entry)
    } catch (error) {
      throw failureOf(error, 'auth')
    }
  }
  const make = async (): Promise<Provider> => {
    const vendor = rowOf(entry)
    const protocol = await parts.protocol(vendor.protocol)
    const fetch = await parts.fetchFor(entry)
    const find = (id: string) => parts.blob(id)
    const blob = async (id: string) => {
      const bytes = await find(id)
      if (bytes) return bytes
      throw new Error('A picture or file of this conversation is no longer stored.')
    }
    const wire = protocol({ name, entry, vendor, keyTag, token, fetch, clock, blob, redact, refusedParams })
    const about = {
      endpoint: name,
      vendor: entry.vendor,
      model: entry.model,
      keyTag,
      ...(await priceOf(entry, vendor)),
    }
    return metered(withoutGoneMedia(wire, find), about, ledger, clock, log, parts.purse)
  }
  return {
    name,
    async open(call, signal) {
      try {
        made ??= await make()
        return await made.open(call, signal)
      } catch (error) {
        throw failureOf(error, 'unknown')
      }
    },
  }
}

/**
 * What a candidate costs: what its entry says; nothing where it runs on this machine; else what the price table says of the vendor that
 * its base belongs to.
 */
async function priceOf(entry: ModelEntry, vendor: Vendor): Promise<Pick<Metered, 'price'>> {
  const { price, source, model, apiBase } = entry
  if (price) return { price: { price, source } }
  if (vendor.local) return { price: { price: { input: 0, output: 0 }, source: 'local' } }
  const { listedPrice } = await import('../models/price-of.ts')
  const listed = listedPrice(vendorOfBase(apiBase, vendor) ?? entry.vendor, model)
  return listed ? { price: listed } : {}
}
