import type { Attachment } from '../../src/core/channel.ts'
import { Failure } from '../../src/core/failure.ts'
import type { Json } from '../../src/core/json.ts'
import type { Provider } from '../../src/core/provider.ts'
import { Problem } from '../../src/core/problem.ts'
import { systemClock } from '../../src/kit/clock.ts'
import type { ModelEntry } from '../../src/models/entry.ts'
import { toEntry } from '../../src/models/entry-from-row.ts'
import type { ModelRow } from '../../src/models/row.ts'
import { audioModelTranscriber } from '../../src/voice/audio-model.ts'
import { ears } from '../../src/voice/choose.ts'
import { endpointTranscriber } from '../../src/voice/endpoints.ts'
import { splitSentences } from '../../src/voice/sentences.ts'
import { speaking } from '../../src/voice/speak.ts'
import { chooseSpeaker, speechUrl } from '../../src/voice/speaker.ts'
import { applyTranscriptions, transcriptionEcho } from '../../src/voice/transcripts.ts'
import { loadConfig } from '../../src/config/load.ts'
import { fakeProvider } from '../fakes/provider.ts'
import type { Adapters } from './adapters.ts'
import { inHome } from './config.ts'

type Row = Partial<ModelRow>

/** The voice section and the entries that can work, as the program reads them from a configuration. */
function sections(config: Record<string, Json>) {
  return inHome({ config }, async (environment) => {
    const loaded = await loadConfig(environment)
    const entries = [...loaded.config.model_list, ...loaded.converted].flatMap((row): readonly ModelEntry[] => {
      try {
        return [toEntry(row)]
      } catch (error) {
        if (error instanceof Problem) return []
        throw error
      }
    })
    return { voice: loaded.config.voice, entries }
  })
}

const idle = new AbortController().signal
const server = 'http://127.0.0.1:9'
const recording = (name: string, bytes: string): Attachment => ({
  kind: 'audio',
  mime: '',
  name,
  bytes: () => Promise.resolve(Buffer.from(bytes)),
})
const noConversion = () => Promise.reject(new Error('nothing is converted here'))

/** The requests of an endpoint that gives these answers. */
function endpoint(...answers: readonly Response[]) {
  const requests: Request[] = []
  const left = [...answers]
  const fetch: typeof globalThis.fetch = (input, init) => {
    requests.push(new Request(input, init))
    return Promise.resolve(left.shift() ?? new Response('beyond the script', { status: 599 }))
  }
  return { requests, ports: { clock: systemClock, fetchFor: () => fetch, convert: noConversion } }
}

/** What goes to a transcription endpoint. */
async function transcriptionRequest(row: Row) {
  const entry = toEntry({
    model_name: 'ear',
    model: '',
    ...row,
    api_base: String(row.api_base).replace('{server}', server),
  })
  const [ear] = ears({ voice: { model_name: 'ear', elevenlabs_api_key: '' }, entries: [entry] })
  if (ear?.kind !== 'whisper' && ear?.kind !== 'elevenlabs') return undefined
  const { requests, ports } = endpoint(Response.json({ text: 'heard' }))
  await endpointTranscriber(ear, ports).transcribe(recording('voice.ogg', 'sound'), idle)
  const [request] = requests
  if (!request) return undefined
  const key = request.headers.get('xi-api-key')
  return {
    path: request.url.slice(server.length),
    Authorization: request.headers.get('authorization'),
    headers: key === null ? {} : { 'Xi-Api-Key': key },
    form: Object.fromEntries(await request.formData()),
  }
}

async function speech(model: string, key: string, text: string, answers: readonly Response[]) {
  const base = 'http://127.0.0.1:9/v1'
  const entry = toEntry({ model_name: 'mouth', provider: 'openai', model, api_base: base, api_key: key })
  const speaker = chooseSpeaker('mouth', [entry])
  if (!speaker) throw new Error('nobody speaks')
  const { requests, ports } = endpoint(...answers)
  const spoken = await speaking(speaker, ports)(text, idle)
  const bodies = await Promise.all(requests.map(async (request) => (await request.json()) as Record<string, Json>))
  return { spoken, requests, bodies, base }
}
interface Scripted {
  readonly status: number
  readonly body: string
}
const scripted = ({ status, body }: Scripted) => new Response(body, { status })

export const adapters: Adapters = {
  async detectTranscriber(config: Record<string, Json>) {
    const [ear] = ears(await sections(config))
    return ear && { ...ear, modelName: ear.name }
  },
  whisperRequest: ({ model, apiBase, apiKey }: { model: string; apiBase: string; apiKey: string }) =>
    transcriptionRequest({ model, api_base: apiBase, api_key: apiKey }),
  elevenlabsRequest: ({ model, apiBase, apiKey }: { model: string; apiBase: string; apiKey: string }) =>
    transcriptionRequest({ provider: 'elevenlabs', model, api_base: apiBase, api_key: apiKey }),
  async audioModelRequest(input: { model: string; fileName: string; bytes: string; reply: string }) {
    const model = fakeProvider('ear', { answer: input.reply })
    const entry = toEntry({ model_name: 'ear', provider: 'gemini', model: input.model, api_key: 'k' })
    const [ear] = ears({ voice: { model_name: 'ear', elevenlabs_api_key: '' }, entries: [entry] })
    if (ear?.kind !== 'audio-model') return undefined
    const ports = { clock: systemClock, provider: (): Provider => model, convert: noConversion }
    const text = await audioModelTranscriber(ear, ports).transcribe(recording(input.fileName, input.bytes), idle)
    const request = model.calls[0]?.request()
    const media = (request?.messages ?? []).flatMap(({ parts }) =>
      parts.flatMap((part) =>
        part.type === 'audio' && part.source.type === 'inline'
          ? [`data:${part.mime};base64,${part.source.base64}`]
          : [],
      ),
    )
    return { messageCount: request?.messages.length, media, temperature: request?.temperature, text }
  },
  ttsEndpoint: (base: string) => speechUrl(base),
  async ttsRequest({ apiKey, text }: { apiKey: string; text: string }) {
    const { requests, bodies, base } = await speech('tts-1', apiKey, text, [new Response('sound')])
    const [request] = requests
    return {
      path: request?.url.slice(base.length),
      Authorization: request?.headers.get('authorization'),
      body: bodies[0],
    }
  },
  async ttsError(answer: Scripted) {
    try {
      await speech('tts-1', 'k', 'hello', [scripted(answer)])
      return {}
    } catch (error) {
      if (error instanceof Failure) return { error: error.message, status: error.detail.status }
      throw error
    }
  },
  async ttsRetry({ model, first, second }: { model: string; first: Scripted; second: Scripted }) {
    const { spoken, bodies } = await speech(model, 'k', 'hello', [scripted(first), scripted(second)])
    return {
      requests: bodies.length,
      firstHas: Object.keys(bodies[0] ?? {}).find((key) => key === 'response_format'),
      secondLacks: Object.hasOwn(bodies[1] ?? {}, 'response_format') ? undefined : 'response_format',
      fileExt: spoken.name.slice(spoken.name.lastIndexOf('.')),
      contentType: spoken.mime,
    }
  },
  async detectTts(config: Record<string, Json>) {
    const { voice, entries } = await sections(config)
    return chooseSpeaker(voice.tts_model_name, entries)
  },
  splitSentences: (text: string) => splitSentences(text),
  applyTranscriptions: ({ text, transcriptions }: { text: string; transcriptions: readonly string[] }) =>
    applyTranscriptions(text, transcriptions),
  transcriptionEcho: (input: { echo_transcription: boolean; transcriptions: readonly string[] }) =>
    transcriptionEcho(input.echo_transcription, input.transcriptions) ?? null,
}
