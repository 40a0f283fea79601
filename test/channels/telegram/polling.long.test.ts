import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bot } from './bot.ts'

test('a thousand restarts never poll twice at once, and lose nothing', { timeout: 300_000 }, async () => {
  await using it = await bot()
  const rounds = 1_000
  for (let round = 1; round <= rounds; round += 1) {
    it.fake.say(`message ${round}`)
    await it.inbox.heard(round)
    await it.channel.stop()
    await it.channel.start(it.inbox)
  }
  assert.equal(it.fake.overlaps, 0)
  assert.equal(new Set(it.inbox.messages.map(({ text }) => text)).size, rounds)
})
