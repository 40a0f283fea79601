import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import fc from 'fast-check'
import { withVariables } from '../../src/config/env-file.ts'
import { Problem } from '../../src/core/problem.ts'

test('what is written into a file of variables is read back as it was, or refused without its value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', 'A=1', 'A=1\n', '# end'), (value, before) => {
      try {
        const read = parseEnv(withVariables(before, { NEW: value }))
        assert.equal(read['NEW'], value)
        assert.equal(read['A'], before.startsWith('A') ? '1' : undefined)
      } catch (error) {
        assert.ok(error instanceof Problem)
        assert.ok(value.length < 3 || !error.message.includes(value))
      }
    }),
  )
  assert.equal(withVariables('', { KEY: 'sk-1' }), "KEY='sk-1'\n")
})
