import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchChannels } from '../../src/app/gateway/watch-channels.ts'
import type { ChannelHealth } from '../../src/core/channel.ts'
import { silent } from '../../src/core/log.ts'
import { fakeClock } from '../fakes/clock.ts'

const up: ChannelHealth = { state: 'up' }
const lost: ChannelHealth = { state: 'down', why: 'The connection is lost.' }

/** Channels that a test changes while they are watched. */
function watched(channels: Record<string, ChannelHealth>) {
  const clock = fakeClock()
  const told: string[] = []
  const over = new AbortController()
  const done = watchChannels(
    {
      clock,
      log: silent,
      channels: () => Object.entries(channels).map(([name, health]) => ({ name, health: () => health })),
      async tell(text) {
        told.push(text)
      },
    },
    over.signal,
  )
  return {
    channels,
    told,
    pass: (seconds: number) => clock.advance(seconds * 1_000),
    async [Symbol.asyncDispose]() {
      over.abort()
      await done
    },
  }
}

test('a channel that is down for two minutes is told once, and once more when it is back', async () => {
  await using scene = watched({ telegram: up, discord: up })
  const { channels, told, pass } = scene
  await pass(60)
  channels['telegram'] = lost
  await pass(120)
  assert.deepEqual(told, [])
  await pass(600)
  assert.deepEqual(told, ['The channel telegram has been down for 2 minutes: The connection is lost.'])
  channels['telegram'] = up
  await pass(60)
  assert.deepEqual(told.slice(1), ['The channel telegram is up again, after 12 minutes.'])
  await pass(3_600)
  assert.equal(told.length, 2)
})

test('one that comes back sooner is not worth a word', async () => {
  await using scene = watched({ telegram: up })
  const { channels, told, pass } = scene
  for (let outage = 0; outage < 5; outage += 1) {
    await pass(60)
    channels['telegram'] = lost
    await pass(90)
    channels['telegram'] = up
  }
  await pass(60)
  assert.deepEqual(told, [])
})

test('a refused login is told at once, also of a channel that was never up', async () => {
  await using scene = watched({ telegram: { ...lost, why: 'The token is refused. Get another.', needs: 'person' } })
  await scene.pass(10)
  assert.deepEqual(scene.told, ['The channel telegram is off: The token is refused. Get another.'])
})

test('a channel that never was up, or that the configuration has no more, is not missed', async () => {
  await using scene = watched({ never: lost, gone: up })
  const { channels, told, pass } = scene
  await pass(60)
  channels['gone'] = lost
  await pass(60)
  delete channels['gone']
  await pass(3_600)
  assert.deepEqual(told, [])
})
