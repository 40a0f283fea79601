import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GatewayStatus } from '../../src/app/gateway/control.ts'
import { statusText } from '../../src/cli/gateway/status.ts'

const now = 1_700_000_000_000
const status = (more: Partial<GatewayStatus>) =>
  statusText({ running: true, pid: 7, version: '1', refused: [], model: {}, askedAt: now, ...more })

test('each check tells how old its evidence is', () => {
  const checks = {
    store: { ok: true },
    telegram: { ok: true, heardAt: now - 12_000 },
    discord: { ok: false, message: 'The connection was closed.', heardAt: now - 3 * 3_600_000 },
  }
  assert.deepEqual(status({ checks }).trim().split('\n').slice(1), [
    '✓ store',
    '✓ telegram: last sign of life 12 s ago',
    '✗ discord: The connection was closed.; last sign of life 3 h ago',
  ])
})

test('the last answer of a model is told, and a failure since', () => {
  const answered = { at: now - 5 * 60_000, model: 'openai/m' }
  const failed = { at: now - 60_000, model: 'openai/m', kind: 'auth' }
  assert.match(status({ model: { answered } }), /✓ openai\/m answered 5 min ago\n$/)
  assert.match(
    status({ model: { answered, failed } }),
    /✓ openai\/m answered 5 min ago\n✗ openai\/m failed 1 min ago: auth\n$/,
  )
})
