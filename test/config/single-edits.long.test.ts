import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { editOf, judge, randomFrom, usualWarnings } from './single-edits.ts'

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'config')
const read = (...path: readonly string[]) => readFileSync(join(fixtures, ...path), 'utf8')
const full = JSON.parse(read('seed', '18-full.json')) as unknown
const texts = {
  'a commented config': read('commented.jsonc'),
  'the documented example': JSON.stringify(full, null, 2),
  'the documented example with tabs': JSON.stringify(full, null, '\t'),
  'a config of 0.2.9': read('v0.2.9', 'config.json').replaceAll('\n', '\r\n'),
}

for (const [name, text] of Object.entries(texts)) {
  test(`after 10,000 single edits of ${name} every message points at the edited line`, async () => {
    const random = randomFrom(7)
    const usual = await usualWarnings(text)
    const wrong: unknown[] = []
    for (let count = 0; count < 10_000; count += 1) {
      const edit = editOf(text, random)
      const found = await judge(text, edit, usual)
      if (found !== undefined) wrong.push({ edit, found })
    }
    // Where a bracket was lost between two that stand on one line, only its writer knows which.
    assert.ok(wrong.length <= 5, JSON.stringify(wrong.slice(0, 10), null, 1))
  })
}
