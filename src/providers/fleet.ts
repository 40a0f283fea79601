import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import type { Log } from '../core/log.ts'
import { Problem } from '../core/problem.ts'
import type { Provider } from '../core/provider.ts'
import type { CounterStore, LedgerStore, RestStore } from '../core/store.ts'
import type { ModelEntry } from '../models/entry.ts'
import type { Pool } from '../models/pool.ts'
import type { ProtocolId, Vendor } from '../models/vendor.ts'
import { candidatesOf, type Candidate } from './candidates.ts'
import type { Fetch, Protocol } from './endpoint.ts'
import { fallback } from './fallback.ts'
import { metered, type Metered } from './metered.ts'
import { bucket, paced, type Bucket } from './paced.ts'
import { restBook } from './rest-book.ts'
import { resting } from './resting.ts'
import { retrying } from './retrying.ts'
import { rotate } from './rotate.ts'

export interface FleetParts {
  readonly clock: Clock
  readonly log: Log
  readonly rests: RestStore
  readonly counters: CounterStore
  readonly ledger: LedgerStore
  /** Short, always the same for the same text, and not to be turned back. */
  hash(text: string): string
  protocol(id: ProtocolId): Promise<Protocol>
  fetchFor(entry: ModelEntry): Promise<Fetch> | Fetch
  /** Bytes of a stored blob. */
  blob(id: string): Promise<Uint8Array>
  redact(text: string): string
  /** A fresh token for an entry without a key; undefined when it needs none. */
  credential(entry: ModelEntry): Promise<string | undefined>
  /** The entry's vendor, with the quirks of the host it really points at. */
  vendorRow(entry: ModelEntry): Vendor
}

/** Everything that can answer, with the rests, the pacing and the turns that all chains share. */
export interface Fleet {
  /** Primary and fallbacks, in order. The name is that of the first pool. */
  chain(pools: readonly Pool[]): Provider
  /** Forgets the pacing of candidates that no entry names any more; what still exists goes on as it was. */
  prune(entries: readonly ModelEntry[]): void
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
  const hash = (text: string) => parts.hash(text)
  const book = restBook(parts.rests, clock, log)
  const shared = new Map<string, Shared>()
  const pools = new WeakMap<Pool, Provider>()

  const sharedOf = ({ identity, entry }: Candidate): Shared => {
    const known = shared.get(identity) ?? { bucket: bucket(entry.rpm, clock), refusedParams: new Set<string>() }
    shared.set(identity, known)
    return known
  }
  const endpoint = (candidate: Candidate): Provider => {
    const { bucket, refusedParams } = sharedOf(candidate)
    return resting(paced(speaking(candidate, refusedParams, parts), bucket), candidate.rest, book, clock)
  }
  const poolOf = (pool: Pool): Provider => {
    const known = pools.get(pool)
    if (known) return known
    const members = candidatesOf(pool, hash).map((candidate) => ({
      provider: endpoint(candidate),
      model: candidate.model,
    }))
    const made = rotate(pool.name, members, { counters, clock, log })
    pools.set(pool, made)
    return made
  }

  return {
    chain(list) {
      return retrying(fallback(list[0]?.name ?? 'no model', list.map(poolOf), clock), clock)
    },
    prune(entries) {
      const kept = new Set(candidatesOf({ name: '', entries }, hash).map(({ identity }) => identity))
      for (const identity of shared.keys()) if (!kept.has(identity)) shared.delete(identity)
    },
    async clearRests(pool) {
      for (const { rest } of candidatesOf(pool, hash)) await book.clear(rest)
    },
  }
}

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
      return key ?? (await parts.credential(entry))
    } catch (error) {
      throw failureOf(error, 'auth')
    }
  }
  const make = async (): Promise<Provider> => {
    const vendor = parts.vendorRow(entry)
    const protocol = await parts.protocol(vendor.protocol)
    const fetch = await parts.fetchFor(entry)
    const blob = (id: string) => parts.blob(id)
    const wire = protocol({ name, entry, vendor, keyTag, token, fetch, clock, blob, redact, refusedParams })
    const about = { endpoint: name, vendor: entry.vendor, model: entry.model, keyTag, ...priceOf(entry) }
    return metered(wire, about, ledger, clock, log)
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

const priceOf = ({ price, source }: ModelEntry): Pick<Metered, 'price'> => (price ? { price: { price, source } } : {})
