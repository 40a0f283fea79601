import type { Clock } from '../core/clock.ts'
import type { Provider } from '../core/provider.ts'
import type { ModelEntry } from '../models/entry.ts'
import type { Vendor } from '../models/vendor.ts'

/** The one `fetch` a protocol may use: proxy and agent already chosen. */
export type Fetch = typeof globalThis.fetch

/** Everything a protocol needs to speak to one candidate: an entry with one of its keys. */
export interface Endpoint {
  /** The candidate's name as users know it, for example `openai/gpt-5.4 (key 2)`. */
  readonly name: string
  readonly entry: ModelEntry
  /** The entry's row, with the quirks of the host it really points at. */
  readonly vendor: Vendor
  /** Tells keys of one endpoint apart in the ledger and in rests; a short hash, empty without a key. */
  readonly keyTag: string
  /** The key or a fresh token; undefined when the vendor needs none. */
  token(): Promise<string | undefined>
  readonly fetch: Fetch
  readonly clock: Clock
  /** Bytes of a stored blob. */
  blob(id: string): Promise<Uint8Array>
  /** Removes every known secret from a text. */
  redact(text: string): string
  /** Parameters this endpoint refused before; they are left out at once. Shared by all calls of one process. */
  readonly refusedParams: Set<string>
}

/** A wire protocol: turns an endpoint into a provider. */
export type Protocol = (endpoint: Endpoint) => Provider
