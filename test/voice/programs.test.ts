import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Attachment } from '../../src/core/channel.ts'
import { Failure } from '../../src/core/failure.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { ffmpegConvert } from '../../src/voice/convert.ts'
import { voiceRoom } from '../../src/voice/index.ts'
import { run } from '../../src/voice/run.ts'
import { entryOf, idle, note, portsOf, settings, speechServer, usualPath } from './bench.ts'

/** Why a test that needs these programs is skipped; false when they are there. */
const without = (...programs: readonly string[]): string | false => {
  const missing = programs.filter(
    (program) => !usualPath.split(':').some((folder) => existsSync(join(folder, program))),
  )
  return missing.length > 0 && `not installed: ${missing.join(', ')}`
}
const convert = ffmpegConvert(usualPath, systemClock)

/** A tone, as WAV. */
function tone(seconds = 1): Buffer {
  const samples = new Int16Array(8_000 * seconds).map((_, index) => Math.round(8_000 * Math.sin(index / 4)))
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.byteLength, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8_000, 24)
  head.writeUInt32LE(16_000, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples.byteLength, 40)
  return Buffer.concat([head, Buffer.from(samples.buffer)])
}

test('sound is turned into the formats that are asked for', { skip: without('ffmpeg') }, async () => {
  const wav = await convert(tone(), 'wav', 'wav', idle)
  assert.equal(Buffer.from(wav).readUInt32LE(24), 16_000)
  const ogg = await convert(tone(), 'wav', 'ogg', idle)
  assert.equal(Buffer.from(ogg).subarray(0, 4).toString(), 'OggS')
  const mp3 = await convert(ogg, 'ogg', 'mp3', idle)
  assert.ok(mp3.length > 1_000)
})

test(
  'what is no sound is a failure that says so, and a playlist reads no file',
  { skip: without('ffmpeg') },
  async () => {
    await assert.rejects(convert(Buffer.from('no sound at all'), 'ogg', 'wav', idle), Failure)
    const playlist = Buffer.from('#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n')
    await assert.rejects(convert(playlist, '', 'wav', idle), Failure)
  },
)

test('a recording whose table of contents stands at its end is read too', { skip: without('ffmpeg') }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'picoclaw-speech-'))
  try {
    const [wav, m4a] = [join(folder, 'a.wav'), join(folder, 'a.m4a')]
    await writeFile(wav, tone(60))
    const words = ['ffmpeg', '-v', 'error', '-i', wav, '-c:a', 'aac', m4a]
    await run({ words, path: usualPath, signal: idle, missing: '' })
    const made = await convert(await readFile(m4a), 'm4a', 'wav', idle)
    assert.ok(made.length > 1_500_000)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a conversion ends with its turn', { skip: without('ffmpeg') }, async () => {
  await assert.rejects(
    convert(tone(), 'wav', 'wav', AbortSignal.abort(new Error('enough'))),
    (error) => error instanceof Failure && error.kind === 'aborted',
  )
})

test('without ffmpeg one sentence says what to install', async () => {
  const nowhere = ffmpegConvert('/nonexistent', systemClock)
  const entries = [entryOf({ model_name: 'ears', model: 'openai/gpt-4o-audio-preview' })]
  const room = voiceRoom({ voice: settings({ model_name: 'ears' }), entries }, portsOf({ convert: nowhere }))
  const heard = await room.hear('', [note()], idle)
  assert.match(heard.trouble ?? '', /The program ffmpeg is not installed\. Install ffmpeg/)
})

test('a format that nobody writes is a failure', async () => {
  await assert.rejects(convert(tone(), 'wav', 'midi', idle), /turned into midi/)
})

const speech = without('ffmpeg', 'flite', 'pocketsphinx_continuous')

/** Words spoken by flite, as a messenger records them. */
async function spoken(words: string): Promise<Attachment> {
  const folder = await mkdtemp(join(tmpdir(), 'picoclaw-speech-'))
  try {
    const file = join(folder, 'spoken.wav')
    await run({ words: ['flite', '-voice', 'slt', '-t', words, file], path: usualPath, signal: idle, missing: '' })
    const ogg = await convert(await readFile(file), 'wav', 'ogg', idle)
    return note(Buffer.from(ogg), { mime: 'audio/ogg; codecs=opus', name: 'voice-message.ogg' })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
const listens = ['pocketsphinx_continuous', '-logfn', '/dev/null', '-infile', '{file}'] as const

test('words that were really spoken are heard by a local program', { skip: speech }, async () => {
  const room = voiceRoom({ voice: settings({ command: listens }), entries: [] }, portsOf({ convert }))
  const heard = await room.hear('[voice]', [await spoken('turn on the lights')], idle)
  assert.deepEqual(heard, { text: '[voice: turn on the lights]', attachments: [] })
})

test('words that were really spoken are heard behind a transcription endpoint', { skip: speech }, async () => {
  await using server = await speechServer(async ({ file }) => {
    const folder = await mkdtemp(join(tmpdir(), 'picoclaw-speech-'))
    try {
      const path = join(folder, 'heard.wav')
      await writeFile(path, await convert(file.bytes, 'ogg', 'wav', idle))
      const words = listens.map((word) => word.replace('{file}', path))
      const text = await run({ words, path: usualPath, signal: idle, missing: '' })
      return { body: { text: text.toString('utf8') } }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
  const entries = [entryOf({ model_name: 'shim', model: 'openai/whisper-1', api_base: `${server.url}/v1` })]
  const room = voiceRoom({ voice: settings({ echo_transcription: true }), entries }, portsOf({ convert }))
  const heard = await room.hear('', [await spoken('turn on the lights')], idle)
  assert.equal(heard.echo, 'Transcript: turn on the lights')
  assert.deepEqual(server.refusals, [])
})
