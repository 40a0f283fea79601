import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../src/core/problem.ts'
import { toEntry } from '../../src/models/entry-from-row.ts'
import type { Pool } from '../../src/models/pool.ts'
import { registry } from '../../src/models/registry.ts'
import type { RegistryOptions } from '../../src/models/registry.ts'
import type { ModelRow } from '../../src/models/row.ts'

const make = (rows: readonly ModelRow[], options: Omit<RegistryOptions, 'entries'> = {}) =>
  registry({ entries: rows.map((row) => toEntry({ api_key: 'k', ...row })), ...options })
const ids = ({ entries }: Pool) => entries.map(({ vendor, model }) => `${vendor}/${model}`)
const chainIds = (pools: readonly Pool[]) => pools.map(ids)

test('a name means its rows in the order of the file', () => {
  const models = make([
    { model_name: 'a', model: 'openai/a1' },
    { model_name: 'b', model: 'openai/b' },
    { model_name: 'a', model: 'groq/a2' },
  ])
  assert.deepEqual(models.names, ['a', 'b'])
  assert.deepEqual(ids(models.resolve('a')), ['openai/a1', 'groq/a2'])
})

test('a name is looked for as alias, model_name, vendor and id, bare id, and id on the wire, in this order', () => {
  const rows = [
    { model_name: 'fast', model: 'groq/llama-3' },
    { model_name: 'main', model: 'openai/gpt-5.4' },
    { model_name: 'router', model: 'openrouter/anthropic/claude-opus-4-5' },
    { model_name: 'copy', model: 'deepseek/llama-3' },
  ]
  const models = make(rows, { aliases: { quick: 'fast', main: 'fast' }, defaultVendor: 'deepseek' })
  assert.deepEqual(ids(models.resolve('quick')), ['groq/llama-3'])
  assert.deepEqual(ids(models.resolve('main')), ['groq/llama-3'])
  assert.deepEqual(ids(models.resolve('copy')), ['deepseek/llama-3'])
  assert.deepEqual(ids(models.resolve('OpenAI/GPT-5.4')), ['openai/gpt-5.4'])
  assert.deepEqual(ids(models.resolve('llama-3')), ['deepseek/llama-3'])
  assert.deepEqual(ids(make(rows).resolve('llama-3')), ['groq/llama-3'])
  assert.deepEqual(ids(models.resolve('anthropic/claude-opus-4-5')), ['openrouter/anthropic/claude-opus-4-5'])
})

test('aliases may chain and circle', () => {
  const models = make([{ model_name: 'a', model: 'openai/a' }], { aliases: { x: 'y', y: 'a', p: 'q', q: 'p', a: 'a' } })
  assert.deepEqual(ids(models.resolve('x')), ['openai/a'])
  assert.deepEqual(ids(models.resolve('a')), ['openai/a'])
  assert.throws(() => models.resolve('p'), Problem)
})

test('a wildcard serves every name that fits, the most specific first, bare ids too', () => {
  const models = make([
    { model_name: 'anthropic/*', model: 'anthropic-messages/*' },
    { model_name: 'anthropic/claude-haiku-*', model: 'zai/glm-5-air' },
  ])
  assert.deepEqual(ids(models.resolve('anthropic/claude-opus-4-6')), ['anthropic-messages/claude-opus-4-6'])
  assert.deepEqual(ids(models.resolve('claude-opus-4-6')), ['anthropic-messages/claude-opus-4-6'])
  assert.deepEqual(ids(models.resolve('anthropic/claude-haiku-4-5')), ['zai/glm-5-air'])
  assert.equal(models.resolve('claude-opus-4-6').entries[0], models.resolve('claude-opus-4-6').entries[0])
})

test('a wildcard alias maps a family to one name', () => {
  const models = make([{ model_name: 'glm', model: 'zai/glm-5' }], { aliases: { 'claude-*': 'glm' } })
  assert.deepEqual(ids(models.resolve('claude-opus-4-6')), ['zai/glm-5'])
})

test('a reference that no row has works with a key in the environment or at a keyless vendor', () => {
  const models = make([], { keyFor: (vendor) => (vendor === 'groq' ? 'key' : undefined) })
  assert.deepEqual(models.resolve('groq/llama-3').entries[0]?.keys, ['key'])
  assert.equal(models.resolve('groq/llama-3').entries[0]?.source, 'environment')
  assert.deepEqual(ids(models.resolve('ollama/llama3')), ['ollama/llama3'])
  assert.throws(
    () => models.resolve('openai/gpt-5.4'),
    (error) => error instanceof Problem && /OPENAI_API_KEY/.test(error.detail.mend ?? ''),
  )
})

test('an unknown name is refused with the nearest ones', () => {
  const models = make([{ model_name: 'gpt-main', model: 'openai/gpt-5.4' }], { keyFor: () => 'key' })
  assert.throws(
    () => models.resolve('gpt-mian'),
    (error) => error instanceof Problem && /"gpt-main"/.test(error.detail.mend ?? '') && error.exitCode === 4,
  )
  assert.throws(() => models.resolve(' '), Problem)
})

test('a chain is the primary, its own fallbacks, the rules that fit, then the given ones, nobody twice', () => {
  const rows: readonly ModelRow[] = [
    { model_name: 'main', model: 'openai/main', fallbacks: ['own', 'missing'] },
    { model_name: 'own', model: 'groq/own' },
    { model_name: 'ruled', model: 'zai/ruled' },
    { model_name: 'global', model: 'deepseek/global' },
    { model_name: 'twin', model: 'groq/own' },
  ]
  const models = make(rows, { fallbackRules: [{ match: 'ma*', to: 'ruled' }] })
  assert.deepEqual(chainIds(models.chain('main', ['global', 'own', 'twin', 'main', 'groq/own'])), [
    ['openai/main'],
    ['groq/own'],
    ['zai/ruled'],
    ['deepseek/global'],
  ])
})

test('the most specific fallback rule comes first and stands in for a primary that nobody serves', () => {
  const rows = [
    { model_name: 'glm', model: 'zai/glm-5' },
    { model_name: 'glm-fast', model: 'zai/glm-5-air' },
  ]
  const fallbackRules = [
    { match: 'anthropic/*', to: 'glm' },
    { match: 'anthropic/claude-haiku-*', to: 'glm-fast' },
  ]
  const models = make(rows, { fallbackRules })
  assert.deepEqual(chainIds(models.chain('anthropic/claude-haiku-4-5')), [['zai/glm-5-air'], ['zai/glm-5']])
  assert.deepEqual(chainIds(models.chain('claude-opus-4-6')), [['zai/glm-5']])
  assert.throws(() => models.chain('openai/gpt-5.4'), Problem)
})

test('names that lead nowhere are reported once each', () => {
  const models = make([{ model_name: 'a', model: 'openai/a', fallbacks: ['gone', 'gone'] }], {
    aliases: { x: 'lost' },
    defaultModel: 'a',
  })
  assert.deepEqual(
    models.problems(['a', 'also gone']).map(({ message }) => message),
    ['No model is called "gone".', 'No model is called "lost".', 'No model is called "also gone".'],
  )
})

test('a protocol that is not built is said to be so, with what works instead', () => {
  const models = make(
    [
      { model_name: 'copilot', model: 'github-copilot/gpt-4.1' },
      { model_name: 'main', model: 'openai/gpt-5.4', fallbacks: ['copilot'] },
    ],
    { unbuilt: new Set(['copilot']) },
  )
  assert.throws(
    () => models.resolve('copilot'),
    (error) => error instanceof Problem && /GitHub Copilot/.test(error.message) && /main/.test(error.detail.mend ?? ''),
  )
  assert.deepEqual(chainIds(models.chain('main')), [['openai/gpt-5.4']])
})

test('a speech model is found by name and never chats', () => {
  const models = make([
    { model_name: 'ear', model: 'elevenlabs/scribe_v1' },
    { model_name: 'main', model: 'openai/gpt-5.4' },
  ])
  assert.deepEqual(ids(models.resolve('ear')), ['elevenlabs/scribe_v1'])
  assert.throws(() => models.chain('ear'), Problem)
  assert.deepEqual(chainIds(models.chain('main', ['ear'])), [['openai/gpt-5.4']])
})

test('tier words mean the tier, or the default model; a Claude id only where its tier was given a model', () => {
  const rows = [
    { model_name: 'big', model: 'zai/glm-5' },
    { model_name: 'small', model: 'zai/glm-5-air' },
  ]
  const models = make(rows, { tiers: { haiku: 'small' }, defaultModel: 'big' })
  assert.deepEqual(ids(models.resolve('haiku')), ['zai/glm-5-air'])
  assert.deepEqual(ids(models.resolve('Opus')), ['zai/glm-5'])
  assert.deepEqual(ids(models.resolve('claude-haiku-4-5-20251001')), ['zai/glm-5-air'])
  assert.throws(() => models.resolve('claude-opus-4-6'), Problem)
  assert.equal(models.tier('claude-opus-4-6'), 'big')
  assert.equal(models.tier('gpt-5.4'), undefined)
})

test('names from outside do not fill the memory', () => {
  const models = make([{ model_name: 'x/*', model: 'openai/*' }])
  for (let index = 0; index < 3000; index++) models.resolve(`x/${index}`)
  assert.deepEqual(ids(models.resolve('x/7')), ['openai/7'])
})
