import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../src/core/problem.ts'
import { toEntry } from '../../src/models/entry-from-row.ts'
import type { ModelRow } from '../../src/models/row.ts'
import { mergeApiKeys, parseEffort } from '../../src/models/row-readers.ts'
import { chatUrl, joinPath, rowOf } from '../../src/models/url.ts'

const row = (fields: Partial<ModelRow>): ModelRow => ({ model_name: 't', model: 'openai/gpt-5.4', ...fields })
const refusal = (fields: Partial<ModelRow>): Problem => {
  try {
    toEntry(row(fields), { at: 'config.json:3:5' })
  } catch (error) {
    assert.ok(error instanceof Problem)
    assert.equal(error.detail.at, 'config.json:3:5')
    assert.ok(error.detail.mend)
    return error
  }
  return assert.fail('accepted')
}

test('a row that cannot work is refused with the key that is wrong', () => {
  assert.match(refusal({ model: '' }).message, /model is missing/)
  assert.match(refusal({ model_name: ' ', api_key: 'k' }).message, /model_name/)
  assert.match(refusal({ model: 'openai/my model', api_key: 'k' }).message, /space/)
  assert.match(refusal({}).message, /api_key.*api_base/)
  assert.match(refusal({ model: 'azure/d', api_key: 'k' }).message, /api_base/)
  assert.match(refusal({ model: 'azure/d', api_base: 'https://r.openai.azure.com' }).message, /api_key/)
  assert.match(refusal({ api_base: 'api.example.com/v1' }).message, /api_base/)
  assert.match(refusal({ api_key: 'k', tool_schema_transform: 'complex' }).message, /tool_schema_transform/)
  assert.match(refusal({ api_key: 'k', thinking_level: 'hard' }).message, /thinking_level/)
  assert.match(refusal({ api_key: 'k', max_tokens_field: 'tokens' }).message, /max_tokens_field/)
  assert.match(refusal({ api_key: 'k', auth_method: 'magic' }).message, /auth_method/)
  assert.match(refusal({ model: 'groq/llama', auth_method: 'oauth' }).message, /auth_method/)
  assert.match(refusal({ provider: 'opnrouter', api_key: 'k' }).detail.mend ?? '', /openrouter/)
})

test('no refusal repeats a key', () => {
  const { message, detail } = refusal({ api_key: 'sk-very-secret', api_base: 'nowhere' })
  assert.doesNotMatch(`${message} ${detail.mend}`, /very-secret/)
})

test('a row with only a model and a key gets every default', () => {
  const entry = toEntry(row({ api_key: ' k ' }))
  assert.deepEqual(entry, {
    name: 't',
    vendor: 'openai',
    model: 'gpt-5.4',
    apiBase: 'https://api.openai.com/v1',
    keys: ['k'],
    auth: 'key',
    fallbacks: [],
    requestTimeoutMs: 120_000,
    firstTokenTimeoutMs: 30_000,
    idleTimeoutMs: 120_000,
    rpm: 0,
    simpleSchema: false,
    streaming: true,
    keepThinking: 'auto',
    extraBody: {},
    headers: {},
    allowAll: false,
    source: 'config',
  })
})

test('time limits of zero and less mean the default; local and reasoning models may take their time', () => {
  assert.equal(toEntry(row({ api_key: 'k', request_timeout: -1 })).requestTimeoutMs, 120_000)
  assert.equal(toEntry(row({ api_key: 'k', request_timeout: 45 })).requestTimeoutMs, 45_000)
  assert.equal(toEntry(row({ model: 'ollama/llama3' })).firstTokenTimeoutMs, 300_000)
  assert.equal(toEntry(row({ api_base: 'http://localhost:1234/v1' })).firstTokenTimeoutMs, 300_000)
  assert.equal(toEntry(row({ api_key: 'k', thinking_level: 'high' })).firstTokenTimeoutMs, 300_000)
  assert.equal(toEntry(row({ api_key: 'k', thinking_level: 'off' })).firstTokenTimeoutMs, 30_000)
  assert.equal(toEntry(row({ model: 'ollama/llama3', first_token_timeout: 2 })).firstTokenTimeoutMs, 2_000)
})

test('keys are trimmed, unique and in order', () => {
  assert.deepEqual(mergeApiKeys({ api_key: ' a ', api_keys: ['b', ' a', '', 'c', 'b'] }), ['a', 'b', 'c'])
})

const keyFor = (vendor: string) => `key of ${vendor}`
const keys = (fields: Partial<ModelRow>) => toEntry(row(fields), { keyFor }).keys

test('a key from the environment goes to its own vendor and to nobody else', () => {
  assert.deepEqual(keys({}), ['key of openai'])
  assert.deepEqual(keys({ api_base: 'https://api.openai.com/v1/' }), ['key of openai'])
  assert.deepEqual(keys({ api_base: 'https://api.z.ai/api/coding/paas/v4' }), ['key of zai'])
  assert.deepEqual(keys({ model: 'azure/d', api_base: 'https://r.openai.azure.com' }), ['key of azure'])
  assert.deepEqual(keys({ model: 'bedrock/m', api_base: 'us-west-2' }), ['key of bedrock'])
  assert.deepEqual(keys({ api_base: 'https://proxy.example.com/v1' }), [])
  assert.deepEqual(keys({ api_base: 'https://api.openai.com.evil.example/v1' }), [])
  assert.deepEqual(keys({ api_base: 'http://api.openai.com/v1' }), [])
  assert.deepEqual(keys({ api_key: 'mine' }), ['mine'])
})

test('an account that nobody signed in to is refused where the caller knows', () => {
  const login = row({ auth_method: 'oauth' })
  assert.throws(() => toEntry(login, { signedIn: () => false }), /signed in/)
  assert.equal(toEntry(login, { signedIn: (vendor) => vendor === 'openai' }).auth, 'oauth')
})

test('an account changes whom an entry speaks to and how', () => {
  const codex = toEntry(row({ auth_method: 'oauth' }))
  assert.equal(rowOf(codex).protocol, 'codex')
  assert.equal(chatUrl(codex), 'https://chatgpt.com/backend-api/codex/responses')
  const claude = toEntry(row({ model: 'anthropic/claude-sonnet-4.6', auth_method: 'token' }))
  assert.equal(rowOf(claude).protocol, 'anthropic-messages')
  assert.equal(chatUrl(claude), 'https://api.anthropic.com/v1/messages')
  assert.equal(toEntry(row({ model: 'antigravity/gemini-3-flash' })).auth, 'oauth')
})

test('a base with and without its version, or with the whole path, gives one URL', () => {
  const url = (model: string, api_base?: string) => chatUrl(toEntry(row({ model, api_base, api_key: 'k' })))
  for (const base of [
    undefined,
    'https://api.anthropic.com',
    'https://api.anthropic.com/v1/',
    'https://api.anthropic.com/v1/messages',
  ])
    assert.equal(url('anthropic-messages/claude', base), 'https://api.anthropic.com/v1/messages')
  for (const base of [undefined, 'https://api.anthropic.com/', 'https://api.anthropic.com/v1/chat/completions'])
    assert.equal(url('anthropic/claude', base), 'https://api.anthropic.com/v1/chat/completions')
  const google = 'https://generativelanguage.googleapis.com/v1beta'
  for (const base of [undefined, google, `${google}/openai/`])
    assert.equal(url('gemini/gemini-2.5-flash', base), `${google}/openai/chat/completions`)
  assert.equal(url('openai/gemini-2.5-flash', `${google}/openai`), `${google}/openai/chat/completions`)
  assert.equal(url('openai/x', 'https://h.example/v1/chat/completions'), 'https://h.example/v1/chat/completions')
  assert.equal(toEntry(row({ api_base: 'https://h.example/v1/chat/completions' })).apiBase, 'https://h.example/v1')
})

test('a host name that looks like the path is no part of it', () => {
  assert.equal(joinPath('http://v1', '/v1/messages'), 'http://v1/v1/messages')
  assert.equal(joinPath('http://chat:80', '/chat/completions'), 'http://chat:80/chat/completions')
})

test('levels of thinking are read in any case', () => {
  assert.equal(parseEffort(' HIGH '), 'high')
  assert.equal(parseEffort('minimal'), 'low')
  assert.equal(parseEffort('valueOf'), undefined)
})
