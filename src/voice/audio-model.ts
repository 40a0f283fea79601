import type { ChatRequest } from '../core/chat.ts'
import { collect } from '../core/collect.ts'
import { textOf } from '../core/message.ts'
import type { Transcriber } from '../core/voice.ts'
import { Failure } from '../core/failure.ts'
import type { Ear } from './choose.ts'
import { within } from './failures.ts'
import type { SoundFormat } from './formats.ts'
import type { VoicePorts } from './ports.ts'
import { soundOf } from './sound.ts'

const some: readonly SoundFormat[] = ['mp3', 'wav']
const any: readonly SoundFormat[] = ['ogg', 'mp3', 'wav', 'flac', 'aac', 'm4a']
const ms = 120_000
const order =
  'Transcribe this recording word for word, in its own language. Answer with the words alone; when nobody speaks, answer with nothing.'

/** A chat model that hears. */
export function audioModelTranscriber(
  ear: Extract<Ear, { kind: 'audio-model' }>,
  { clock, provider, convert }: Pick<VoicePorts, 'clock' | 'provider' | 'convert'>,
): Transcriber {
  return {
    name: ear.name,
    transcribe: (audio, signal) =>
      within({ clock, endpoint: ear.name, ms, signal }, async (limited) => {
        const sound = await soundOf(audio, ear.anyFormat ? any : some, convert, limited)
        const base64 = Buffer.from(sound.bytes).toString('base64')
        const request: ChatRequest = {
          messages: [
            {
              role: 'user',
              parts: [
                { type: 'text', text: order },
                { type: 'audio', mime: sound.mime, source: { type: 'inline', base64 } },
              ],
            },
          ],
          temperature: 0,
        }
        const call = { id: crypto.randomUUID(), request: () => request, stream: false, cause: 'voice' } as const
        const reply = await provider(ear.name).open(call, limited)
        if (reply.type !== 'events') throw new Failure('bad-reply', `${ear.name} answered with bytes.`)
        reply.end.catch(() => undefined)
        return textOf((await collect(reply.events)).message).trim()
      }),
  }
}
