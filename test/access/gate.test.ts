import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowListSummary } from '../../src/access/allow-list.ts'
import { gate, type GateQuestion, roleOf } from '../../src/access/gate.ts'
import { inbound } from './ports.ts'

const ask = (more: Partial<GateQuestion> = {}) =>
  gate({ message: inbound(), allowFrom: [], owners: [], members: [], ...more })
const group = (text: string, addressed = false) =>
  inbound({ kind: 'group', at: { channel: 'telegram', chat: '-100' }, text, addressed })

test('an empty allow list lets nobody in and names the line that would', () => {
  assert.deepEqual(ask(), {
    pass: false,
    why: 'stranger',
    line: 'add "123456" to channel_list.telegram.allow_from',
  })
  assert.equal(ask({ allowFrom: ['', ' '] }).pass, false)
})

test('every spelling of an entry lets its person in', () => {
  for (const entry of [
    '123456',
    ' 123456 ',
    '@alice',
    '123456|somebody',
    '999|alice',
    '999|@alice',
    'telegram:123456',
    'TELEGRAM:123456',
    'telegram:@alice',
    'telegram:123456|bob',
    '*',
  ])
    assert.deepEqual(ask({ allowFrom: [entry, 'another'] }), { pass: true, role: 'member', text: 'Hello' }, entry)
})

test('what only looks like a person lets nobody in', () => {
  for (const entry of ['alice', '@Alice', '@123456', '12345', '|', '@', 'discord:123456', 'telegram:', ':123456', '**'])
    assert.equal(ask({ allowFrom: [entry] }).pass, false, entry)
  const nameless = inbound({ from: { id: '', name: '', username: '' } })
  for (const entry of ['', '@', '|', 'telegram:', 'telegram:@'])
    assert.equal(ask({ message: nameless, allowFrom: [entry] }).pass, false, entry)
})

test('ids with the signs of an entry in them are ids', () => {
  const from = { id: '@alice:matrix.org', name: 'Alice' }
  const message = inbound({ from, at: { channel: 'matrix', chat: '!room:matrix.org' } })
  assert.equal(ask({ message, allowFrom: ['@alice:matrix.org', 'x'] }).pass, true)
  assert.equal(ask({ message, allowFrom: ['matrix:@alice:matrix.org', 'x'] }).pass, true)
  assert.equal(ask({ message, allowFrom: ['@bob:matrix.org'] }).pass, false)
})

test('a channel answers to its name and to its kind', () => {
  const message = inbound({ at: { channel: 'work', chat: '1' } })
  assert.equal(ask({ message, kind: 'telegram', allowFrom: ['telegram:123456', 'x'] }).pass, true)
  assert.equal(ask({ message, kind: 'telegram', allowFrom: ['work:123456', 'x'] }).pass, true)
  assert.equal(ask({ message, allowFrom: ['telegram:123456'] }).pass, false)
})

test('the owner is who is named so, or the only id of the list while nobody is named', () => {
  const roleUnder = (more: Partial<GateQuestion>) => {
    const answer = ask(more)
    return answer.pass && answer.role
  }
  assert.equal(roleUnder({ owners: ['telegram:123456'] }), 'owner')
  assert.equal(roleUnder({ allowFrom: ['123456'] }), 'owner')
  assert.equal(roleUnder({ allowFrom: ['telegram:123456'] }), 'owner')
  assert.equal(roleUnder({ allowFrom: ['123456|alice'] }), 'owner')
  assert.equal(roleUnder({ allowFrom: ['123456', '9'] }), 'member')
  assert.equal(roleUnder({ allowFrom: ['123456'], owners: ['discord:9'] }), 'member')
  assert.equal(roleUnder({ owners: ['123456'] }), false)
  assert.equal(roleUnder({ owners: ['discord:123456'] }), false)
  assert.equal(roleUnder({ owners: ['telegram:*'] }), false)
})

test('a username and an open list never make an owner', () => {
  for (const allowFrom of [['@alice'], ['999|alice'], ['*'], ['telegram:@alice']]) {
    const answer = ask({ allowFrom })
    assert.equal(answer.pass && answer.role, 'member', allowFrom[0])
  }
  assert.equal(ask({ owners: ['telegram:@alice'] }).pass, false)
})

test('the terminal is its owner’s by what it is, not by its name', () => {
  const message = inbound({ at: { channel: 'console', chat: 'direct' } })
  assert.deepEqual(ask({ message, local: true }), { pass: true, role: 'owner', text: 'Hello' })
  assert.equal(ask({ message }).pass, false)
})

test('paired people have the rights they were given, on their own channel only', () => {
  const members = [{ channel: 'telegram', id: '123456', role: 'member' }] as const
  const answer = ask({ members })
  assert.equal(answer.pass && answer.role, 'member')
  assert.equal(ask({ members: [{ ...members[0], channel: 'discord' }] }).pass, false)
  const raised = ask({ members: [{ ...members[0], role: 'owner' }] })
  assert.equal(raised.pass && raised.role, 'owner')
  assert.equal(roleOf({ channel: 'telegram', allowFrom: [], owners: [], members }, { id: '5' }), undefined)
})

test('a program is let in only where its id is listed', () => {
  const message = inbound({ from: { id: '77', name: 'Other bot', username: 'other', bot: true } })
  for (const allowFrom of [['*'], ['@other'], []]) assert.equal(refusal(ask({ message, allowFrom })), 'bot')
  assert.equal(ask({ message, allowFrom: ['77', '1'] }).pass, true)
})

const refusal = (answer: ReturnType<typeof gate>) => (answer.pass ? 'passed' : answer.why)

test('in groups a mention, a reply, a prefix or the absence of rules is needed', () => {
  const allowFrom = ['123456', '1']
  const said = (text: string, trigger: GateQuestion['groupTrigger'], addressed = false) => {
    const answer = ask({
      message: group(text, addressed),
      allowFrom,
      ...(trigger && { groupTrigger: trigger }),
    })
    return answer.pass ? answer.text : answer.why
  }
  assert.equal(said(' hi ', undefined), 'hi')
  assert.equal(said('hi', { mention_only: true }), 'not-addressed')
  assert.equal(said('hi', { mention_only: true }, true), 'hi')
  assert.equal(said('/ask hi', { prefixes: ['/a', '/ask'] }), 'hi')
  assert.equal(said('/ask hi', { mention_only: true, prefixes: ['/ask'] }), 'not-addressed')
  assert.equal(said('hi', { prefixes: ['/ask'] }), 'not-addressed')
  assert.equal(said('hi', { prefixes: [''] }), 'hi')
})

test('who may not talk is a stranger even when they address the bot', () => {
  assert.equal(refusal(ask({ message: group('hi', true) })), 'stranger')
})

test('an unaddressed message names the setting that keeps it out', () => {
  const answer = ask({ message: group('hi'), allowFrom: ['*'], groupTrigger: { mention_only: true } })
  assert.equal(!answer.pass && answer.line, 'set channel_list.telegram.group_trigger.mention_only to false')
})

test('what the schedule made has the rights it was made with', () => {
  const message = inbound({ due: { cause: 'cron', name: 'news', role: 'member' } })
  assert.deepEqual(ask({ message }), { pass: true, role: 'member', text: 'Hello' })
})

test('the line for a stranger shows what is hidden in an id', () => {
  const answer = ask({ message: inbound({ from: { id: 'a\u202eb\n', name: '' } }) })
  assert.equal(!answer.pass && answer.line, 'add "a\\u{202e}b\\n" to channel_list.telegram.allow_from')
})

test('a list tells whom it opens the door to', () => {
  assert.deepEqual(allowListSummary([]), { nobody: true, everybody: false, names: [] })
  assert.deepEqual(allowListSummary(['*', '@bob', '1']), { nobody: false, everybody: true, names: ['@bob'] })
})
