import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { adapter } from './adapter.ts'
import { readSuites, verdictOf } from './suite.ts'

const suites = readSuites(join(import.meta.dirname, 'vectors'))
const vectors = suites.flatMap((suite) => suite.vectors)
const disputes = JSON.parse(readFileSync(join(import.meta.dirname, 'disputed.json'), 'utf8')) as readonly {
  id: string
  reason: string
}[]
const disputed = new Set(disputes.map(({ id }) => id))

for (const { suite, vectors } of suites)
  test(`what is built of ${suite} does what the vectors say`, async () => {
    const verdicts = await Promise.all(vectors.map((vector) => verdictOf(vector, adapter, disputed)))
    assert.deepEqual(
      verdicts.filter(({ result }) => result === 'failed'),
      [],
    )
  })

test('ids are unique, and every adapter serves a function of the vectors', () => {
  assert.equal(new Set(vectors.map(({ id }) => id)).size, vectors.length)
  const functions = new Set(vectors.map(({ fn }) => fn))
  assert.deepEqual(
    Object.keys(adapter).filter((fn) => !functions.has(fn)),
    [],
  )
})

test('at most one vector in a hundred is disputed, each with a reason', () => {
  assert.ok(disputes.length <= vectors.length / 100)
  for (const { id, reason } of disputes) {
    assert.ok(
      vectors.some((vector) => vector.id === id),
      id,
    )
    assert.ok(reason.length > 20, id)
  }
})

test('a function without an adapter is not built, and a wrong answer fails', async () => {
  const vector = { id: 'x-1', fn: 'x', input: 1, expected: 2 }
  assert.equal((await verdictOf(vector, {}, new Set())).result, 'not built')
  assert.equal((await verdictOf(vector, { x: (n: number) => n + 1 }, new Set())).result, 'passed')
  assert.equal((await verdictOf(vector, { x: (n: number) => n }, new Set())).result, 'failed')
  assert.equal((await verdictOf(vector, { x: (n: number) => n }, new Set(['x-1']))).result, 'disputed')
  const broken = await verdictOf({ ...vector, expected: { error: true } }, { x: () => assert.fail() }, new Set())
  assert.equal(broken.result, 'failed')
})
