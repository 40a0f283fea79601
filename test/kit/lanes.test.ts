import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as tick } from 'node:timers/promises'
import fc from 'fast-check'
import { Lanes } from '../../src/kit/lanes.ts'

const jobs = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'c'), ticks: fc.integer({ min: 0, max: 4 }), fails: fc.boolean() }),
  { maxLength: 20 },
)

test('work of one key runs in the order it came and never twice at a time, whatever fails', () =>
  fc.assert(
    fc.asyncProperty(jobs, async (list) => {
      const lanes = new Lanes()
      const running = new Map<string, number>()
      const begun: number[] = []
      const results = await Promise.allSettled(
        list.map(({ key, ticks, fails }, index) =>
          lanes.run(key, async () => {
            assert.equal(running.get(key) ?? 0, 0)
            running.set(key, 1)
            begun.push(index)
            for (let left = ticks; left > 0; left -= 1) await tick()
            running.set(key, 0)
            if (fails) throw new Error(`job ${index}`)
            return index
          }),
        ),
      )
      for (const key of ['a', 'b', 'c']) {
        const mine = begun.filter((index) => list[index]?.key === key)
        assert.deepEqual(
          mine,
          mine.toSorted((left, right) => left - right),
        )
      }
      assert.equal(begun.length, list.length)
      for (const [index, result] of results.entries())
        assert.equal(result.status, list[index]?.fails ? 'rejected' : 'fulfilled')
      await tick()
      assert.equal(lanes.size, 0)
    }),
    { numRuns: 50 },
  ))

test('different keys run side by side', async () => {
  const lanes = new Lanes()
  const meeting = Promise.withResolvers<void>()
  const first = lanes.run('a', () => meeting.promise)
  const second = lanes.run('b', async () => meeting.resolve())
  assert.equal(lanes.size, 2)
  await Promise.all([first, second])
})

test('work that throws before its first await is a rejection and holds up nobody', async () => {
  const lanes = new Lanes()
  const bad = lanes.run('a', () => {
    throw new Error('at once')
  })
  const good = lanes.run('a', async () => 'done')
  await assert.rejects(bad, /at once/)
  assert.equal(await good, 'done')
})

test('work that is added while the lane empties still waits its turn', async () => {
  const lanes = new Lanes()
  const order: string[] = []
  await lanes.run('a', async () => {
    void lanes.run('a', async () => void order.push('inner'))
    await tick()
    order.push('outer')
  })
  await tick()
  assert.deepEqual(order, ['outer', 'inner'])
})
