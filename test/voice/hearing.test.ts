import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Attachment } from '../../src/core/channel.ts'
import { Failure } from '../../src/core/failure.ts'
import type { Log } from '../../src/core/log.ts'
import { silent } from '../../src/core/log.ts'
import type { Transcriber } from '../../src/core/voice.ts'
import { inTurn, transcriberOf } from '../../src/voice/chain.ts'
import { hearing } from '../../src/voice/hear.ts'
import { voiceRoom } from '../../src/voice/index.ts'
import { fakeClock } from '../fakes/clock.ts'
import { fakeProvider } from '../fakes/provider.ts'
import { entryOf, idle, note, portsOf, settings, speechServer } from './bench.ts'

const saying = (words: string): Transcriber => ({ name: 'ear', transcribe: () => Promise.resolve(words) })
const picture: Attachment = { ...note(), kind: 'image', mime: 'image/png', name: 'a.png' }

test('a recording is text once, where it stood or at the end, and leaves the message; what is no recording stays', async () => {
  const hear = hearing({ transcriber: saying('hello there'), echo: false })
  assert.deepEqual(await hear('look [voice] here', [note(), picture], idle), {
    text: 'look [voice: hello there] here',
    attachments: [picture],
  })
  assert.equal((await hear('caption', [note()], idle)).text, 'caption\n[voice: hello there]')
  assert.equal((await hear('[audio: song.mp3]', [note()], idle)).text, '[voice: hello there]')
})

test('a message without a recording is left as it is, whoever could listen', async () => {
  const hear = hearing({ echo: true })
  assert.deepEqual(await hear('say [voice]', [picture], idle), { text: 'say [voice]', attachments: [picture] })
})

test('several recordings keep their order, and one that fails keeps its marker and itself', async () => {
  const words = ['first', undefined, 'third']
  const transcriber: Transcriber = {
    name: 'ear',
    async transcribe() {
      const next = words.shift()
      if (next === undefined) throw new Failure('overloaded', 'ear answered with status 503.')
      return next
    },
  }
  const recordings = [note('1'), note('2'), note('3')]
  const heard = await hearing({ transcriber, echo: true })('[voice] and [voice] and [voice]', recordings, idle)
  assert.equal(heard.text, '[voice: first] and [voice] and [voice: third]')
  assert.deepEqual(heard.attachments, [recordings[1]])
  assert.equal(heard.echo, 'Transcript: first\nthird')
  assert.equal(heard.trouble, 'I could not understand 1 of 3 recordings: ear answered with status 503.')
})

test('words that look like a marker are not replaced again', async () => {
  const hear = hearing({ transcriber: saying('she said [voice] twice'), echo: false })
  assert.equal((await hear('[voice]', [note()], idle)).text, '[voice: she said [voice] twice]')
})

test('silence is told to the model and to the person', async () => {
  const heard = await hearing({ transcriber: saying('  '), echo: true })('', [note()], idle)
  assert.equal(heard.text, '[voice: nothing can be heard]')
  assert.match(heard.echo ?? '', /No words/)
  assert.equal(heard.trouble, undefined)
})

test('without a transcriber one sentence says so and what to do', async () => {
  const recording = note()
  const heard = await voiceRoom({ voice: settings(), entries: [] }, portsOf()).hear('hi', [recording, picture], idle)
  assert.equal(heard.text, 'hi')
  assert.deepEqual(heard.attachments, [recording, picture])
  assert.match(
    heard.trouble ?? '',
    /^I could not understand the recording: no transcriber is set up; set voice\.model_name/,
  )
  assert.equal(heard.trouble?.split('\n').length, 1)
})

test('a recording that is too large is not downloaded, and one that lies about its size is not passed on', async () => {
  let asked = 0
  let downloads = 0
  const transcriber: Transcriber = {
    name: 'ear',
    async transcribe(audio, signal) {
      await audio.bytes(signal)
      asked += 1
      return 'words'
    },
  }
  const hear = hearing({ transcriber, echo: false, maxBytes: 1_048_576 })
  const bytes = () => {
    downloads += 1
    return Promise.resolve(new Uint8Array(2_097_152))
  }
  const honest = await hear('', [note('', { size: 2_097_152, bytes })], idle)
  assert.equal(honest.trouble, 'I could not understand the recording: it is 2 MB large, and 1 MB is the most.')
  assert.equal(downloads, 0)
  const liar = await hear('', [note('', { size: 10, bytes })], idle)
  assert.equal(liar.trouble, honest.trouble)
  assert.equal(asked, 0)
})

test('an ended turn ends the hearing', async () => {
  const stop = new AbortController()
  const transcriber: Transcriber = {
    name: 'ear',
    transcribe: (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  }
  const heard = hearing({ transcriber, echo: false })('', [note()], stop.signal)
  stop.abort(new Error('stopped'))
  await assert.rejects(heard, /stopped/)
})

test('of three services the first two fail and the third hears; each failure is recorded', async () => {
  const logged: string[] = []
  const log: Log = { ...silent, warn: (message, fields) => void logged.push(`${message} ${JSON.stringify(fields)}`) }
  await using server = await speechServer(({ path, headers }) => {
    if (path.startsWith('/one')) return { status: 500, body: '<html>oops</html>' }
    if (path === '/v1/speech-to-text') return { status: 401, body: { detail: 'bad key' } }
    assert.equal(headers['authorization'], 'Bearer k')
    return { body: { text: ' the words ' } }
  })
  const entries = [
    entryOf({ model_name: 'first', model: 'openai/whisper-1', api_base: `${server.url}/one` }),
    entryOf({ model_name: 'second', provider: 'elevenlabs', model: 'scribe_v1', api_base: server.url }),
    entryOf({
      model_name: 'third',
      model: 'openai/my-whisper',
      api_base: `${server.url}/three/v1`,
      extra_body: { language: 'de' },
    }),
  ]
  const room = voiceRoom({ voice: settings({ model_name: 'first' }), entries }, portsOf({ log }))
  assert.deepEqual(room.listeners, ['first (whisper)', 'second (elevenlabs)', 'third (whisper)'])
  const heard = await room.hear('', [note('the very bytes')], idle)
  assert.equal(heard.text, '[voice: the words]')
  assert.equal(heard.trouble, undefined)
  assert.deepEqual(server.refusals, [])
  assert.deepEqual(
    server.uploads.map(({ path, fields, file }) => [
      path,
      fields['model'] ?? fields['model_id'],
      file.name,
      file.bytes.toString(),
    ]),
    [
      ['/one/audio/transcriptions', 'whisper-1', 'voice.ogg', 'the very bytes'],
      ['/v1/speech-to-text', 'scribe_v1', 'voice.ogg', 'the very bytes'],
      ['/three/v1/audio/transcriptions', 'my-whisper', 'voice.ogg', 'the very bytes'],
    ],
  )
  assert.equal(server.uploads[2]?.fields['language'], 'de')
  assert.equal(logged.length, 2)
  assert.match(logged[0] ?? '', /first.*overloaded/)
  assert.match(logged[1] ?? '', /second.*auth/)
})

test('when all are down one sentence names what each said', async () => {
  await using server = await speechServer(() => ({ status: 503, body: { error: 'busy' } }))
  const entries = [
    entryOf({ model_name: 'first', model: 'openai/whisper-1', api_base: `${server.url}/one` }),
    entryOf({ model_name: 'second', model: 'openai/whisper-1', api_base: 'http://127.0.0.1:1/v1' }),
  ]
  const heard = await voiceRoom({ voice: settings(), entries }, portsOf()).hear('[voice]', [note()], idle)
  assert.equal(heard.text, '[voice]')
  assert.equal(heard.attachments.length, 1)
  assert.equal(heard.trouble, 'I could not understand the recording: first is down; second cannot be reached.')
})

test('an answer that is no transcription is a failure, not text', async () => {
  await using server = await speechServer(() => ({ body: '<html>welcome</html>' }))
  const entries = [entryOf({ model_name: 'first', model: 'openai/whisper-1', api_base: server.url })]
  const heard = await voiceRoom({ voice: settings(), entries }, portsOf()).hear('', [note()], idle)
  assert.match(heard.trouble ?? '', /answered without a text/)
})

test('a service that never answers is given up after its time', async () => {
  const clock = fakeClock()
  const asked = Promise.withResolvers<void>()
  await using server = await speechServer(() => {
    asked.resolve()
    return 'hang'
  })
  const entries = [entryOf({ model_name: 'slow', model: 'openai/whisper-1', api_base: server.url })]
  const heard = voiceRoom({ voice: settings(), entries }, portsOf({ clock })).hear('', [note()], idle)
  await asked.promise
  await clock.advance(60_000)
  assert.match((await heard).trouble ?? '', /slow took longer than 60 s/)
})

test('a chat model hears a format that it takes; others are converted first', async () => {
  const model = fakeProvider('ears', { answer: 'what was said' })
  const converted: string[] = []
  const ports = portsOf({
    provider: () => model,
    async convert(bytes, from, to) {
      converted.push(`${from} to ${to}`)
      return bytes
    },
  })
  const entries = [entryOf({ model_name: 'ears', model: 'openai/gpt-4o-audio-preview' })]
  const room = voiceRoom({ voice: settings({ model_name: 'ears' }), entries }, ports)
  assert.equal((await room.hear('', [note()], idle)).text, '[voice: what was said]')
  assert.equal((await room.hear('', [note('x', { mime: 'audio/mpeg' })], idle)).text, '[voice: what was said]')
  assert.deepEqual(converted, ['ogg to wav'])
  assert.equal(model.calls[0]?.cause, 'voice')
})

test('a model name that is not in the list leaves the others', () => {
  const entries = [entryOf({ model_name: 'w', model: 'groq/whisper-large-v3-turbo' })]
  const room = voiceRoom({ voice: settings({ model_name: 'gone' }), entries }, portsOf())
  assert.deepEqual(room.listeners, ['w (whisper)', 'groq (whisper)'])
})

test('a key in the environment is enough', () => {
  const keyFor = (vendor: string) => (vendor === 'groq' ? 'gsk' : undefined)
  assert.deepEqual(voiceRoom({ voice: settings(), entries: [], keyFor }, portsOf()).listeners, ['groq (whisper)'])
})

/** A program in a folder of its own. */
async function program(script: string) {
  const folder = await mkdtemp(join(tmpdir(), 'picoclaw-voice-test-'))
  const path = join(folder, 'listen')
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o700)
  return { path, folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
const command = (words: readonly string[]) => transcriberOf({ kind: 'command', name: 'listen', words }, portsOf())
const wav = () => note('RIFF of sorts', { mime: 'audio/wav', name: 'a.wav' })

test('a local program hears a file, gets no environment, and its times are left out', async () => {
  await using made = await program(
    'echo "$2" > "$0.seen"; echo "[00:00:00.000 --> 00:00:02.000]   $(cat "$2") $1"; echo; echo "${HOME-nothing}"',
  )
  const heard = await command([made.path, '-f', '{file}']).transcribe(wav(), idle)
  assert.equal(heard, 'RIFF of sorts -f\nnothing')
  const file = (await readFile(`${made.path}.seen`, 'utf8')).trim()
  assert.match(file, /\.wav$/)
  await assert.rejects(readFile(file), { code: 'ENOENT' })
})

test('a program that is missing, fails or hangs is a failure that says so', async () => {
  await assert.rejects(
    command(['no-such-program']).transcribe(wav(), idle),
    /no-such-program is not installed.*voice\.command/,
  )
  await using failing = await program('echo "no model loaded" >&2; exit 3')
  await assert.rejects(command([failing.path]).transcribe(wav(), idle), /failed with code 3: no model loaded/)
  await using hanging = await program('echo begun > "$0.begun"; sleep 600 & sleep 600')
  const stop = new AbortController()
  const hung = command([hanging.path]).transcribe(wav(), stop.signal)
  hung.catch(() => undefined)
  while (!(await readdir(hanging.folder)).includes('listen.begun'))
    await new Promise((resolve) => setTimeout(resolve, 5))
  stop.abort(new Error('enough'))
  await assert.rejects(hung, (error) => error instanceof Failure && error.kind === 'aborted')
})

test('a chain of nobody says that nobody listens', async () => {
  await assert.rejects(inTurn([], portsOf()).transcribe(note(), idle), /Nobody is set up/)
})
