import type { JsonObject } from '../core/json.ts'
import type { ModelEntry } from '../models/entry.ts'
import { chatUrl, joinPath, trimBase } from '../models/url.ts'

/** Who speaks, and how it is asked. */
export interface Speaker {
  readonly kind: 'openai' | 'mimo'
  readonly name: string
  readonly model: string
  readonly endpoint: string
  readonly key: string
  readonly voice: string
  readonly responseFormat: string
  /** Further fields of the request. */
  readonly extra: JsonObject
  readonly entry: Partial<Pick<ModelEntry, 'proxy' | 'headers'>>
}

const official = 'https://api.openai.com/v1'
/** Vendors that speak through their chat endpoint. */
const throughChat: Readonly<Record<string, { readonly voice: string; readonly format: string }>> = {
  mimo: { voice: 'default_zh', format: 'mp3' },
}

/** Where speech is asked for, for a base address that may be empty or lack its `/v1`. */
export function speechUrl(base: string): string {
  const trimmed = trimBase(base)
  if (trimmed === '') return joinPath(official, '/audio/speech')
  return joinPath(trimmed === 'https://api.openai.com' ? official : trimmed, '/audio/speech')
}

/** The entry that the configuration names, else the first whose model is one of speech and has a key. */
export function chooseSpeaker(named: string | undefined, entries: readonly ModelEntry[]): Speaker | undefined {
  const entry =
    entries.find(({ name }) => name === named?.trim()) ??
    entries.find(({ model, keys }) => /tts/i.test(model) && keys.length > 0)
  return entry && speakerOf(entry)
}

function speakerOf(entry: ModelEntry): Speaker {
  const chat = throughChat[entry.vendor]
  const { voice, response_format: format, ...extra } = entry.extraBody
  return {
    kind: chat ? 'mimo' : 'openai',
    name: entry.name,
    model: entry.model || 'tts-1',
    endpoint: chat ? chatUrl(entry) : speechUrl(entry.apiBase),
    key: entry.keys[0] ?? '',
    voice: text(voice) ?? chat?.voice ?? 'alloy',
    responseFormat: text(format) ?? chat?.format ?? 'opus',
    extra,
    entry,
  }
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
