import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editDistance, nearest } from '../../src/kit/nearest.ts'

test('edits are counted: insertions, deletions, replacements, swaps', () => {
  for (const [left, right, distance] of [
    ['', '', 0],
    ['model', 'model', 0],
    ['modle', 'model', 1],
    ['mode', 'model', 1],
    ['modell', 'model', 1],
    ['nodel', 'model', 1],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
  ] as const)
    assert.equal(editDistance(left, right), distance, `${left} ~ ${right}`)
})

test('the nearest known word is found, whatever the case; nothing is guessed from afar', () => {
  const known = ['model_list', 'model_name', 'agents', 'api_key']
  assert.equal(nearest('modle_list', known), 'model_list')
  assert.equal(nearest('API_KEY', known), 'api_key')
  assert.equal(nearest('zebra', known), undefined)
})
