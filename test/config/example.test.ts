import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadText } from './load-text.ts'

test('config.example.json loads without a warning in an empty environment', async () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'config.example.json'), 'utf8')
  const { config, warnings, secrets } = await loadText(text)
  assert.deepEqual(warnings, [])
  assert.deepEqual(secrets, [])
  assert.equal(config.model_list.length, 5)
  assert.equal(config.budget.per_agent['researcher']?.day, 2)
})
