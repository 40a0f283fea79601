import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freeMemory } from '../../src/kit/free-memory.ts'

test('what nobody holds is gone', async () => {
  const held = { text: 'kept' }
  const [dropped, kept] = [new WeakRef({ text: 'dropped' }), new WeakRef(held)]
  // A WeakRef holds its target until the task in which it was made ends.
  await new Promise(setImmediate)
  await freeMemory()
  assert.equal(dropped.deref(), undefined)
  assert.equal(kept.deref(), held)
})
