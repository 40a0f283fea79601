import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Transcriber } from '../core/voice.ts'
import type { Ear } from './choose.ts'
import { within } from './failures.ts'
import type { VoicePorts } from './ports.ts'
import { run } from './run.ts'
import { soundOf } from './sound.ts'

/** A small machine takes a while. */
const ms = 300_000

/** A local program such as whisper.cpp: it is given a WAV file of 16 kHz and writes what it heard. */
export function commandTranscriber(
  { name, words }: Extract<Ear, { kind: 'command' }>,
  { clock, convert, path }: Pick<VoicePorts, 'clock' | 'convert' | 'path'>,
): Transcriber {
  return {
    name,
    transcribe: (audio, signal) =>
      within({ clock, endpoint: name, ms, signal }, async (limited) => {
        const sound = await soundOf(audio, ['wav'], convert, limited)
        const folder = await mkdtemp(join(tmpdir(), 'picoclaw-voice-'))
        try {
          const file = join(folder, 'voice.wav')
          await writeFile(file, sound.bytes, { mode: 0o600 })
          const named = words.map((word) => word.replaceAll('{file}', file))
          const written = await run({
            words: words.some((word) => word.includes('{file}')) ? named : [...named, file],
            path,
            signal: limited,
            missing: 'Install it, or correct voice.command.',
          })
          return plainWords(written.toString('utf8'))
        } finally {
          await rm(folder, { recursive: true, force: true })
        }
      }),
  }
}

/** Without the times that whisper.cpp writes before each line. */
const plainWords = (text: string) =>
  text
    .split('\n')
    .map((line) => line.replace(/^\s*\[[\d:.]+ --> [\d:.]+\]\s*/, '').trim())
    .filter(Boolean)
    .join('\n')
