import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../src/core/failure.ts'
import { speakable } from '../../src/voice/sentences.ts'
import { voiceRoom } from '../../src/voice/index.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { httpServer, json } from '../fakes/http-server.ts'
import type { Recorded, ScriptedReply } from '../fakes/http-server.ts'
import { entryOf, idle, portsOf, settings } from './bench.ts'

const bodyOf = (request: Recorded | undefined) => JSON.parse(String(request?.body)) as JsonObject
/** Refuses what the real service would: no JSON, no text, more than 4,096 characters. */
const sound =
  (bytes: string) =>
  (request: Recorded): ScriptedReply => {
    const { input, model } = bodyOf(request)
    const fits = typeof input === 'string' && input !== '' && input.length <= 4_096 && typeof model === 'string'
    if (!fits || request.headers['content-type'] !== 'application/json') return json({ error: 'bad request' }, 400)
    return { headers: { 'content-type': 'audio/ogg' }, chunks: [bytes] }
  }

test('a text is spoken by the model that the configuration names', async () => {
  await using server = await httpServer(sound('OggS'))
  const entries = [
    entryOf({ model_name: 'other', model: 'openai/tts-1' }),
    entryOf({
      model_name: 'mouth',
      model: 'openai/gpt-4o-mini-tts',
      api_base: `${server.url}/v1`,
      extra_body: { voice: 'coral', speed: 1.2 },
    }),
  ]
  const room = voiceRoom({ voice: settings({ tts_model_name: 'mouth' }), entries }, portsOf())
  assert.equal(room.speaker, 'mouth')
  const spoken = await room.speak?.('**Hello** there, [friend](https://example.org).', idle)
  assert.deepEqual([spoken?.kind, spoken?.mime, spoken?.name, spoken?.size], ['audio', 'audio/ogg', 'voice.ogg', 4])
  assert.equal(Buffer.from((await spoken?.bytes()) ?? []).toString(), 'OggS')
  const [request] = server.requests
  assert.equal(request?.url, '/v1/audio/speech')
  assert.equal(request.headers['authorization'], 'Bearer k')
  assert.deepEqual(bodyOf(request), {
    model: 'gpt-4o-mini-tts',
    voice: 'coral',
    speed: 1.2,
    input: 'Hello there, friend.',
    response_format: 'opus',
  })
})

test('a long text is spoken in pieces of whole sentences that follow each other in one recording', async () => {
  await using server = await httpServer(sound('one'), sound('two'), sound('three'))
  const entries = [entryOf({ model_name: 'mouth', model: 'openai/tts-1', api_base: `${server.url}/v1` })]
  const text = 'This is a sentence of some length, again and again. '.repeat(200)
  const spoken = await voiceRoom({ voice: settings(), entries }, portsOf()).speak?.(text, idle)
  assert.equal(Buffer.from((await spoken?.bytes()) ?? []).toString(), 'onetwothree')
  assert.equal(spoken?.mime, 'audio/mpeg')
  const inputs = server.requests.map((request) => bodyOf(request)['input'] as string)
  assert.ok(inputs.every((input) => input.endsWith('.') && input.length <= 4_000))
  assert.equal(inputs.join(' '), text.trim())
  assert.ok(server.requests.every((request) => bodyOf(request)['response_format'] === 'mp3'))
})

test('a vendor that speaks through its chat endpoint is asked there', async () => {
  const data = Buffer.from('mp3 sound').toString('base64')
  await using server = await httpServer(json({ choices: [{ message: { audio: { data } } }] }))
  const entries = [entryOf({ model_name: 'mouth', model: 'mimo/mimo-v2-tts', api_base: `${server.url}/v1` })]
  const spoken = await voiceRoom({ voice: settings(), entries }, portsOf()).speak?.('Hello', idle)
  assert.equal(Buffer.from((await spoken?.bytes()) ?? []).toString(), 'mp3 sound')
  assert.equal(spoken?.name, 'voice.mp3')
  const [request] = server.requests
  assert.equal(request?.url, '/v1/chat/completions')
  assert.equal(request.headers['api-key'], 'k')
  assert.deepEqual(bodyOf(request), {
    model: 'mimo-v2-tts',
    messages: [{ role: 'assistant', content: 'Hello' }],
    audio: { format: 'mp3', voice: 'default_zh' },
  })
})

test('a refusal that is not about the format is not tried again', async () => {
  await using server = await httpServer(json({ error: 'voice is invalid' }, 400))
  const entries = [entryOf({ model_name: 'mouth', model: 'openai/tts-1', api_base: server.url })]
  const speak = voiceRoom({ voice: settings(), entries }, portsOf()).speak
  await assert.rejects(Promise.resolve(speak?.('Hello', idle)), (error) => {
    assert.ok(error instanceof Failure)
    assert.deepEqual([error.kind, error.detail.status, error.detail.endpoint], ['bad-request', 400, 'mouth'])
    return true
  })
  assert.equal(server.requests.length, 1)
})

test('where nothing can be said nobody is asked', async () => {
  const entries = [entryOf({ model_name: 'mouth', model: 'openai/tts-1', api_base: 'http://127.0.0.1:9' })]
  const speak = voiceRoom({ voice: settings(), entries }, portsOf()).speak
  await assert.rejects(Promise.resolve(speak?.('```\ncode\n```', idle)), /nothing to say/)
  assert.equal(voiceRoom({ voice: settings(), entries: [] }, portsOf()).speak, undefined)
})

test('marks, code and addresses are not read out', () => {
  const markdown =
    '# Title\n\n- **one** of `two`\n- see https://example.org/x now\n\n```js\nlet a = 1\n```\n> *quoted* snake_case_name'
  assert.equal(speakable(markdown).replaceAll(/\n+/g, '\n'), 'Title\none of two\nsee now\nquoted snake_case_name')
})
