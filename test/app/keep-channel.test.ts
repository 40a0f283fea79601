import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepChannel } from '../../src/app/gateway/keep-channel.ts'
import type { Channel } from '../../src/core/channel.ts'
import { silent } from '../../src/core/log.ts'
import { Problem } from '../../src/core/problem.ts'
import { fakeClock } from '../fakes/clock.ts'

const bare: Pick<Channel, 'name' | 'limits' | 'send' | 'stop'> = {
  name: 'bot',
  limits: { maxText: 100 },
  send: async () => '1',
  async stop() {},
}

function kept(make: () => Channel) {
  const clock = fakeClock()
  const told: string[] = []
  const channel = keepChannel({
    name: 'bot',
    kind: 'fake',
    clock,
    log: silent,
    make: async () => make(),
    async open() {
      told.push('open')
      return { message: async () => undefined }
    },
    async close() {
      told.push('close')
    },
  })
  return { channel, clock, told }
}

test('a channel that does not start is tried again, later each time, and closed in between', async () => {
  let tries = 0
  const { channel, clock, told } = kept(() => ({
    ...bare,
    async start() {
      tries += 1
      if (tries < 3) throw new Error('no network')
    },
  }))
  await clock.advance(0)
  assert.deepEqual(channel.health(), { state: 'down', why: 'no network' })
  await clock.advance(1_000)
  assert.equal(tries, 2)
  await clock.advance(1_000)
  assert.equal(tries, 2)
  await clock.advance(1_000)
  assert.equal(tries, 3)
  assert.equal(channel.health().state, 'up')
  assert.deepEqual(told, ['open', 'close', 'open', 'close', 'open'])
  await channel.stop()
  assert.equal(told.at(-1), 'close')
})

test('what only a person can mend is not tried again', async () => {
  let tries = 0
  const { channel, clock } = kept(() => ({
    ...bare,
    async start() {
      tries += 1
      throw new Problem('The token is wrong.', { mend: 'Get another.' })
    },
  }))
  await clock.advance(3_600_000)
  assert.equal(tries, 1)
  assert.deepEqual(channel.health(), { state: 'down', why: 'The token is wrong. Get another.', needs: 'person' })
  await channel.stop()
})

test('a channel that has ended by itself is closed and started again, later each time while it does not last', async () => {
  const starts: number[] = []
  const { channel, clock, told } = kept(() => {
    let ended = false
    return {
      ...bare,
      async start() {
        starts.push(clock.now())
        ended = starts.length < 4
      },
      health: () => (ended ? { state: 'down', why: 'A fault.', needs: 'restart' } : { state: 'up' }),
    }
  })
  await clock.advance(60_000)
  const waits = starts.slice(1).map((at, index) => at - (starts[index] ?? 0))
  assert.deepEqual(waits, [6_000, 7_000, 9_000])
  assert.deepEqual(told, ['open', 'close', 'open', 'close', 'open', 'close', 'open'])
  assert.equal(channel.health().state, 'up')
  await channel.stop()
  assert.equal(told.at(-1), 'close')
})

test('one that only a person can mend is left as it is', async () => {
  let starts = 0
  const { channel, clock } = kept(() => ({
    ...bare,
    async start() {
      starts += 1
    },
    health: () => ({ state: 'down', why: 'The login is refused.', needs: 'person' }),
  }))
  await clock.advance(3_600_000)
  assert.equal(starts, 1)
  assert.equal(channel.health().why, 'The login is refused.')
  await channel.stop()
})

test('a platform out of reach holds nobody up, neither at the start nor at the end', async () => {
  const stopped = Promise.withResolvers<void>()
  const { channel, clock } = kept(() => ({
    ...bare,
    start: () => stopped.promise,
    stop: async () => stopped.resolve(),
  }))
  let first = false
  void channel.first.then(() => (first = true))
  await clock.advance(10_000)
  assert.equal(first, false)
  await clock.advance(5_000)
  assert.equal(first, true)
  await channel.stop()
})
