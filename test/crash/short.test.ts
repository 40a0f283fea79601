import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { crashRun } from './run.ts'
import type { StepName } from './steps.ts'

/** A handful of moments that differ in kind; scripts/crash-matrix.ts goes through all of them. */
const moments = [
  'message-stored',
  'tool-ran',
  'turn-packed',
  'outbox-sent',
  'subagent-noted',
  'live-noted',
] as const satisfies readonly StepName[]

describe('kill -9', { concurrency: 3 }, () => {
  for (const step of moments)
    test(`a gateway that is killed at ${step} loses nothing, does nothing twice and leaves nobody without a word`, async () => {
      const { lost, doubled, silent, uncertain, kills, log } = await crashRun({
        step,
        seed: 1,
        messages: 16,
        waves: 1,
        passing: 1,
      })
      assert.deepEqual({ lost, doubled, silent }, { lost: [], doubled: [], silent: [] }, log)
      assert.equal(kills, 1)
      // One kill hits at most what each of the chats was being sent.
      assert.ok(uncertain <= 8)
    })
})
