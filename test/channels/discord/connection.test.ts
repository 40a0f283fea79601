import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Problem } from '../../../src/core/problem.ts'
import { bench, eventually, failureOf, quickPace, started } from './bench.ts'
import type { Bench } from './bench.ts'

/** The connection works: what is said now is heard. */
async function stillHears({ discord, heard }: Bench, text: string): Promise<void> {
  discord.say(discord.place.dm, text)
  await eventually(
    () => heard.some((message) => message.text === text),
    () => `"${text}" was not heard; the gateway saw ${discord.gateway.events.join(', ')}`,
  )
}
/** The event as the gateway saw it, after `before` others. */
const seen = (made: Bench, event: string, times = 1) =>
  eventually(
    () => made.discord.gateway.count(event) >= times,
    () => `${event} did not come ${times} times: ${made.discord.gateway.events.join(', ')}`,
  )

/** What has to follow each close code of a session that stood. */
const codes = {
  resume: [1006, 4000, 4001, 4002, 4009],
  identify: [1000, 4003, 4005, 4007, 4008],
  stop: [4004, 4010, 4011, 4012, 4013, 4014],
} as const

// discord.js waits half a second before it connects again: side by side they take no longer than one.
suite('a connection', { concurrency: 6 }, () => {
  for (const code of codes.resume)
    test(`a connection closed with ${code} is resumed, and what was said meanwhile is heard once`, async () => {
      await using made = await started()
      const { discord } = made
      discord.gateway.drop(code === 1006 ? undefined : code)
      discord.say(discord.place.dm, 'in the gap')
      await stillHears(made, 'after it')
      assert.equal(discord.gateway.count('op 6'), 1)
      assert.equal(discord.gateway.identifies.length, 1)
      assert.deepEqual(
        made.heard.map(({ text }) => text),
        ['in the gap', 'after it'],
      )
    })

  for (const code of codes.identify)
    test(`a connection closed with ${code} logs in afresh`, async () => {
      await using made = await started()
      const { discord } = made
      discord.gateway.drop(code)
      await seen(made, 'op 2', 2)
      await stillHears(made, 'after it')
      assert.equal(discord.gateway.count('op 6'), 0)
    })

  for (const code of codes.stop)
    test(`a connection closed with ${code} ends the channel, which says why and what to do`, async () => {
      await using made = await started()
      const { discord, channel } = made
      discord.gateway.drop(code)
      await eventually(() => channel.health?.().state === 'down' && discord.gateway.open() === 0)
      assert.match(channel.health?.().why ?? '', /\. .+\./)
      assert.equal((await failureOf(channel.send({ to: made.at.dm, text: 'x' }))).kind, 'auth')
      assert.equal(discord.gateway.identifies.length, 1)
      assert.equal(discord.gateway.count('op 6'), 0)
    })

  test('op 7 is followed by a resume', async () => {
    await using made = await started()
    made.discord.gateway.reconnect()
    await seen(made, 'op 6')
    await stillHears(made, 'after it')
    assert.equal(made.discord.gateway.identifies.length, 1)
  })

  test('op 9 is followed by a resume where it may be one, else by a fresh login', async () => {
    await using made = await started()
    made.discord.gateway.invalidate(false)
    await seen(made, 'op 2', 2)
    await stillHears(made, 'after a fresh login')
    made.discord.gateway.settings.onResume = 'invalid'
    made.discord.gateway.drop()
    await seen(made, 'op 2', 3)
    await stillHears(made, 'after a refused resume')
  })

  test('a resume that is never answered becomes a fresh login', async () => {
    await using made = await started({ pace: { ...quickPace, resumeMs: 100 } })
    made.discord.gateway.settings.onResume = 'silence'
    made.discord.gateway.drop()
    await seen(made, 'op 2', 2)
    await stillHears(made, 'after it')
  })

  test('a session that twice could not be resumed is given up', async () => {
    await using made = await started()
    made.discord.gateway.settings.onResume = 'close'
    made.discord.gateway.drop()
    await seen(made, 'op 2', 2)
    assert.equal(made.discord.gateway.count('op 6'), 2)
    await stillHears(made, 'after it')
  })

  test('a connection that never says hello is given up', async () => {
    await using made = await started({ pace: { ...quickPace, helloMs: 150 } })
    const { settings } = made.discord.gateway
    settings.helloAfterMs = Infinity
    made.discord.gateway.drop()
    await seen(made, 'connect /resume')
    await eventually(() => made.discord.gateway.count('connect /gateway') >= 2)
    settings.helloAfterMs = 0
    await seen(made, 'op 2', 2)
    await stillHears(made, 'after it')
  })

  test('a connection that answers no heartbeat is left and resumed', async () => {
    await using made = await started({ heartbeatMs: 100 })
    made.discord.gateway.settings.acks = false
    await seen(made, 'close 4200')
    made.discord.gateway.settings.acks = true
    await seen(made, 'op 6')
    await stillHears(made, 'after it')
  })

  test('a platform that is out of reach is tried again until it is there', async () => {
    await using made = await bench()
    await made.discord.down()
    const starting = made.start()
    await eventually(() => (made.channel.health?.().why ?? '').includes('out of reach'))
    assert.equal(made.channel.health?.().state, 'starting')
    await made.discord.up()
    await starting
    assert.equal(made.channel.health?.().state, 'up')
    await made.discord.down()
    await eventually(() => made.channel.health?.().state === 'down')
    await made.discord.up()
    await stillHears(made, 'back again')
    assert.equal(made.channel.health?.().state, 'up')
  })

  test('a start that cannot reach the platform ends when the channel is stopped', async () => {
    await using made = await bench()
    await made.discord.down()
    const starting = made.start()
    await eventually(() => (made.channel.health?.().why ?? '').includes('out of reach'))
    await made.channel.stop()
    await starting
    await made.discord.up()
  })

  test('frames that nobody can read harm nothing', async () => {
    await using made = await started()
    const { gateway, place } = made.discord
    const event = (t: string, d: unknown) => gateway.raw(JSON.stringify({ op: 0, s: 3, t, d }))
    for (const frame of ['', 'no JSON', 'null', '7', '{"op":99}', '{"op":0}', Buffer.from([1, 2, 3])])
      gateway.raw(frame)
    for (const type of ['MESSAGE_CREATE', 'MESSAGE_UPDATE', 'MESSAGE_DELETE', 'INTERACTION_CREATE', 'GUILD_CREATE']) {
      for (const data of [{}, { id: 'x' }, { id: '1', channel_id: place.dm, channels: 7, content: null }, []])
        event(type, data)
    }
    event('CHANNEL_CREATE', { id: 1 })
    event('NEWS_OF_TOMORROW', {})
    await stillHears(made, 'after it')
  })

  test('a start that is overtaken by a stop leaves nothing open', async () => {
    await using made = await bench()
    const starting = made.start()
    await made.channel.stop()
    await starting
    assert.equal(made.discord.gateway.count('op 2'), 0)
  })

  test('a channel without a token is a Problem that says where it goes', async () => {
    const streaming = { enabled: false, throttle_seconds: 3, min_growth_chars: 200 }
    await using made = await bench({ settings: { streaming } })
    await assert.rejects(
      made.start(),
      (error) => error instanceof Problem && error.detail.at === 'channel_list.discord.settings.token',
    )
  })

  test('a token that was pasted with the word before it is taken', async () => {
    const streaming = { enabled: false, throttle_seconds: 3, min_growth_chars: 200 }
    await using made = await started({ settings: { token: ' Bot T0KEN\n', streaming } })
    await made.channel.send({ to: made.at.dm, text: 'x' })
  })

  test('a wrong token is a Problem that names its place in the configuration', async () => {
    await using made = await bench()
    made.discord.rest.token = 'another'
    await assert.rejects(made.start(), (error) => {
      assert.ok(error instanceof Problem)
      assert.equal(error.detail.at, 'channel_list.discord.settings.token')
      assert.match(error.detail.mend ?? '', /Reset Token/)
      return true
    })
    assert.equal(made.channel.health?.().state, 'down')
  })

  test('a token that only the gateway refuses is the same Problem', async () => {
    await using made = await bench()
    made.discord.gateway.settings.identifyClose = 4004
    await assert.rejects(made.start(), /does not accept the bot’s token/)
  })

  test('without the message content intent the Problem says which switch to set', async () => {
    await using made = await bench()
    made.discord.gateway.settings.intents &= ~(1 << 15)
    await assert.rejects(made.start(), (error) => {
      assert.ok(error instanceof Problem)
      assert.match(`${error.message} ${error.detail.mend}`, /Message Content Intent.*Privileged Gateway Intents/)
      return true
    })
  })

  test('health goes by what was heard, not by what was hoped', async () => {
    let now = 1_000_000
    const { systemClock } = await import('../../../src/kit/clock.ts')
    await using made = await started({ clock: { now: () => now, sleep: systemClock.sleep }, heartbeatMs: 600_000 })
    assert.equal(made.channel.health?.().state, 'up')
    assert.equal(made.channel.health?.().heardAt, 1_000_000)
    now += 121_000
    assert.equal(made.channel.health?.().state, 'down')
    made.discord.say(made.discord.place.dm, 'a sign of life')
    await made.hears(1)
    assert.deepEqual(made.channel.health?.(), { state: 'up', heardAt: now })
  })
})

test('stop closes everything within a second, whatever the connection is doing', async () => {
  const states: Readonly<Record<string, (made: Bench) => Promise<void>>> = {
    async idle() {},
    async 'no heartbeat answered'(made) {
      made.discord.gateway.settings.acks = false
    },
    async 'waiting for hello'(made) {
      made.discord.gateway.settings.helloAfterMs = Infinity
      made.discord.gateway.drop()
      await seen(made, 'connect /resume')
    },
    async 'between two tries'(made) {
      made.discord.gateway.drop()
      await eventually(() => made.discord.gateway.open() === 0)
    },
    async 'out of reach'(made) {
      await made.discord.down()
    },
  }
  for (const [name, enter] of Object.entries(states)) {
    const times: number[] = []
    for (let round = 0; round < 3 && Math.min(Infinity, ...times) > 1_000; round += 1) {
      await using made = await started()
      await enter(made)
      const begun = performance.now()
      await made.channel.stop()
      times.push(performance.now() - begun)
      await eventually(
        () => made.discord.gateway.open() === 0,
        () => `${name}: a connection was left open`,
      )
      if (name === 'out of reach') await made.discord.up()
    }
    assert.ok(Math.min(...times) < 1_000, `${name}: ${times.join(', ')} ms`)
  }
})

test('after a stop nothing connects again, and the channel can be started anew', async () => {
  await using made = await started({ pace: { ...quickPace, retryMs: [0] } })
  const { gateway } = made.discord
  gateway.drop()
  await eventually(() => gateway.open() === 0)
  await made.channel.stop()
  const before = gateway.events.length
  // discord.js waits half a second before it connects again.
  await new Promise((resolve) => setTimeout(resolve, 700))
  assert.equal(gateway.events.length, before)
  await made.start()
  await stillHears(made, 'after a second start')
})
