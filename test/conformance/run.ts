// Runs every vector file of a folder against our own code: `npm run conformance -- DIR` (default test/conformance/vectors).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { adapter } from './adapter.ts'
import type { Verdict } from './suite.ts'
import { readSuites, verdictOf } from './suite.ts'

const here = import.meta.dirname
const folder = process.argv[2] ?? join(here, 'vectors')
const disputes = JSON.parse(readFileSync(join(here, 'disputed.json'), 'utf8')) as readonly {
  id: string
  reason: string
}[]
const disputed = new Set(disputes.map(({ id }) => id))

const verdicts: Verdict[] = []
for (const { suite, vectors } of readSuites(folder)) {
  const before = verdicts.length
  for (const vector of vectors) {
    const verdict = await verdictOf(vector, adapter, disputed)
    verdicts.push(verdict)
    if (verdict.result !== 'failed') continue
    console.log(`✖ ${verdict.id}`)
    for (const difference of verdict.differences.slice(0, 5)) console.log(`    ${difference}`)
  }
  const own = verdicts.slice(before)
  console.log(`${suite}: ${own.filter(({ result }) => result === 'passed').length} of ${own.length} passed`)
}

const count = (...results: readonly Verdict['result'][]) =>
  verdicts.filter(({ result }) => results.includes(result)).length
const missing = Map.groupBy(
  verdicts.filter(({ result }) => result === 'not built'),
  ({ fn }) => fn,
)
if (missing.size > 0)
  console.log(`Not built yet: ${[...missing].map(([fn, { length }]) => `${fn} (${length})`).join(', ')}`)
for (const { id, reason } of disputes)
  if (verdicts.some((verdict) => verdict.id === id && verdict.result === 'disputed'))
    console.log(`Disputed: ${id}: ${reason}`)
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('disputed', 'not built')} skipped`)
process.exitCode = count('failed') > 0 ? 1 : 0
