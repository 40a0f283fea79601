import type { Attachment } from '../core/channel.ts'
import { Failure } from '../core/failure.ts'
import type { JsonObject } from '../core/json.ts'
import { answerFailure, within } from './failures.ts'
import type { VoicePorts } from './ports.ts'
import { speakable, splitSentences } from './sentences.ts'
import type { Speaker } from './speaker.ts'

/** The longest text of one request; these services take 4,096 characters. */
const longest = 4_000
const ms = 120_000

const kinds: Readonly<Record<string, { readonly mime: string; readonly ending: string }>> = {
  opus: { mime: 'audio/ogg', ending: 'ogg' },
  ogg: { mime: 'audio/ogg', ending: 'ogg' },
  mp3: { mime: 'audio/mpeg', ending: 'mp3' },
  wav: { mime: 'audio/wav', ending: 'wav' },
  flac: { mime: 'audio/flac', ending: 'flac' },
  aac: { mime: 'audio/aac', ending: 'aac' },
}
const whenUnsaid = 'mp3'

interface Spoken {
  readonly bytes: Uint8Array
  readonly format: string
}

/** Says a text. Resolves to a recording; rejects with a Failure. */
export function speaking(speaker: Speaker, { clock, fetchFor }: Pick<VoicePorts, 'clock' | 'fetchFor'>) {
  const post = (body: JsonObject, headers: Readonly<Record<string, string>>, signal: AbortSignal) =>
    fetchFor(speaker.entry)(speaker.endpoint, {
      method: 'POST',
      headers: { ...speaker.entry.headers, ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal,
      redirect: 'manual',
    })

  async function openai(input: string, format: string, signal: AbortSignal): Promise<Spoken> {
    const { model, voice, key, extra } = speaker
    const bearer: Record<string, string> = key === '' ? {} : { Authorization: `Bearer ${key}` }
    const body = { ...extra, model, voice, input }
    const first = await post({ ...body, response_format: format }, bearer, signal)
    if (first.ok) return { bytes: new Uint8Array(await first.arrayBuffer()), format }
    const failure = await answerFailure(speaker.name, first)
    if (!refusesFormat(failure)) throw failure
    const second = await post(body, bearer, signal)
    if (!second.ok) throw await answerFailure(speaker.name, second)
    return { bytes: new Uint8Array(await second.arrayBuffer()), format: whenUnsaid }
  }
  async function mimo(content: string, format: string, signal: AbortSignal): Promise<Spoken> {
    const { model, voice, key, extra } = speaker
    const body = { ...extra, model, messages: [{ role: 'assistant', content }], audio: { format, voice } }
    const response = await post(body, { 'Api-Key': key }, signal)
    if (!response.ok) throw await answerFailure(speaker.name, response)
    const answer = (await response.json()) as MimoAnswer
    const data = answer.choices?.[0]?.message?.audio?.data
    if (data === undefined) throw new Failure('bad-reply', `${speaker.name} answered without sound.`)
    return { bytes: Buffer.from(data, 'base64'), format }
  }
  const say = { openai, mimo }[speaker.kind]

  return async function speak(text: string, signal: AbortSignal): Promise<Attachment> {
    const pieces = speechPieces(text)
    if (pieces.length === 0) throw new Failure('empty', 'There is nothing to say.')
    // Recordings of this format may simply follow each other.
    const format = pieces.length > 1 ? 'mp3' : speaker.responseFormat
    const spoken: Spoken[] = []
    for (const piece of pieces)
      spoken.push(await within({ clock, endpoint: speaker.name, ms, signal }, (limited) => say(piece, format, limited)))
    const made = spoken[0]?.format ?? format
    const { mime, ending } = kinds[made] ?? { mime: 'application/octet-stream', ending: made }
    const bytes = Buffer.concat(spoken.map((each) => each.bytes))
    if (bytes.length === 0) throw new Failure('empty', `${speaker.name} answered without sound.`)
    return { kind: 'audio', mime, name: `voice.${ending}`, size: bytes.length, bytes: () => Promise.resolve(bytes) }
  }
}

interface MimoAnswer {
  readonly choices?: readonly { readonly message?: { readonly audio?: { readonly data?: string } } }[]
}

/** Whole sentences, as many as one request takes. */
function speechPieces(text: string): readonly string[] {
  const pieces: string[] = []
  for (const sentence of splitSentences(speakable(text)).flatMap(chopped)) {
    const last = pieces.at(-1)
    if (last !== undefined && last.length + sentence.length < longest) pieces[pieces.length - 1] = `${last} ${sentence}`
    else pieces.push(sentence)
  }
  return pieces
}
const chopped = (sentence: string): readonly string[] =>
  sentence.length <= longest ? [sentence] : (sentence.match(new RegExp(`[\\s\\S]{1,${longest}}`, 'gu')) ?? [])

/** Some services know fewer formats and say so. */
function refusesFormat({ detail }: Failure): boolean {
  const { status = 0, preview = '' } = detail
  return (
    status >= 400 &&
    status < 500 &&
    /response_format/i.test(preview) &&
    /invalid|unsupported|not supported/i.test(preview)
  )
}
