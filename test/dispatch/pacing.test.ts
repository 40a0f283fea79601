import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pacing } from '../../src/dispatch/pacing.ts'
import { fakeClock } from '../fakes/clock.ts'

/** When each message went, in milliseconds from the start; those of one chat one after another. */
function paced(burst: number, everyMs: number, all = { burst: 1_000, everyMs: 1 }) {
  const clock = fakeClock()
  const start = clock.now()
  const pace = pacing({ chat: () => ({ burst, everyMs }), all }, clock)
  const { signal } = new AbortController()
  const went: number[] = []
  async function send(chat: string, count = 1): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      await pace.wait(chat, signal)
      went.push(clock.now() - start)
    }
  }
  return { clock, went, send }
}

test('a few messages of a chat go at once, then one by one; after a rest a few again', async () => {
  const { clock, went, send } = paced(3, 1_000)
  void send('a', 5)
  await clock.advance(10_000)
  assert.deepEqual(went, [0, 0, 0, 1_000, 2_000])
  void send('a', 4)
  await clock.advance(10_000)
  assert.deepEqual(went.slice(5), [10_000, 10_000, 10_000, 11_000])
})

test('a chat that must wait holds up no other', async () => {
  const { clock, went, send } = paced(1, 60_000, { burst: 2, everyMs: 100 })
  void send('a', 3)
  void send('b')
  void send('c')
  await clock.advance(1_000)
  assert.deepEqual(went, [0, 0, 100])
  await clock.advance(120_000)
  assert.deepEqual(went.slice(3), [60_000, 120_000])
})

test('many chats together keep the pace of all', async () => {
  const { clock, went, send } = paced(5, 1_000, { burst: 10, everyMs: 50 })
  for (let chat = 0; chat < 30; chat += 1) void send(`chat ${chat}`)
  await clock.advance(499)
  assert.equal(went.length, 19)
  await clock.advance(501)
  assert.equal(went.length, 30)
  assert.equal(went.at(-1), 1_000)
})

test('a wait ends with its signal', async () => {
  const clock = fakeClock()
  const pace = pacing({ chat: () => ({ burst: 1, everyMs: 1_000 }), all: { burst: 1, everyMs: 1 } }, clock)
  const over = new AbortController()
  await pace.wait('a', over.signal)
  const waiting = pace.wait('a', over.signal)
  over.abort(new Error('the end'))
  await assert.rejects(waiting, /the end/)
})
