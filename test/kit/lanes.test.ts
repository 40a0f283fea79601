import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Lanes } from '../../src/kit/lanes.ts'
import { fakeClock } from '../fakes/clock.ts'

test('work of one key runs in order, one at a time, whatever each takes; other keys do not wait for it', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), ms: fc.nat(9), fails: fc.boolean() }), {
        maxLength: 20,
      }),
      async (works) => {
        const lanes = new Lanes()
        const clock = fakeClock()
        const begun: Record<string, number[]> = {}
        const running = new Set<string>()
        const results = works.map(({ key, ms, fails }, index) =>
          lanes.run(key, async () => {
            assert.ok(!running.has(key), 'two at a time')
            running.add(key)
            ;(begun[key] ??= []).push(index)
            await clock.sleep(ms)
            running.delete(key)
            if (fails) throw new Error(`work ${index}`)
            return index
          }),
        )
        const settled = Promise.allSettled(results)
        // The slowest lane decides, not the sum of all.
        const sums = Object.values(Object.groupBy(works, ({ key }) => key)).map((lane) =>
          (lane ?? []).reduce((sum, { ms }) => sum + ms, 0),
        )
        await clock.advance(Math.max(0, ...sums))
        for (const [index, result] of (await settled).entries())
          assert.deepEqual(
            result.status === 'fulfilled' ? result.value : (result.reason as Error).message,
            works[index]?.fails ? `work ${index}` : index,
          )
        for (const order of Object.values(begun))
          assert.deepEqual(
            order,
            order.toSorted((left, right) => left - right),
          )
        await clock.advance(0)
        assert.equal(lanes.size, 0)
      },
    ),
    { numRuns: 50 },
  ))

test('work that throws before it begins to wait is a failure like any other', async () => {
  const lanes = new Lanes()
  await assert.rejects(
    lanes.run('a', () => {
      throw new Error('at once')
    }),
    /at once/,
  )
  assert.equal(await lanes.run('a', async () => 'goes on'), 'goes on')
})
