import type { Attachment } from '../core/channel.ts'
import type { FailureKind } from '../core/failure.ts'
import { Failure } from '../core/failure.ts'
import type { Transcriber } from '../core/voice.ts'
import { failureFrom } from './failures.ts'
import { applyTranscriptions, transcriptionEcho } from './transcripts.ts'

export interface HearOptions {
  /** Absent: nobody can listen. */
  readonly transcriber?: Transcriber
  readonly echo: boolean
  /** The largest recording, in bytes. */
  readonly maxBytes?: number
}

export interface Heard {
  /** The message's words with those of its recordings. */
  readonly text: string
  /** What is left: everything but the recordings that were understood. */
  readonly attachments: readonly Attachment[]
  /** To be shown to the person. */
  readonly echo?: string
  /** One sentence for the person about what was not understood. */
  readonly trouble?: string
}

/** What the services take. */
const usualMax = 25 * 1_048_576
const silence = 'nothing can be heard'

/** Makes text of a message's recordings, in order. Rejects only when `signal` is aborted. */
export function hearing({ transcriber, echo, maxBytes = usualMax }: HearOptions) {
  async function listen(audio: Attachment, signal: AbortSignal): Promise<string | Failure> {
    if (!transcriber) return new Failure('not-found', nobody)
    if ((audio.size ?? 0) > maxBytes) return new Failure('too-long', tooLarge(audio.size ?? 0, maxBytes))
    const checked: Attachment = {
      ...audio,
      async bytes(inner) {
        const bytes = await audio.bytes(inner)
        if (bytes.length > maxBytes) throw new Failure('too-long', tooLarge(bytes.length, maxBytes))
        return bytes
      },
    }
    try {
      return (await transcriber.transcribe(checked, signal)).trim()
    } catch (error) {
      signal.throwIfAborted()
      return failureFrom(transcriber.name, error)
    }
  }
  return async function hear(text: string, attachments: readonly Attachment[], signal: AbortSignal): Promise<Heard> {
    const recordings = attachments.filter(({ kind }) => kind === 'audio')
    if (recordings.length === 0) return { text, attachments }
    const outcomes: (string | Failure)[] = []
    for (const audio of recordings) outcomes.push(await listen(audio, signal))
    const understood = outcomes.filter((outcome) => typeof outcome === 'string')
    const failures = outcomes.filter((outcome) => outcome instanceof Failure)
    const failed = new Set(recordings.filter((_, index) => outcomes[index] instanceof Failure))
    const shown = transcriptionEcho(echo, understood)
    const trouble = troubleOf(failures, recordings.length)
    return {
      text: applyTranscriptions(
        text,
        outcomes.map((outcome) => (typeof outcome === 'string' ? outcome || silence : undefined)),
      ),
      attachments: attachments.filter((each) => each.kind !== 'audio' || failed.has(each)),
      ...(shown !== undefined && { echo: shown }),
      ...(trouble !== undefined && { trouble }),
    }
  }
}

const nobody = 'no transcriber is set up; set voice.model_name, or add a key of Groq or ElevenLabs to the configuration'
const megabytes = (bytes: number) => `${Math.round(bytes / 104_857.6) / 10} MB`
const tooLarge = (size: number, most: number) => `it is ${megabytes(size)} large, and ${megabytes(most)} is the most`

/** What a failure means for people; the rest is told in its own words. */
const words: Partial<Record<FailureKind, string>> = {
  auth: 'does not accept its key',
  billing: 'has no balance left',
  'rate-limit': 'is asked too often',
  overloaded: 'is down',
  network: 'cannot be reached',
}

function troubleOf(failures: readonly Failure[], recordings: number): string | undefined {
  const [first] = failures
  if (!first) return undefined
  const which = recordings === 1 ? 'the recording' : `${failures.length} of ${recordings} recordings`
  const tried = (first.detail.attempts ?? []).map(({ endpoint, kind, message }) =>
    words[kind] === undefined ? bare(message) : `${endpoint} ${words[kind]}`,
  )
  return `I could not understand ${which}: ${tried.join('; ') || bare(first.message)}.`
}

const bare = (message: string) => message.replace(/[.\s]+$/, '')
