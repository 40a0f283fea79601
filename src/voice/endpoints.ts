import type { Transcriber } from '../core/voice.ts'
import type { Ear } from './choose.ts'
import { answerFailure, within } from './failures.ts'
import { Failure } from '../core/failure.ts'
import type { SoundFormat } from './formats.ts'
import type { VoicePorts } from './ports.ts'
import { soundOf } from './sound.ts'

type EndpointEar = Extract<Ear, { kind: 'whisper' | 'elevenlabs' }>

/** How the two kinds of endpoint are asked. */
const dialects = {
  whisper: {
    form: (model: string) => ({ model, response_format: 'json' }),
    header: (key: string): Record<string, string> => (key === '' ? {} : { Authorization: `Bearer ${key}` }),
    ms: 60_000,
  },
  elevenlabs: {
    form: (model: string) => ({ model_id: model }),
    header: (key: string): Record<string, string> => ({ 'Xi-Api-Key': key }),
    ms: 120_000,
  },
} as const

/** What these endpoints take as it is. */
const taken: readonly SoundFormat[] = ['ogg', 'mp3', 'wav', 'flac', 'm4a', 'webm']

/** A `/audio/transcriptions` endpoint of any vendor, or ElevenLabs. `extra_body` of the entry goes along, for example `language`. */
export function endpointTranscriber(
  ear: EndpointEar,
  { clock, fetchFor, convert }: Pick<VoicePorts, 'clock' | 'fetchFor' | 'convert'>,
): Transcriber {
  const dialect = dialects[ear.kind]
  return {
    name: ear.name,
    transcribe: (audio, signal) =>
      within({ clock, endpoint: ear.name, ms: dialect.ms, signal }, async (limited) => {
        const sound = await soundOf(audio, taken, convert, limited)
        const form = new FormData()
        form.append('file', new Blob([sound.bytes], { type: sound.mime }), `voice.${sound.format}`)
        const fields = { ...dialect.form(ear.model), ...ear.entry.extraBody }
        for (const [field, value] of Object.entries(fields))
          form.append(field, typeof value === 'string' ? value : JSON.stringify(value))
        const headers = { ...ear.entry.headers, ...dialect.header(ear.key) }
        const fetch = fetchFor(ear.entry)
        const response = await fetch(ear.url, {
          method: 'POST',
          headers,
          body: form,
          signal: limited,
          redirect: 'manual',
        })
        if (!response.ok) throw await answerFailure(ear.name, response)
        return textIn(ear.name, await response.text())
      }),
  }
}

/** The words in an answer: JSON with `text`, as all of these services give it. */
function textIn(endpoint: string, body: string): string {
  try {
    const answer = JSON.parse(body) as { readonly text?: unknown }
    if (typeof answer.text === 'string') return answer.text.trim()
  } catch {
    // Told below: it is no answer of such a service.
  }
  throw new Failure('bad-reply', `${endpoint} answered without a text.`, { endpoint, preview: body.slice(0, 200) })
}
