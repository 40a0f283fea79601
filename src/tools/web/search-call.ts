import { Problem } from '../../core/problem.ts'
import type { Engine, EngineAccess, SearchQuery, SearchResult } from './engine.ts'

type Fetch = typeof globalThis.fetch
/** Bytes of the longest answer. */
const largest = 4 * 1024 * 1024

export type SearchOutcome =
  | { readonly ok: true; readonly found: readonly SearchResult[] | string }
  /** `otherKey`: another key may have more luck. */
  | { readonly ok: false; readonly otherKey: boolean; readonly why: string }

/** Asks an engine once. Only the signal's reason is thrown. */
export async function searchOnce(
  engine: Engine,
  query: SearchQuery,
  access: EngineAccess,
  { fetch, signal }: { readonly fetch: Fetch; readonly signal: AbortSignal },
): Promise<SearchOutcome> {
  const { url, headers, body } = engine.request(query, access)
  const late = AbortSignal.timeout(engine.timeoutMs)
  try {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      // A key must not follow to another host.
      redirect: 'manual',
      signal: AbortSignal.any([signal, late]),
    })
    const text = await textOf(response)
    if (response.status === 200) return { ok: true, found: engine.read(text) }
    const why = `it answered with status ${response.status}${excerpt(text, access.key)}`
    return { ok: false, otherKey: isOfKey(response.status), why }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Problem) return { ok: false, otherKey: false, why: error.message }
    if (late.aborted) return { ok: false, otherKey: true, why: `it took longer than ${engine.timeoutMs / 1000} s` }
    return { ok: false, otherKey: true, why: `it cannot be reached: ${reason(error)}` }
  }
}

/** The key is refused or used up, or the service is down for a moment. */
const isOfKey = (status: number): boolean => [401, 403, 429].includes(status) || status >= 500

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true })
    if (text.length > largest) throw new Problem(`its answer is longer than ${largest / 1024 / 1024} MiB`)
  }
  return text
}

/** The first words of what it said, without the key, should it repeat it. */
function excerpt(text: string, key: string): string {
  const clean = key === '' ? text : text.replaceAll(key, '[key]')
  const line = clean.replaceAll(/\s+/g, ' ').trim()
  return line === '' || line.startsWith('<') ? '' : `: ${line.slice(0, 200).toWellFormed()}`
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return reason(error.cause)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
