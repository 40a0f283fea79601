import assert from 'node:assert/strict'
import { test } from 'node:test'
import { environmentKey, environmentModels } from '../../src/models/environment.ts'
import { toEntry } from '../../src/models/entry-from-row.ts'
import { vendorIds, vendorOf } from '../../src/models/vendor-lookup.ts'

test('every vendor with a suggestion and a variable of its own is found by its key, in table order', () => {
  const names = vendorIds.flatMap((id) => vendorOf(id)?.keyEnv ?? [])
  const rows = environmentModels(Object.fromEntries(names.map((name) => [name, 'key'])))
  const vendors = rows.map((row) => toEntry(row).vendor)
  assert.deepEqual(
    vendors,
    vendorIds.filter((id) => vendors.includes(id)),
  )
  for (const vendor of ['openai', 'anthropic-messages', 'gemini', 'openrouter', 'groq', 'deepseek', 'zhipu', 'zai'])
    assert.ok(vendors.includes(vendor), vendor)
})

test('a variable counts once, for the first vendor that names it', () => {
  assert.deepEqual(
    environmentModels({ ANTHROPIC_API_KEY: ' key ', DASHSCOPE_API_KEY: 'key' }).map(({ model, api_key }) => [
      model,
      api_key,
    ]),
    [
      ['anthropic-messages/claude-sonnet-4.6', 'key'],
      ['qwen-portal/qwen-plus', 'key'],
    ],
  )
  assert.equal(environmentModels({ DASHSCOPE_INTL_API_KEY: 'key', DASHSCOPE_API_KEY: 'other' }).length, 2)
})

test('a token that serves other purposes is no reason to use its vendor, but a key when it is asked for', () => {
  const variables = { GITHUB_TOKEN: 'token', HF_TOKEN: 'token', ELEVENLABS_API_KEY: 'key', OPENAI_API_KEY: '  ' }
  assert.deepEqual(environmentModels(variables), [])
  assert.equal(environmentKey(variables, 'github-models'), 'token')
  assert.equal(environmentKey(variables, 'openai'), undefined)
})
