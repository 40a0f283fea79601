import type { Clock } from '../core/clock.ts'
import { isJsonObject } from '../core/json.ts'
import { vendorOf } from '../models/vendor-lookup.ts'
import type { Fetch } from './endpoint.ts'

/** A model server that answers on this machine. */
export interface LocalServer {
  /** Vendor id. */
  readonly vendor: string
  /** The base for an entry. */
  readonly url: string
  /** Chat models it has, in its own order; at least one. */
  readonly models: readonly string[]
}
export interface LocalServerSearch {
  readonly fetch: Fetch
  readonly clock: Clock
  /** For everything together. */
  readonly timeoutMs?: number
  /** Base by vendor id. Absent: where each server listens by default. */
  readonly bases?: Readonly<Record<string, string>>
}

const searched = ['ollama', 'lmstudio', 'vllm', 'llamacpp']
const usualBases = Object.fromEntries(searched.map((vendor) => [vendor, vendorOf(vendor)?.apiBase ?? '']))

/**
 * Asks the usual local model servers for their models, all at once. Whoever does not answer in time, is no model server, or has
 * nothing that chats is left out.
 */
export async function localServers(search: LocalServerSearch): Promise<readonly LocalServer[]> {
  const { fetch, clock, timeoutMs = 300, bases = usualBases } = search
  const giveUp = new AbortController()
  const over = new AbortController()
  const late = clock.sleep(timeoutMs, over.signal).then(
    () => giveUp.abort(),
    () => undefined,
  )
  const silence = late.then(() => [])
  const asked = Object.entries(bases).map(async ([vendor, url]) => ({
    vendor,
    url,
    models: await Promise.race([chatModels(fetch, url, giveUp.signal), silence]),
  }))
  const servers = await Promise.all(asked)
  over.abort()
  return servers.filter(({ models }) => models.length > 0)
}

/** Model ids at `{base}/models` in the OpenAI form; none when there is no such server. */
async function chatModels(fetch: Fetch, base: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const response = await fetch(`${base}/models`, {
      signal,
      redirect: 'error',
      headers: { accept: 'application/json' },
    })
    if (response.ok) return readModels(await response.json())
    await response.body?.cancel()
    return []
  } catch {
    // Nothing listens there, or not in time, or it is something else: all mean that there is no model server.
    return []
  }
}

function readModels(body: unknown): readonly string[] {
  const list = isJsonObject(body) && Array.isArray(body['data']) ? (body['data'] as readonly unknown[]) : []
  return list
    .map((item) => (isJsonObject(item) && typeof item['id'] === 'string' ? item['id'] : ''))
    .filter((id) => id !== '' && !neverChats.test(id))
}

/** Names of models that embed, rank or transcribe. */
const neverChats = /embed|rerank|whisper|(?:^|[/:._-])(?:bge|gte|e5|minilm|clip|tts|stt)(?:[/:._-]|$)|all-minilm/i
