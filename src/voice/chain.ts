import type { Attempt } from '../core/failure.ts'
import { Failure } from '../core/failure.ts'
import type { Transcriber } from '../core/voice.ts'
import { audioModelTranscriber } from './audio-model.ts'
import type { Ear } from './choose.ts'
import { commandTranscriber } from './command.ts'
import { endpointTranscriber } from './endpoints.ts'
import { failureFrom } from './failures.ts'
import type { VoicePorts } from './ports.ts'

export function transcriberOf(ear: Ear, ports: VoicePorts): Transcriber {
  switch (ear.kind) {
    case 'whisper':
    case 'elevenlabs':
      return endpointTranscriber(ear, ports)
    case 'audio-model':
      return audioModelTranscriber(ear, ports)
    case 'command':
      return commandTranscriber(ear, ports)
  }
}

/** Asks one after the other until one hears. Rejects with a Failure whose `attempts` tell what each said. */
export function inTurn(
  transcribers: readonly Transcriber[],
  { clock, log }: Pick<VoicePorts, 'clock' | 'log'>,
): Transcriber {
  return {
    name: transcribers.map(({ name }) => name).join(', '),
    async transcribe(audio, signal) {
      const attempts: Attempt[] = []
      for (const transcriber of transcribers) {
        const begun = clock.now()
        try {
          return await transcriber.transcribe(audio, signal)
        } catch (error) {
          const failure = failureFrom(transcriber.name, error)
          if (signal.aborted) throw failure
          const { status } = failure.detail
          attempts.push({
            endpoint: transcriber.name,
            kind: failure.kind,
            message: failure.message,
            ms: clock.now() - begun,
            skipped: false,
            ...(status !== undefined && { status }),
          })
          log.warn('A transcriber failed.', { name: transcriber.name, kind: failure.kind, why: failure.message })
        }
      }
      const last = attempts.at(-1)
      throw new Failure(last?.kind ?? 'not-found', last?.message ?? 'Nobody is set up to listen.', { attempts })
    },
  }
}
