import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accepted, present } from '../../src/config/accepted.ts'
import { explain } from '../../src/config/explain.ts'
import { settle, type Known } from '../../src/config/known.ts'
import { Problem } from '../../src/core/problem.ts'
import { loadText } from './load-text.ts'

function* every(known: Known, path: string): Generator<readonly [string, Known]> {
  const here = settle(known, undefined, path.split('.').at(-1) ?? '')
  yield [path, here]
  if (here.kind === 'object')
    for (const [key, value] of Object.entries(here.keys)) yield* every(value, `${path}.${key}`)
  if (here.kind === 'list' || here.kind === 'table') yield* every(here.each, `${path}.telegram`)
}

test('every key has a short meaning', () => {
  for (const root of [present, accepted]) {
    for (const [key, value] of Object.entries(root.keys)) {
      for (const [path, known] of every(value, key)) {
        const isItem = path.endsWith('.telegram')
        assert.ok(isItem || (known.meaning ?? '').length > 2, path)
        assert.ok((known.meaning ?? '').length <= 120, path)
      }
    }
  }
})

test('a key is explained by value, source, default and meaning', async () => {
  const loaded = await loadText(
    '{"gateway": {\n"port": 1, "static_token": "canary-token"}, "channels": {"telegram": {"token": "canary-2"}}, "model_list": [{"model_name": "a.b", "model": "openai/a", "api_key": "canary-3", "custom_headers": {"Authorization": "canary-4", "X-Team": "ops"}}]}',
    { PICOCLAW_HEARTBEAT_INTERVAL: '7' },
  )
  const port = explain(loaded, 'gateway.port')
  assert.equal(port.value, 1)
  assert.match(port.source, /config\.json:2:9$/)
  assert.equal(port.fallback, 18790)
  assert.equal(port.meaning, 'Port to listen on.')
  assert.deepEqual(port.variables, ['PICOCLAW_GATEWAY_PORT'])
  assert.equal(explain(loaded, 'heartbeat.interval').source, 'environment PICOCLAW_HEARTBEAT_INTERVAL')
  assert.equal(explain(loaded, 'gateway.host').source, 'default')
  assert.equal(explain(loaded, 'channels.telegram.token').path, 'channel_list.telegram.settings.token')
  assert.equal(explain(loaded, 'model_list.a.b.model').value, 'openai/a')
  assert.equal(explain(loaded, 'model_list["a.b"].custom_headers').path, 'model_list[0].custom_headers')
  for (const key of ['gateway', 'gateway.static_token', 'channel_list', 'model_list', 'model_list[0].api_key']) {
    assert.doesNotMatch(JSON.stringify(explain(loaded, key)), /canary/)
  }
  assert.match(JSON.stringify(explain(loaded, 'model_list')), /ops/)
  assert.throws(
    () => explain(loaded, 'gateway.prot'),
    (error: unknown) => error instanceof Problem && error.exitCode === 2 && /port/.test(error.detail.mend ?? ''),
  )
})
