import type { ModelEntry } from '../models/entry.ts'
import { joinPath, rowOf } from '../models/url.ts'
import type { ProtocolId } from '../models/vendor.ts'
import { vendorOf } from '../models/vendor-lookup.ts'
import type { VoiceSettings } from './ports.ts'

/** Somebody who can turn sound into text, and how it is asked. */
export type Ear =
  | {
      readonly kind: 'whisper' | 'elevenlabs'
      readonly name: string
      readonly vendor: string
      /** On the wire. */
      readonly model: string
      readonly url: string
      /** Empty where none is needed. */
      readonly key: string
      readonly entry: Partial<Pick<ModelEntry, 'proxy' | 'extraBody' | 'headers'>>
    }
  | {
      readonly kind: 'audio-model'
      readonly name: string
      readonly vendor: string
      readonly model: string
      /** Takes more formats than WAV and MP3. */
      readonly anyFormat: boolean
    }
  | { readonly kind: 'command'; readonly name: string; readonly words: readonly string[] }

export interface EarOptions {
  readonly voice: Pick<VoiceSettings, 'model_name' | 'elevenlabs_api_key' | 'command'>
  readonly entries: readonly ModelEntry[]
  /** A key from the environment for a vendor. */
  readonly keyFor?: (vendor: string) => string | undefined
}

const defaultWhisper = 'whisper-large-v3'
/** Model ids that are only heard at `/audio/transcriptions`. */
const transcribes = /whisper|transcri/i
/** Protocols that carry sound to a chat model, and whether in any format. */
const audioProtocols: Partial<Record<ProtocolId, 'any' | 'some'>> = {
  'openai-chat': 'some',
  'azure-chat': 'some',
  gemini: 'any',
}
/** Vendors whose chat models take every usual format, whatever protocol they are asked by. */
const anyFormat: ReadonlySet<string> = new Set(['gemini'])
/** Vendors whose chat models take no sound, though their protocol could carry it. */
const deaf: ReadonlySet<string> = new Set(['anthropic', 'mimo', 'venice', 'siliconflow', 'lmstudio', 'gpt4free'])

/**
 * Who turns voice into text, in the order in which they are tried: the model that the configuration names, a local program, ElevenLabs,
 * entries with a whisper model, and any key of Groq.
 */
export function ears({ voice, entries, keyFor }: EarOptions): readonly Ear[] {
  const named = entries.filter(({ name }) => name === voice.model_name?.trim())
  const command = (voice.command ?? []).filter(Boolean)
  const elevenKey = voice.elevenlabs_api_key?.trim() || keyFor?.('elevenlabs')
  const found = [
    ...named.flatMap((entry) => speechEar(entry) ?? chatEar(entry) ?? []),
    ...(command[0] === undefined ? [] : [{ kind: 'command', name: command[0], words: command } as const]),
    ...(elevenKey ? [elevenEar('elevenlabs', baseOf('elevenlabs'), elevenKey, {})] : []),
    ...entries.flatMap((entry) => speechEar(entry) ?? []),
    ...entries.flatMap((entry) => groqEar(entry.vendor, entry.apiBase, entry.keys[0], entry)),
    ...groqEar('groq', baseOf('groq'), keyFor?.('groq')),
  ]
  return withoutDoubles(found)
}

function withoutDoubles(found: readonly Ear[]): readonly Ear[] {
  const seen = new Set<string>()
  return found.filter((ear) => {
    const same = 'url' in ear ? [ear.url, ear.model, ear.key] : [ear.kind, ear.name]
    const identity = JSON.stringify(same)
    return !seen.has(identity) && seen.add(identity)
  })
}

/** An entry that serves nothing but speech. */
function speechEar(entry: ModelEntry): Ear | undefined {
  const { protocol } = rowOf(entry)
  const [key = ''] = entry.keys
  if (protocol === 'speech') return key === '' ? undefined : elevenEar(entry.name, entry.apiBase, key, entry)
  if (audioProtocols[protocol] === undefined || !transcribes.test(entry.model)) return undefined
  return whisperEar(entry.name, entry.vendor, entry.apiBase, entry.model, key, entry)
}

function chatEar(entry: ModelEntry): Ear | undefined {
  const formats = audioProtocols[rowOf(entry).protocol]
  if (formats === undefined || deaf.has(entry.vendor)) return undefined
  const { name, vendor, model } = entry
  return { kind: 'audio-model', name, vendor, model, anyFormat: formats === 'any' || anyFormat.has(vendor) }
}

const baseOf = (vendor: string) => vendorOf(vendor)?.apiBase ?? ''

type Manners = Extract<Ear, { kind: 'whisper' | 'elevenlabs' }>['entry']

const whisperEar = (name: string, vendor: string, base: string, model: string, key: string, entry: Manners): Ear => ({
  kind: 'whisper',
  name,
  vendor,
  model,
  url: joinPath(base, '/audio/transcriptions'),
  key,
  entry,
})
const elevenEar = (name: string, base: string, key: string, entry: Manners): Ear => ({
  kind: 'elevenlabs',
  name,
  vendor: 'elevenlabs',
  // The only one there is for recordings, whatever the entry says.
  model: 'scribe_v1',
  url: joinPath(base, '/v1/speech-to-text'),
  key,
  entry,
})
/** A key of Groq opens its whisper too. */
const groqEar = (vendor: string, base: string, key: string | undefined, { proxy }: Manners = {}): readonly Ear[] =>
  vendor === 'groq' && key
    ? [whisperEar('groq', vendor, base, defaultWhisper, key, proxy === undefined ? {} : { proxy })]
    : []
