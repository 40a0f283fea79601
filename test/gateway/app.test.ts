import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../src/core/problem.ts'
import { metricsText } from '../../src/gateway/metrics.ts'
import { asked } from './asked.ts'

test('health tells that the process lives', async () => {
  assert.deepEqual((await asked('/health')).json, { status: 'ok', uptime: '61s', pid: process.pid })
})

test('ready goes by evidence and shows it', async () => {
  const checks = { telegram: { ok: false, message: 'no poll for 90 s' }, store: { ok: true } }
  const answer = await asked('/ready', { checks: () => Promise.resolve(checks) })
  assert.equal(answer.status, 503)
  assert.deepEqual(answer.json, { status: 'not ready', checks })
})

test('a page of another site reaches nothing, whatever its name resolves to', async () => {
  assert.equal((await asked('/health', {}, { headers: { host: 'evil.example:18790' } })).status, 403)
  assert.equal((await asked('/health', {}, { headers: { origin: 'https://evil.example' } })).status, 403)
  assert.equal((await asked('/health', {}, { headers: { origin: 'null' } })).status, 403)
  assert.equal((await asked('/health', {}, { headers: { host: '127.0.0.1.evil.example' } })).status, 403)
  assert.equal((await asked('/health', {}, { headers: { host: 'localhost:18790' } })).status, 200)
  assert.equal((await asked('/health', {}, { headers: { host: 'claw.example' } })).status, 200)
})

test('reload needs the token, and tells where the file is wrong', async () => {
  let reloads = 0
  const ports = { tokens: () => ['the-token-of-this-gateway'], reload: async () => void (reloads += 1) }
  assert.equal((await asked('/reload', ports, { method: 'POST' })).status, 401)
  assert.equal((await asked('/reload', ports, { method: 'GET' })).status, 405)
  const headers = { authorization: 'Bearer the-token-of-this-gateway' }
  assert.equal((await asked('/reload', ports, { method: 'POST', headers })).status, 200)
  assert.equal(reloads, 1)
  const broken = () => Promise.reject(new Problem('A comma is missing.', { at: 'config.json:3:1', mend: 'Add it.' }))
  const answer = await asked('/reload', { ...ports, reload: broken }, { method: 'POST', headers })
  assert.equal(answer.status, 500)
  assert.deepEqual(answer.json, { error: 'A comma is missing.', at: 'config.json:3:1', mend: 'Add it.' })
})

test('a message set aside is begun anew for whoever shows the token', async () => {
  const retried: string[] = []
  const ports = {
    tokens: () => ['the-token-of-this-gateway'],
    async retry(id: string) {
      retried.push(id)
      return id === 'there'
    },
  }
  const headers = { authorization: 'Bearer the-token-of-this-gateway' }
  assert.equal((await asked('/aside/there/retry', ports, { method: 'POST' })).status, 401)
  assert.deepEqual(retried, [])
  assert.equal((await asked('/aside/there/retry', ports, { method: 'POST', headers })).status, 200)
  assert.equal((await asked('/aside/gone/retry', ports, { method: 'POST', headers })).status, 404)
  assert.deepEqual(retried, ['there', 'gone'])
})

test('without a token nobody may reload', async () => {
  const headers = { authorization: 'Bearer ' }
  assert.equal((await asked('/reload', {}, { method: 'POST', headers })).status, 401)
})

test('what is not there is told as JSON, a fault of ours without its words', async () => {
  assert.equal((await asked('/nothing')).status, 404)
  const answer = await asked('/metrics', { metrics: () => Promise.reject(new Error('secret path')) })
  assert.equal(answer.status, 500)
  assert.doesNotMatch(answer.text, /secret path/)
})

test('metrics are in the text format of Prometheus', () => {
  const metrics = [
    {
      name: 'up',
      help: 'Is it up.',
      type: 'gauge',
      values: [{ value: 1 }, { labels: { channel: 'a "b"\\\n' }, value: 0 }],
    },
  ] as const
  assert.equal(
    metricsText(metrics),
    '# HELP picoclaw_up Is it up.\n# TYPE picoclaw_up gauge\npicoclaw_up 1\npicoclaw_up{channel="a \\"b\\"\\\\\\n"} 0\n',
  )
})
