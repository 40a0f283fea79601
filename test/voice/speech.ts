import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/kit/clock.ts'
import { ffmpegConvert } from '../../src/voice/convert.ts'
import { run } from '../../src/voice/run.ts'
import { idle, speechServer, usualPath } from './bench.ts'

/** Why a test that needs these programs is skipped; false when they are there. */
export const without = (...programs: readonly string[]): string | false => {
  const missing = programs.filter(
    (program) => !usualPath.split(':').some((folder) => existsSync(join(folder, program))),
  )
  return missing.length > 0 && `not installed: ${missing.join(', ')}`
}
export const convert = ffmpegConvert(usualPath, systemClock)

/** Why a test with real speech is skipped. */
export const withoutSpeech = without('ffmpeg', 'flite', 'pocketsphinx_continuous')

/** A program that writes what it hears in a WAV file. */
export const listens = ['pocketsphinx_continuous', '-logfn', '/dev/null', '-infile', '{file}'] as const

/** Words spoken by flite, recorded as messengers do: Opus in Ogg. */
export async function spokenWords(words: string): Promise<Buffer> {
  await using folder = await place()
  const file = join(folder.path, 'spoken.wav')
  await run({ words: ['flite', '-voice', 'slt', '-t', words, file], path: usualPath, signal: idle, missing: '' })
  return Buffer.from(await convert(await readFile(file), 'wav', 'ogg', idle))
}

/** A transcription service whose ear is pocketsphinx. */
export const listeningServer = () =>
  speechServer(async ({ file }) => {
    await using folder = await place()
    const path = join(folder.path, 'heard.wav')
    await writeFile(path, await convert(file.bytes, 'ogg', 'wav', idle))
    const words = listens.map((word) => word.replace('{file}', path))
    const text = await run({ words, path: usualPath, signal: idle, missing: '' })
    return { body: { text: text.toString('utf8') } }
  })

async function place() {
  const path = await mkdtemp(join(tmpdir(), 'picoclaw-speech-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
