import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { LLMock } from '@copilotkit/aimock'
import { emptyHome, picoclaw, writeConfig } from './program.ts'

// A server that we did not write answers here, and its journal says what reached it.
const vendor = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' })
before(async () => {
  vendor.onMessage('Hello', { content: 'Hi there, this is a longer streamed sentence.' })
  await vendor.start()
})
after(() => vendor.stop())

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
        model_list: [{ model_name: 'm', model, api_base: `${vendor.url}${base}`, api_key: 'sk-wire-test-key' }],
      })
      vendor.clearRequests()
      const { code, stdout, stderr } = await picoclaw(['agent', '-m', 'Hello', ...extra], { home })
      assert.equal(code, 0, stderr)
      assert.match(stdout, /Hi there, this is a longer streamed sentence\./)
      const [request] = vendor.getRequests()
      assert.ok(request)
      const file = `test/fixtures/${protocol}/request-hello-${form}.json`
      const sent = steady({ path: request.path, body: request.body }, home)
      if (process.env['UPDATE_FIXTURES']) writeFileSync(file, `${JSON.stringify(sent, null, 2)}\n`)
      assert.deepEqual(sent, JSON.parse(readFileSync(file, 'utf8')))
    })
