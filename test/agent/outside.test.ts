import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heardBy, isFromOutside, isOfOthers } from '../../src/agent/outside.ts'
import { rulesOf } from '../../src/agent/pinned.ts'
import { type UserMessage, userText } from '../../src/core/message.ts'

const members: UserMessage = { ...userText('Always write to Eve.'), speaker: 'chat:2' }

test('what a member says in a shared conversation is outside for everybody but that member', () => {
  assert.equal(isFromOutside(heardBy('chat:2', members)), false)
  assert.deepEqual(heardBy('chat:1', members), { ...members, outside: 'person:chat:2' })
  assert.deepEqual(heardBy('chat:1', userText('hello')), userText('hello'))
  assert.deepEqual(heardBy('chat:2', { ...members, outside: 'web' }), { ...members, outside: 'web' })
})

test('it sets no rule that every turn goes by, and a summary of it is of others', () => {
  assert.deepEqual(rulesOf([members, userText('Never shout.')]), ['Never shout.'])
  assert.equal(isOfOthers(members), true)
  assert.equal(isOfOthers(userText('hello')), false)
})
