import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { admission } from '../../src/app/desk/admission.ts'
import { openHouse } from '../../src/app/house.ts'
import { environment } from '../../src/config/environment.ts'
import type { InboundMessage } from '../../src/core/channel.ts'
import { fakeClock } from '../fakes/clock.ts'
import { emptyHome, writeConfig } from '../e2e/program.ts'

const ids: Readonly<Record<string, string>> = { telegram: '7', discord: '8' }

/** Admission to a house whose owner writes on two platforms; and how often it was stored where. */
async function door() {
  const home = emptyHome()
  const clock = fakeClock()
  writeConfig(home, { version: 3, owners: ['telegram:7', 'discord:8'] })
  const house = await openHouse({
    environment: environment({ HOME: home, PICOCLAW_HOME: home }),
    write: () => undefined,
    debug: false,
    clock,
  })
  let stored = 0
  const notes: typeof house.store.notes = {
    ...house.store.notes,
    async put(name, value) {
      stored += 1
      await house.store.notes.put(name, value)
    },
  }
  const entrance = admission({ ...house, current: house.current, store: { ...house.store, notes } }, () => 'id')
  return {
    stored: () => stored,
    places: async () => (await entrance.ownerChats()).map(({ channel, chat }) => `${channel} ${chat}`),
    async writes(channel: string) {
      const id = ids[channel] ?? ''
      await clock.advance(60_000)
      const message: InboundMessage = {
        id: String(clock.now()),
        from: { id, name: 'Ann' },
        at: { channel, chat: id },
        kind: 'direct',
        text: 'hello',
        attachments: [],
        addressed: true,
      }
      assert.equal((await entrance.admit(channel, message)).pass, true)
    },
    async [Symbol.asyncDispose]() {
      await house.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

test('an owner is where the last message came from, also back in a chat that is known', async () => {
  await using owner = await door()
  await owner.writes('telegram')
  await owner.writes('discord')
  assert.deepEqual(await owner.places(), ['discord 8', 'telegram 7'])
  await owner.writes('telegram')
  assert.deepEqual(await owner.places(), ['telegram 7', 'discord 8'])
})

test('the same chat again is stored once', async () => {
  await using owner = await door()
  for (let message = 0; message < 5; message += 1) await owner.writes('telegram')
  assert.equal(owner.stored(), 1)
})
