import assert from 'node:assert/strict'
import { test } from 'node:test'
import { becomeInstance } from '../../src/app/gateway/instance.ts'
import { fakeClock } from '../fakes/clock.ts'
import { memoryStore } from '../fakes/store.ts'

/** The one gateway of a home whose store may fail for a while. */
async function instance() {
  const clock = fakeClock()
  const store = memoryStore(clock)
  const logged: string[] = []
  let broken = false
  const say = (line: string) => void logged.push(line)
  const made = await becomeInstance(
    { owner: 'we', pid: process.pid, startedAt: clock.now(), version: '1' },
    {
      store: {
        ...store,
        leases: {
          ...store.leases,
          async take(...lease) {
            if (broken) throw new Error('The disk is full.')
            return store.leases.take(...lease)
          },
        },
      },
      clock,
      log: { debug: say, info: say, warn: say, error: say },
      signal: new AbortController().signal,
      alive: () => false,
      answers: async () => false,
    },
  )
  let lost = false
  void made.lost.then(() => (lost = true))
  return {
    clock,
    store,
    logged,
    lost: () => lost,
    release: () => made.release(),
    fail(fails: boolean) {
      broken = fails
    },
  }
}

test('a lease that could not be renewed is tried again, and the home stays ours', async () => {
  const { clock, store, logged, lost, fail, release } = await instance()
  fail(true)
  await clock.advance(25_000)
  fail(false)
  await clock.advance(2_000)
  assert.equal(lost(), false)
  assert.equal(await store.leases.take('gateway', 'another', clock.now(), clock.now() + 1), false)
  assert.equal(logged.length, 1, logged.join('\n'))
  await release()
})

test('a home that another took over is lost, also after a time without renewals', async () => {
  const { clock, store, lost, fail } = await instance()
  fail(true)
  await clock.advance(60_000)
  assert.equal(lost(), false)
  assert.equal(await store.leases.take('gateway', 'another', clock.now(), clock.now() + 60_000), true)
  fail(false)
  await clock.advance(11_000)
  assert.equal(lost(), true)
})

test('one that is let go of is never lost', async () => {
  const { clock, store, lost, release } = await instance()
  await release()
  assert.equal(await store.leases.take('gateway', 'another', clock.now(), clock.now() + 60_000), true)
  await clock.advance(60_000)
  assert.equal(lost(), false)
})
