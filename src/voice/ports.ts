import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Provider } from '../core/provider.ts'
import type { ModelEntry } from '../models/entry.ts'

/** The `voice` section of the configuration. */
export interface VoiceSettings {
  readonly model_name?: string | undefined
  readonly tts_model_name?: string | undefined
  readonly echo_transcription: boolean
  readonly elevenlabs_api_key?: string | undefined
  /** A program that turns a sound file into text: its words, `{file}` for a WAV file of 16 kHz. Absent or empty: none. */
  readonly command?: readonly string[] | undefined
}

/** Turns sound from one format into another; `from` and `to` are those of `formats.ts`. Rejects with a Problem. */
export type Convert = (bytes: Uint8Array, from: string, to: string, signal: AbortSignal) => Promise<Uint8Array>

/** What this room needs from the others. */
export interface VoicePorts {
  readonly clock: Clock
  readonly log: Log
  /** The way to an entry's endpoint, through its proxy. */
  fetchFor(entry: Pick<ModelEntry, 'proxy'>): typeof globalThis.fetch
  /** The chat model behind a name of the model list. */
  provider(name: string): Provider
  readonly convert: Convert
  /** Where programs are found, as PATH spells it. */
  readonly path: string
}
