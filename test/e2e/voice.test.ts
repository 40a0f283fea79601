import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type FakeDiscord, fakeDiscord } from '../fakes/discord/index.ts'
import { httpServer } from '../fakes/http-server.ts'
import { talkingModel } from '../fakes/talking-model.ts'
import { type FakeTelegram, fakeTelegram } from '../fakes/telegram/server.ts'
import { speechServer } from '../voice/bench.ts'
import { listeningServer, spokenWords, withoutSpeech } from '../voice/speech.ts'
import { comes, discordEntry, gatewayHere, gatewayHome, modelRow, telegramEntry } from './gateway-here.ts'

const words = 'turn on the lights'
const times = (text: string, part: string) => text.split(part).length - 1

/** An entry whose ear is a transcription endpoint. */
const ear = (name: string, { url }: { readonly url: string }, model = 'openai/whisper-1') => ({
  model_name: name,
  model,
  api_base: `${url}/v1`,
  api_key: `sk-${name}-key`,
})

/** Alice records something. */
function record(
  telegram: FakeTelegram,
  bytes: Uint8Array,
  more: { readonly size?: number; readonly caption?: string } = {},
) {
  const { size = bytes.length, caption } = more
  const id = telegram.file(bytes, 'voice/file_0.oga')
  const voice = { file_id: id, file_unique_id: `u${id}`, duration: 2, mime_type: 'audio/ogg', file_size: size }
  telegram.say('', { voice, ...(caption !== undefined && { caption }) })
}

const shownTexts = (telegram: FakeTelegram) => telegram.shown.map(({ text }) => text)
const shows = (telegram: FakeTelegram, part: string, gateway?: { log(): string }) =>
  comes(
    () => telegram.shown.find(({ text }) => text.includes(part)),
    () => `"${part}" was not shown, but: ${shownTexts(telegram).join(' | ')}\n${gateway?.log() ?? ''}`,
  )

for (const echo of [true, false])
  test(
    `spoken words are in the model's request once; the transcript is ${echo ? 'shown once' : 'not shown'}`,
    {
      skip: withoutSpeech,
    },
    async () => {
      await using telegram = await fakeTelegram()
      await using shim = await listeningServer()
      await using model = await talkingModel(() => 'The lights are on.')
      const home = gatewayHome({
        model_list: [modelRow(model.url), ear('ears', shim)],
        voice: { model_name: 'ears', echo_transcription: echo },
        channel_list: { telegram: telegramEntry(telegram) },
      })
      await using gateway = await gatewayHere(home)
      record(telegram, await spokenWords(words))
      await shows(telegram, 'The lights are on.', gateway)
      assert.equal(model.texts.length, 1)
      assert.equal(times(model.texts[0] ?? '', words), 1, model.texts[0])
      assert.deepEqual(shownTexts(telegram), [...(echo ? [`Transcript: ${words}`] : []), 'The lights are on.'])
      assert.deepEqual(shim.refusals, [])
      assert.equal(shim.uploads.length, 1)
    },
  )

test('a voice message of Discord is heard the same way', { skip: withoutSpeech }, async () => {
  await using discord = await fakeDiscord()
  await using shim = await listeningServer()
  await using model = await talkingModel(() => 'The lights are on.')
  const home = gatewayHome({
    model_list: [modelRow(model.url), ear('ears', shim)],
    voice: { model_name: 'ears', echo_transcription: true },
    channel_list: { discord: discordEntry(discord) },
  })
  await using gateway = await gatewayHere(home)
  sayAloud(discord, await spokenWords(words))
  const written = () => discord.written(discord.place.dm).map(({ content }) => content)
  await comes(
    () => written().length >= 2,
    () => `${written().join(' | ')}\n${gateway.log()}`,
  )
  assert.deepEqual(written(), [`Transcript: ${words}`, 'The lights are on.'])
  assert.equal(times(model.texts.join(''), words), 1)
})

/** Alice records a voice message in Discord. */
function sayAloud({ place, url, say }: FakeDiscord, bytes: Buffer): void {
  const facts = { duration_secs: 2, waveform: 'AAAA' }
  const recording = place.attachment(url, 'voice-message.ogg', 'audio/ogg', bytes, facts)
  say(place.dm, '', { attachments: [recording], flags: 1 << 13 })
}

test('a transcriber that is down is told in one sentence, and no model is asked for nothing', async () => {
  await using telegram = await fakeTelegram()
  await using shim = await speechServer(() => ({ status: 503, body: { error: 'overloaded' } }))
  await using model = await talkingModel(() => 'I read the caption.')
  const home = gatewayHome({
    model_list: [modelRow(model.url), ear('ears', shim)],
    voice: { model_name: 'ears', echo_transcription: true },
    channel_list: { telegram: telegramEntry(telegram) },
  })
  await using gateway = await gatewayHere(home)
  record(telegram, Buffer.from('OggS recording'))
  await shows(telegram, 'I could not understand the recording: ears is down.', gateway)
  assert.equal(model.asked.length, 0)
  // With words beside it the turn goes on, and the model knows what it has not heard.
  record(telegram, Buffer.from('OggS recording'), { caption: 'what is this song' })
  await shows(telegram, 'I read the caption.', gateway)
  const sentence = 'I could not understand the recording: ears is down.'
  assert.deepEqual(shownTexts(telegram), [sentence, sentence, 'I read the caption.'])
  assert.match(model.texts[0] ?? '', /what is this song/)
  assert.equal(times(model.texts[0] ?? '', 'I could not understand the recording'), 1)
})

test('of three services the first two fail, each failure is in the log, and the third is heard', async () => {
  await using telegram = await fakeTelegram()
  await using first = await speechServer(() => ({ status: 503, body: { error: 'overloaded' } }))
  await using second = await speechServer(() => ({ status: 401, body: { error: 'no such key' } }))
  await using third = await speechServer(() => ({ body: { text: words } }))
  await using model = await talkingModel(() => 'The lights are on.')
  const home = gatewayHome({
    model_list: [
      modelRow(model.url),
      ear('second', second),
      ear('third', third, 'groq/whisper-large-v3'),
      ear('first', first),
    ],
    voice: { model_name: 'first' },
    channel_list: { telegram: telegramEntry(telegram) },
  })
  await using gateway = await gatewayHere(home)
  record(telegram, Buffer.from('OggS recording'))
  await shows(telegram, 'The lights are on.', gateway)
  assert.deepEqual(
    [first, second, third].map(({ uploads }) => uploads.length),
    [1, 1, 1],
  )
  assert.equal(times(model.texts.join(''), words), 1)
  assert.equal(times(gateway.log(), 'A transcriber failed.'), 2, gateway.log())
  assert.match(gateway.log(), /"name":"first"[^\n]*"kind":"overloaded"/)
  assert.match(gateway.log(), /"name":"second"[^\n]*"kind":"auth"/)
  assert.ok(!gateway.log().includes('-key'), 'a key is in the log')
  assert.equal(telegram.calls.filter(({ method }) => method === 'getFile').length, 1, 'it was loaded more than once')
})

test('a recording that is too large, or that cannot be loaded, is told as it is', async () => {
  await using telegram = await fakeTelegram()
  await using shim = await speechServer(() => ({ body: { text: words } }))
  await using model = await talkingModel(() => 'never')
  const home = gatewayHome({
    model_list: [modelRow(model.url), ear('ears', shim)],
    voice: { model_name: 'ears' },
    channel_list: { telegram: telegramEntry(telegram) },
  })
  await using gateway = await gatewayHere(home)
  record(telegram, Buffer.from('OggS recording'), { size: 30 * 1_048_576 })
  await shows(telegram, 'I could not understand the recording: it is 30 MB large, and 25 MB is the most.', gateway)
  assert.equal(telegram.calls.filter(({ method }) => method === 'getFile').length, 0)
  telegram.fault('getFile', { status: 400, description: 'Bad Request: file is temporarily unavailable' })
  record(telegram, Buffer.from('OggS recording'))
  await shows(telegram, 'I could not understand the recording: it could not be loaded: ', gateway)
  assert.deepEqual([shim.uploads.length, model.asked.length], [0, 0])
})

test('where ffmpeg is needed and missing, the chat is told what to install', async () => {
  await using telegram = await fakeTelegram()
  await using model = await talkingModel(() => 'never')
  const empty = await mkdtemp(join(tmpdir(), 'picoclaw-no-programs-'))
  try {
    const home = gatewayHome({
      model_list: [modelRow(model.url)],
      voice: { model_name: 'm' },
      channel_list: { telegram: telegramEntry(telegram) },
    })
    await using gateway = await gatewayHere(home, { PATH: empty })
    record(telegram, Buffer.from('OggS recording'))
    const shown = await shows(telegram, 'ffmpeg is not installed. Install ffmpeg', gateway)
    assert.match(shown.text, /^I could not understand the recording: /)
    assert.equal(model.asked.length, 0)
  } finally {
    await rm(empty, { recursive: true })
  }
})

test('an answer is spoken by the model that the configuration names', async () => {
  await using telegram = await fakeTelegram()
  await using mouth = await httpServer(({ method, url, headers, body }) => {
    const { model, input, voice, response_format: format } = JSON.parse(String(body)) as Record<string, unknown>
    const fits =
      method === 'POST' &&
      url === '/v1/audio/speech' &&
      headers['authorization'] === 'Bearer sk-mouth-key' &&
      model === 'tts-1' &&
      typeof voice === 'string' &&
      input === 'Good evening.' &&
      format === 'opus'
    if (!fits) return { status: 400, chunks: ['refused'] }
    return { headers: { 'content-type': 'audio/ogg' }, chunks: ['OggS spoken'] }
  })
  await using model = await talkingModel((_, count) =>
    count === 0 ? { call: 'send_tts', args: { text: 'Good evening.' } } : 'I said it.',
  )
  const home = gatewayHome({
    model_list: [modelRow(model.url), ear('mouth', mouth, 'openai/tts-1')],
    voice: { tts_model_name: 'mouth' },
    tools: { send_tts: { enabled: true } },
    channel_list: { telegram: telegramEntry(telegram) },
  })
  await using gateway = await gatewayHere(home)
  telegram.say('say good evening')
  await shows(telegram, 'I said it.', gateway)
  const voice = await comes(
    () => telegram.shown.find(({ file }) => file !== undefined),
    () => `no voice came: ${model.texts.at(-1)}\n${gateway.log()}`,
  )
  assert.deepEqual([voice.file?.type, voice.file?.bytes.toString()], ['voice', 'OggS spoken'])
})
