import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstChat } from '../../../src/dispatch/routing/moved-chats.ts'
import { memoryStore } from '../../fakes/store.ts'
import { scene } from '../scene.ts'

const chat = (id: string, channel = 'fake') => ({ channel, chat: id })

test('a chat that has another id now is known by its first one, in its own channel', async () => {
  const { channel, store } = await scene()
  await channel.receiver.moved?.(chat('-1'), chat('-1001'))
  await channel.receiver.moved?.(chat('-1001'), chat('-1002'))
  assert.equal(await firstChat(chat('-1001'), store.notes), '-1')
  assert.equal(await firstChat(chat('-1002'), store.notes), '-1')
  assert.equal(await firstChat(chat('-1'), store.notes), '-1')
  assert.equal(await firstChat(chat('-1002', 'other'), store.notes), '-1002')
})

test('chats that moved in a circle have a first id all the same', async () => {
  const { notes } = memoryStore()
  await notes.put('moved:fake:-1', '-2')
  await notes.put('moved:fake:-2', '-1')
  assert.equal(await firstChat(chat('-1'), notes), '-1')
})
