import type { ModelEntry } from '../models/entry.ts'
import { inTurn, transcriberOf } from './chain.ts'
import { ears } from './choose.ts'
import { hearing } from './hear.ts'
import type { VoicePorts, VoiceSettings } from './ports.ts'
import { speaking } from './speak.ts'
import { chooseSpeaker } from './speaker.ts'

export interface VoiceOptions {
  readonly voice: VoiceSettings
  readonly entries: readonly ModelEntry[]
  /** A key from the environment for a vendor. */
  readonly keyFor?: (vendor: string) => string | undefined
}

/** Hearing and speaking as one version of the configuration has them. `speak` is undefined when nobody is set up to. */
export function voiceRoom({ voice, entries, keyFor }: VoiceOptions, ports: VoicePorts) {
  const found = ears({ voice, entries, ...(keyFor && { keyFor }) })
  const transcribers = found.map((ear) => transcriberOf(ear, ports))
  const speaker = chooseSpeaker(voice.tts_model_name, entries)
  return {
    hear: hearing({
      echo: voice.echo_transcription,
      ...(transcribers.length > 0 && { transcriber: inTurn(transcribers, ports) }),
    }),
    speak: speaker && speaking(speaker, ports),
    /** Who is asked, in order. */
    listeners: found.map(({ kind, name }) => `${name} (${kind})`),
    speaker: speaker?.name,
  }
}
