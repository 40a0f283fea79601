import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Vendor } from '../../src/models/vendor.ts'
import {
  normalizeVendor,
  rowFor,
  vendorIds,
  vendorOf,
  vendorsOfModelId,
  wireModel,
} from '../../src/models/vendor-lookup.ts'

const rows: readonly (readonly [string, Vendor])[] = vendorIds.map((id) => {
  const row = vendorOf(id)
  assert.ok(row)
  return [id, row]
})
const quirks = (vendor: string, base = '') => rowFor(vendor, base).quirks ?? {}
const ruleOf = (vendor: string, base: string, model: string, field: 'tokenField' | 'temperature' | 'thinking') =>
  (quirks(vendor, base).models ?? []).find(
    (rule) => new RegExp(rule.match, 'i').test(model) && rule[field] !== undefined,
  )?.[field]

test('no name means two vendors', () => {
  const names = rows.flatMap(([id, row]) => [id, ...(row.aliases ?? [])])
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  )
  assert.deepEqual(
    names.filter((name) => name !== name.toLowerCase() || /[\s/]/.test(name)),
    [],
  )
})

test('every base is an address without a trailing slash, encrypted unless it is this machine', () => {
  for (const [id, { apiBase }] of rows) {
    if (apiBase === undefined || id === 'github-copilot') continue
    const url = new URL(apiBase)
    assert.equal(url.protocol, url.hostname === 'localhost' ? 'http:' : 'https:', id)
    assert.ok(!apiBase.endsWith('/'), id)
  }
})

test('every row says how one gets in: a key with its variable, an account, or nothing at all', () => {
  for (const [id, row] of rows)
    assert.ok((row.keyEnv && row.keyUrl) || row.keyless || row.auth === 'oauth-only', `${id} names no way in`)
})

test('every rule and error template is a regular expression, anchored by its reader', () => {
  for (const [id, row] of rows) {
    for (const { match } of row.quirks?.models ?? []) assert.ok(new RegExp(match, 'i'), id)
    for (const { message = 'x' } of row.errors ?? []) {
      assert.ok(new RegExp(`^(?:${message})`, 'i'), id)
      assert.equal(message, message.toLowerCase(), `${id}: case does not count, so lower case is the one spelling`)
    }
  }
})

test('a vendor is known by its aliases in any case', () => {
  assert.equal(normalizeVendor(' Z.AI '), 'zai')
  assert.equal(normalizeVendor('Google'), 'gemini')
  assert.equal(normalizeVendor('Nobody'), 'nobody')
  assert.equal(vendorOf('constructor'), undefined)
})

test('a bare id tells its vendor where only one has such ids', () => {
  assert.deepEqual(vendorsOfModelId('claude-sonnet-4-6'), ['anthropic-messages', 'anthropic'])
  assert.deepEqual(vendorsOfModelId('gpt-5.4'), ['openai'])
  assert.deepEqual(vendorsOfModelId('gpt-oss-120b'), [])
  assert.deepEqual(vendorsOfModelId('my-model'), [])
})

test('an openai entry that points at another vendor takes its quirks and its error templates', () => {
  assert.equal(rowFor('openai', 'https://api.z.ai/api/coding/paas/v4').errors, vendorOf('zai')?.errors)
  assert.equal(quirks('openai', 'https://ark.cn-beijing.volces.com/api/v3').thinking, 'off-object')
  assert.equal(quirks('openai', 'https://dashscope.aliyuncs.com/compatible-mode/v1').thinking, 'off-flag')
  assert.equal(quirks('openai', 'https://beta.deepseek.com').replayReasoning, true)
  assert.equal(rowFor('openai', 'http://127.0.0.1:11434/v1').local, true)
  assert.equal(quirks('openai', 'https://notdeepseek.com').replayReasoning, undefined)
})

test('quirks of one wire format never reach another at the same host', () => {
  assert.equal(quirks('anthropic-messages', 'https://api.minimax.io/anthropic').extraBody, undefined)
  assert.equal(rowFor('anthropic-messages', 'https://api.z.ai/api/anthropic').protocol, 'anthropic-messages')
})

const understood = (base: string) => quirks('openai', base).cacheKey === true

test('a cache key goes to OpenAI and Azure hosts only', () => {
  assert.ok(understood('https://api.openai.com/v1/'))
  assert.ok(understood('https://mine.openai.azure.com/openai/v1'))
  for (const base of [
    'https://api.mistral.ai/v1',
    'https://proxy.example.com/openai.azure.com/v1',
    'https://openai.azure.com.evil.example',
    'none',
  ])
    assert.ok(!understood(base), base)
})

const sent = (vendor: string, base: string) => wireModel(rowFor(vendor, base), 'claude-sonnet-4.6')

test('a dotted Claude version is hyphenated at Anthropic and nowhere else', () => {
  assert.equal(sent('anthropic', ''), 'claude-sonnet-4-6')
  assert.equal(sent('anthropic-messages', 'https://api.anthropic.com'), 'claude-sonnet-4-6')
  assert.equal(sent('anthropic', 'https://proxy.example.com/v1'), 'claude-sonnet-4.6')
  assert.equal(sent('claude-cli', ''), 'claude-sonnet-4.6')
  assert.equal(wireModel(rowFor('openrouter', ''), 'auto'), 'openrouter/auto')
  assert.equal(wireModel(rowFor('openrouter', ''), 'toString'), 'toString')
})

test('model families keep their rules at every vendor', () => {
  const tokens = (model: string) => ruleOf('openai', 'https://proxy.example.com/v1', model, 'tokenField')
  for (const model of ['o1', 'o3-mini', 'o4-mini', 'gpt-5.4', 'openai/gpt-5', 'glm-4.7'])
    assert.equal(tokens(model), 'max_completion_tokens', model)
  for (const model of ['gpt-4o', 'solar-pro1', 'gpt-5-chat-latest', 'o100', 'llama3'])
    assert.equal(tokens(model), undefined, model)
  assert.equal(ruleOf('moonshot', '', 'kimi-k2.5', 'temperature'), 1)
  assert.equal(ruleOf('openai', '', 'gpt-5.4', 'temperature'), 'omit')
  assert.equal(ruleOf('openai', '', 'gpt-4o', 'temperature'), undefined)
  assert.equal(ruleOf('openai', 'https://proxy.example.com/v1', 'qwen3-32b', 'thinking'), 'off-flag')
  assert.equal(ruleOf('groq', '', 'qwen3-32b', 'thinking'), undefined)
})
