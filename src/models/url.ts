import type { ModelEntry } from './entry.ts'
import type { Vendor } from './vendor.ts'
import { chatPaths } from './vendor.ts'
import { rowFor } from './vendor-lookup.ts'

/**
 * The row that holds for an entry: the quirks of the host it points at, and the protocol it speaks after signing in where it does
 * not use a key.
 */
export function rowOf(entry: Pick<ModelEntry, 'vendor' | 'apiBase' | 'auth'>): Vendor {
  const row = rowFor(entry.vendor, entry.apiBase)
  return entry.auth === 'key' || !row.signedIn ? row : { ...row, ...row.signedIn }
}

/** The URL of a chat call. Throws a RangeError where the protocol does not post to one fixed URL. */
export function chatUrl(entry: Pick<ModelEntry, 'vendor' | 'apiBase' | 'auth'>): string {
  const row = rowOf(entry)
  const path = row.chatPath ?? chatPaths[row.protocol]
  if (path === undefined) throw new RangeError(`${row.label} has no fixed chat URL`)
  return joinPath(entry.apiBase, path)
}

/** Puts a path under a base. What the base already ends in is not repeated: `…/v1` + `/v1/messages` is `…/v1/messages`. */
export function joinPath(base: string, path: string): string {
  const trimmed = trimBase(base)
  const segments = path.split('/').slice(1)
  const repeated = segments.map((_, index) => `/${segments.slice(0, index + 1).join('/')}`)
  const basePath = trimmed.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
  const overlap = repeated.findLast((start) => basePath.endsWith(start)) ?? ''
  return trimmed + path.slice(overlap.length)
}

/** A base address without spaces and slashes around it. */
export function trimBase(base: string): string {
  return base.trim().replace(/\/+$/, '')
}
