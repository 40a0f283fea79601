import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureKinds } from '../../../src/core/failure.ts'
import { billingRestSeconds, briefRestSeconds, policy, standardRestSeconds } from '../../../src/providers/policy.ts'

test('the chain goes on after every kind but a stop and a refusal', () => {
  assert.deepEqual(
    failureKinds.filter((kind) => !policy[kind].next),
    ['refused', 'aborted'],
  )
})

test('what is the fault of one request, or of nobody, makes nobody rest', () => {
  assert.deepEqual(
    failureKinds.filter((kind) => policy[kind].rest === 'none'),
    ['too-long', 'bad-request', 'refused', 'aborted', 'empty', 'budget', 'paced', 'resting'],
  )
})

test('only what belongs to the account rests the whole key', () => {
  assert.deepEqual(
    failureKinds.filter((kind) => policy[kind].scope === 'key'),
    ['auth', 'billing'],
  )
})

test('what a person must mend is never retried', () => {
  for (const kind of ['auth', 'billing', 'not-found', 'bad-endpoint', 'blocked', 'budget', 'bad-request'] as const)
    assert.equal(policy[kind].retry, false, kind)
})

test('rests grow to their limit', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 99].map(standardRestSeconds), [60, 300, 1500, 3600, 3600, 3600])
  assert.deepEqual(
    [1, 2, 3, 4, 99].map((n) => billingRestSeconds(n) / 3600),
    [5, 10, 20, 24, 24],
  )
  assert.deepEqual([0, 5, 10, 20, 30].map(briefRestSeconds), [5, 10, 20, 30, 30])
})
