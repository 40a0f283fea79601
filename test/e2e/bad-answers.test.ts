import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { emptyHome, picoclaw, writeConfig } from './program.ts'

const html = '<!DOCTYPE html><html><head><title>Welcome</title></head><body>Log in</body></html>'
const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
const page = (status: number) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'text/html' }).end(html)
}
const stream =
  (...frames: readonly (string | Uint8Array)[]) =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const frame of frames) response.write(frame)
    response.end()
  }

/** Each bad answer: what the server does, and what one sentence must say. */
const failures: Readonly<
  Record<string, { readonly serve: (response: ServerResponse) => void; readonly says: RegExp }>
> = {
  'a web page with 200': { serve: page(200), says: /web page|HTML/i },
  'a web page with 403': { serve: page(403), says: /403/ },
  'a web page with 404': { serve: page(404), says: /404|\/v1/ },
  'a web page with 502': { serve: page(502), says: /502/ },
  'truncated JSON': {
    serve: (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"c","choices":[{"mess'),
    says: /JSON|broke|cut|understood|stopped/i,
  },
  'a stream cut before its first word': {
    serve: stream(chunk({ role: 'assistant' })),
    says: /stopped|cut|broke|ended/i,
  },
  'empty choices': {
    serve: stream(`data: ${JSON.stringify({ id: 'c', model: 'm', choices: [] })}\n\n`, 'data: [DONE]\n\n'),
    says: /no content/i,
  },
  'only reasoning': {
    serve: stream(chunk({ reasoning_content: 'hm' }), chunk({}, 'stop'), 'data: [DONE]\n\n'),
    says: /thought/i,
  },
  'a wrong key': {
    serve: (response) =>
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end(
          JSON.stringify({ error: { message: 'Incorrect API key provided: sk-bad**key', code: 'invalid_api_key' } }),
        ),
    says: /key/i,
  },
}

/** Each odd answer that is right all the same. */
const odd: Readonly<Record<string, { readonly serve: (response: ServerResponse) => void; readonly answer: string }>> = {
  'comments, CRLF and a byte order mark': {
    serve: stream(
      `\uFEFF: keep alive\r\n\r\n${chunk({ content: 'He' }).replaceAll('\n', '\r\n')}: hi\r\n\r\n`,
      chunk({ content: 'llo' }).replaceAll('\n', '\r\n'),
      chunk({}, 'stop'),
      'data: [DONE]\n\n',
    ),
    answer: 'Hello',
  },
  'characters split between packets': {
    serve: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const bytes = Buffer.from(`${chunk({ content: 'こんにちは 🦞' })}${chunk({}, 'stop')}data: [DONE]\n\n`)
      let at = 0
      const next = () => {
        if (at >= bytes.length) return response.end()
        response.write(bytes.subarray(at, (at += 7)))
        return setImmediate(next)
      }
      next()
    },
    answer: 'こんにちは 🦞',
  },
  'a line of ten megabytes': {
    serve: stream(chunk({ content: 'x'.repeat(10_000_000) }), chunk({}, 'stop'), 'data: [DONE]\n\n'),
    answer: 'x'.repeat(10_000_000),
  },
}

async function askOne(serve: (response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => serve(response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const home = emptyHome()
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  writeConfig(home, {
    model_list: [{ model_name: 'm', model: 'openai/m', api_base: base, api_key: 'sk-bad-input-key' }],
  })
  const ran = await picoclaw(['agent', '-m', 'Hello'], { home })
  server.closeAllConnections()
  server.close()
  return ran
}

for (const [name, { serve, says }] of Object.entries(failures))
  test(`${name} ends in one sentence and exit code 1`, async () => {
    const { code, stdout, stderr } = await askOne(serve)
    assert.equal(code, 1, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, says)
    assert.ok(stderr.length < 1_000, stderr)
    assert.ok(!stderr.includes('sk-bad-input-key'))
  })

for (const [name, { serve, answer }] of Object.entries(odd))
  test(`${name}: the answer comes through whole`, async () => {
    const { code, stdout, stderr } = await askOne(serve)
    assert.equal(code, 0, stderr)
    assert.equal(stdout === `${answer}\n`, true)
  })

test('a stream cut in the middle is asked for once more, then told', async () => {
  const { code, stderr } = await askOne(stream(chunk({ content: 'half an ans' })))
  assert.equal(code, 1)
  assert.match(stderr, /starts again/)
})

test('a port that nobody listens on is named', async () => {
  const home = emptyHome()
  writeConfig(home, {
    model_list: [{ model_name: 'm', model: 'openai/m', api_base: 'http://127.0.0.1:9/v1', api_key: 'sk-nobody-key' }],
  })
  const { code, stderr } = await picoclaw(['agent', '-m', 'Hello'], { home })
  assert.equal(code, 1)
  assert.match(stderr, /127\.0\.0\.1:9/)
})

const configs: Readonly<Record<string, { readonly text: string; readonly code: number; readonly says: RegExp }>> = {
  'a typo': { text: '{\n  "modle_list": []\n}', code: 0, says: /config\.json:2:3.*modle_list.*model_list/s },
  'a wrong type': { text: '{\n  "gateway": { "port": "many" }\n}', code: 4, says: /gateway\.port.*config\.json:2:24/s },
  'a duplicate key': {
    text: '{\n  "heartbeat": {},\n  "heartbeat": {}\n}',
    code: 0,
    says: /config\.json:3:3.*heartbeat/s,
  },
  'a missing brace': { text: '{\n  "gateway": { "port": 1\n', code: 4, says: /config\.json:\d+:\d+/ },
  'a byte order mark': { text: '\uFEFF{}', code: 0, says: /^[^]*$/ },
}
for (const [name, { text, code, says }] of Object.entries(configs))
  test(`a configuration with ${name} is told with its place`, async () => {
    const home = emptyHome()
    writeConfig(home, text)
    const ran = await picoclaw(['config', 'check'], { home })
    assert.equal(ran.code, code, ran.stderr)
    assert.match(ran.stdout + ran.stderr, says)
  })
