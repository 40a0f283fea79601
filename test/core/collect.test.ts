import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { collect, spell } from '../../src/core/collect.ts'
import { anyAnswer } from '../arbitrary/answer.ts'

test('collecting the events of any answer gives that answer', () =>
  fc.assert(
    fc.asyncProperty(anyAnswer, async (answer) => {
      assert.deepEqual(await collect(spell(answer)), answer)
    }),
  ))

test('text that comes in pieces is one part', async () => {
  const answer = await collect([
    { type: 'start', id: '1', model: 'm' },
    { type: 'text-delta', text: 'he' },
    { type: 'text-delta', text: 'y' },
    { type: 'end', stop: 'end', usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 } },
  ])
  assert.deepEqual(answer.message.parts, [{ type: 'text', text: 'hey' }])
})

test('a signature that comes without thinking text keeps its own part', async () => {
  const answer = await collect([
    { type: 'start', id: '1', model: 'm' },
    { type: 'text-delta', text: 'a' },
    { type: 'thinking-end', signature: 's' },
    { type: 'end', stop: 'end', usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 } },
  ])
  assert.deepEqual(answer.message.parts, [
    { type: 'text', text: 'a' },
    { type: 'thinking', text: '', signature: 's' },
  ])
})

test('a stream that stops before its end is cut', async () => {
  await assert.rejects(collect([{ type: 'text-delta', text: 'half' }]), { kind: 'cut' })
})
