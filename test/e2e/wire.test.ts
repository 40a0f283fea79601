import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { buffer } from 'node:stream/consumers'
import { LLMock } from '@copilotkit/aimock'
import { emptyHome, picoclaw, writeConfig } from './program.ts'

// A server that we did not write answers; what stands before it only notes the bytes that pass, since its own journal rewrites them.
const vendor = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' })
const seen: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: unknown }[] = []
const passing = createServer((request, response) => {
  void (async () => {
    const body = await buffer(request)
    const path = request.url ?? ''
    seen.push({ path, headers: request.headers, body: JSON.parse(body.toString()) as unknown })
    const {
      'content-type': type = '',
      authorization = '',
      'x-api-key': key = '',
      'anthropic-version': version = '',
    } = request.headers
    const headers = {
      'content-type': type,
      authorization,
      'x-api-key': String(key),
      'anthropic-version': String(version),
    }
    const answer = await fetch(`${vendor.url}${path}`, { method: request.method ?? 'POST', body, headers })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    for await (const chunk of answer.body ?? []) response.write(chunk)
    response.end()
  })()
})
let url = ''
before(async () => {
  vendor.onMessage('Hello', { content: 'Hi there, this is a longer streamed sentence.' })
  await vendor.start()
  await new Promise<void>((resolve) => passing.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(passing.address() as AddressInfo).port}`
})
after(async () => {
  passing.closeAllConnections()
  passing.close()
  await vendor.stop()
})

/** What differs from run to run, replaced by its name. */
function steady(body: unknown, home: string): unknown {
  const text = JSON.stringify(body)
    .replaceAll(JSON.stringify(home).slice(1, -1), 'HOME')
    .replaceAll(/picoclaw \(\d[^)]*\)/g, 'picoclaw (VERSION)')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d \([^)]+\)/g, 'NOW')
  return JSON.parse(text)
}

for (const [protocol, model, base] of [
  ['openai-chat', 'openai/gpt-5.4', '/v1'],
  ['anthropic-messages', 'anthropic-messages/claude-sonnet-4-6', ''],
] as const)
  for (const [form, extra] of [
    ['stream', []],
    ['whole', ['--json']],
  ] as const)
    test(`${protocol}: the answer of a foreign server (${form}), and the request that asked for it`, async () => {
      const home = emptyHome()
      writeConfig(home, {
        // Whoever runs this lives somewhere else.
        timezone: 'Europe/Berlin',
        model_list: [{ model_name: 'm', model, api_base: `${url}${base}`, api_key: 'sk-wire-test-key' }],
      })
      seen.length = 0
      const { code, stdout, stderr } = await picoclaw(['agent', '-m', 'Hello', ...extra], { home })
      assert.equal(code, 0, stderr)
      assert.match(stdout, /Hi there, this is a longer streamed sentence\./)
      const [request, more] = seen
      assert.ok(request)
      assert.equal(more, undefined)
      assert.match(request.headers['user-agent'] ?? '', /^picoclaw\/\d/)
      const file = `test/fixtures/${protocol}/request-hello-${form}.json`
      const sent = steady({ path: request.path, body: request.body }, home)
      if (process.env['UPDATE_FIXTURES']) writeFileSync(file, `${JSON.stringify(sent, null, 2)}\n`)
      assert.deepEqual(sent, JSON.parse(readFileSync(file, 'utf8')))
    })
