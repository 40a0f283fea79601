import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldModel, listedPrice, withoutDate } from '../../src/models/price-of.ts'
import table from '../../src/models/price-table.json' with { type: 'json' }
import { vendors } from '../../src/models/vendors.ts'

const rows = Object.entries(table.vendors as Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>)

test('the price table names its source and date, and only vendors of ours', () => {
  assert.match(table.source, /^@pydantic\/genai-prices \d+\.\d+\.\d+$/)
  assert.match(table.date, /^20\d\d-\d\d-\d\d$/)
  assert.ok(rows.length >= 20)
  for (const [vendor] of rows) assert.ok(Object.hasOwn(vendors, vendor), `${vendor} is no vendor`)
})

test('every row has a folded id and two to four sane prices', () => {
  const wrong = rows.flatMap(([vendor, models]) =>
    Object.entries(models).flatMap(([id, row]) => {
      const good =
        id === foldModel(id) &&
        /^[\w./:@-]+$/.test(id) &&
        row.length >= 2 &&
        row.length <= 4 &&
        row.every(
          (value, index) => (value === null && index > 1) || (typeof value === 'number' && value >= 0 && value < 1_000),
        )
      return good ? [] : [`${vendor} ${id} ${JSON.stringify(row)}`]
    }),
  )
  assert.deepEqual(wrong, [])
})

test('a model is found under every spelling that vendors and people use', () => {
  const sonnet = listedPrice('anthropic-messages', 'claude-sonnet-4.6')
  assert.deepEqual(sonnet?.price, { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 })
  for (const id of [
    'claude-sonnet-4-6',
    'Claude-Sonnet-4-6-20260219',
    'claude-sonnet-4-6@20260219',
    'claude-sonnet-4-6-latest',
  ])
    assert.deepEqual(listedPrice('anthropic', id), sonnet, id)
  assert.deepEqual(listedPrice('openai', 'gpt-5.4-2026-03-05'), listedPrice('gpt', 'gpt-5.4'))
  assert.deepEqual(listedPrice('gemini', 'models/gemini-2.5-flash'), listedPrice('gemini', 'gemini-2.5-flash'))
})

test('a model of another size, an unknown one and an unknown vendor have no price, never zero', () => {
  for (const [vendor, model] of [
    ['openai', 'gpt-5.4-imaginary'],
    ['openai', 'toString'],
    ['openrouter', 'openrouter/auto'],
    ['openrouter', 'anthropic/claude-sonnet-4.6:online'],
    ['nvidia', 'meta/llama-3.3-70b-instruct'],
    ['nobody', 'gpt-5.4'],
  ] as const)
    assert.equal(listedPrice(vendor, model), undefined, `${vendor} ${model}`)
})

test('only a date at the end is left off', () => {
  assert.equal(withoutDate('claude-haiku-4-5-20251001'), 'claude-haiku-4-5')
  assert.equal(withoutDate('command-a-03-2025'), 'command-a-03-2025')
  assert.equal(withoutDate('seed-1-8-251228'), 'seed-1-8-251228')
  assert.equal(withoutDate('glm-4-7'), 'glm-4-7')
})
