import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configSchema } from '../../../src/config/schema/config.ts'
import type { InboundMessage } from '../../../src/core/channel.ts'
import { route } from '../../../src/dispatch/routing/route.ts'

type Message = Parameters<typeof route>[0]
const direct = (id: string, more: Partial<InboundMessage> = {}): Message => ({
  from: { id, name: id },
  at: { channel: 'telegram', chat: id },
  kind: 'direct',
  addressed: true,
  ...more,
})
const group = (chat: string, id: string, more: Partial<InboundMessage> = {}): Message => ({
  from: { id, name: id },
  at: { channel: 'telegram', chat },
  kind: 'group',
  addressed: true,
  ...more,
})
const config = (more: { readonly agents?: object; readonly session?: object } = {}) => configSchema.parse(more)
const rules = (...list: readonly object[]) =>
  config({ agents: { list: [{ id: 'main' }, { id: 'support' }], dispatch: { rules: list } } })
const session = (message: Message, more: object = {}) => route(message, config({ session: more })).session

test('the four scopes tell direct chats apart as they say', () => {
  const message = direct('U7', { account: 'Bot 2' })
  assert.equal(session(message), 'agent:main:telegram:direct:u7')
  assert.equal(session(message, { dm_scope: 'main' }), 'agent:main:main')
  assert.equal(session(message, { dm_scope: 'per-peer' }), 'agent:main:direct:u7')
  assert.equal(session(message, { dm_scope: 'per-channel-peer' }), 'agent:main:telegram:direct:u7')
  assert.equal(session(message, { dm_scope: 'per-account-channel-peer' }), 'agent:main:telegram:bot-2:direct:u7')
  assert.equal(session(direct('u7'), { dm_scope: 'per-account-channel-peer' }), 'agent:main:telegram:default:direct:u7')
})

test('two people never share a conversation unless the configuration says so', () => {
  const people = [
    direct('1'),
    direct('2'),
    direct('1', { at: { channel: 'discord', chat: '1' } }),
    direct('', { at: { channel: 'telegram', chat: '77' } }),
    direct('', { at: { channel: 'telegram', chat: '78' } }),
    direct('x:1'),
    group('1', '1'),
    group('-5', '1'),
  ]
  const keys = people.map((message) => session(message))
  assert.equal(new Set(keys).size, people.length, keys.join(' '))
  assert.ok(!keys.includes('agent:main:main'))
})

test('a person with several ids has one conversation where scopes allow, and nobody else gets into it', () => {
  const identity_links = { Ann: ['telegram:123', 'Discord:A9'] }
  const discord = (id: string) => direct(id, { at: { channel: 'discord', chat: 'dm' } })
  const per = { dm_scope: 'per-peer', identity_links }
  assert.equal(session(direct('123'), per), 'agent:main:direct:ann')
  assert.equal(session(discord('a9'), per), 'agent:main:direct:ann')
  assert.equal(session(discord('123'), per), 'agent:main:direct:123')
  assert.equal(session(direct('evil:123'), per), 'agent:main:direct:evil:123')
  assert.equal(session(direct('123'), { identity_links }), 'agent:main:telegram:direct:ann')
  assert.equal(session(direct('123'), { dm_scope: 'main', identity_links }), 'agent:main:main')
})

test('groups, topics and threads have conversations of their own in every scope', () => {
  for (const dm_scope of ['main', 'per-peer', 'per-channel-peer', 'per-account-channel-peer']) {
    const of = (message: Message) => session(message, { dm_scope })
    assert.equal(of(group('-100', '1')), 'agent:main:telegram:group:-100')
    assert.equal(of(group('-100', '2')), 'agent:main:telegram:group:-100')
    const topic = { channel: 'telegram', chat: '-100', thread: '12' }
    assert.equal(of(group('-100', '1', { at: topic })), 'agent:main:telegram:group:-100/12')
    const guild = { at: { channel: 'discord', chat: 'C1' }, space: { kind: 'guild', id: 'G' } }
    assert.equal(of(group('C1', '1', guild)), 'agent:main:discord:channel:c1')
    const thread = { ...guild, at: { channel: 'discord', chat: 'T5' }, parent: 'C1' }
    assert.equal(of(group('T5', '1', thread)), 'agent:main:discord:channel:t5')
  }
  const at = { channel: 'telegram', chat: '1', thread: '9' }
  assert.equal(session(direct('1', { at })), 'agent:main:telegram:direct:1/9')
})

test('the console is the owner, whoever it says it is', () => {
  const at = { channel: 'console', chat: 'direct' }
  assert.equal(session(direct('console', { at })), 'agent:main:main')
  const listed = config({ agents: { list: [{ id: 'Sales Team' }] } })
  assert.deepEqual(route(direct('console', { at }), listed), {
    agent: 'Sales Team',
    session: 'agent:sales-team:main',
    matchedBy: 'default',
  })
})

test('the default agent is the one that says so, else the first, else main', () => {
  const agent = (list: readonly object[]) => route(direct('1'), config({ agents: { list } })).agent
  assert.equal(agent([]), 'main')
  assert.equal(agent([{ id: 'a' }, { id: 'main' }]), 'a')
  assert.equal(agent([{ id: 'a' }, { id: 'b', default: true }, { id: 'c', default: true }]), 'b')
})

test('the first rule that fits decides, and an agent that does not exist is the default one', () => {
  const at = { channel: 'telegram', chat: '-100', thread: '12' }
  const message = group('-100', '5', { at, addressed: false, account: 'b', space: { kind: 'workspace', id: 'T1' } })
  const by = (when: object, heard = message) => route(heard, rules({ name: 'r', agent: 'support', when })).matchedBy
  for (const when of [
    {},
    { channel: 'Telegram' },
    { account: 'B' },
    { account: '*' },
    { space: 'workspace:t1' },
    { space: 'team:T1' },
    { chat: 'group:-100' },
    { chat: 'channel:-100/12' },
    { topic: '12' },
    { topic: 'topic:12' },
    { sender: '5' },
    { sender: 'telegram:5' },
    { mentioned: false },
    { channel: 'telegram', chat: 'group:-100', sender: '5' },
  ])
    assert.equal(by(when), 'dispatch.rule:r', JSON.stringify(when))
  for (const when of [
    { channel: 'discord' },
    { account: 'default' },
    { space: 'guild:t1' },
    { chat: 'direct:-100' },
    { chat: '-100' },
    { topic: '1' },
    { sender: 'discord:5' },
    { mentioned: true },
    { channel: 'telegram', sender: '6' },
  ])
    assert.equal(by(when), 'default', JSON.stringify(when))
  assert.equal(
    by({ chat: 'channel:c1' }, group('t5', '1', { parent: 'C1' })),
    'dispatch.rule:r',
    'a thread of the chat',
  )
  assert.equal(by({ chat: 'direct:5' }, direct('5', { at: { channel: 'discord', chat: 'dm' } })), 'dispatch.rule:r')
  const two = rules({ agent: 'support', when: { sender: '9' } }, { agent: 'nobody', when: {} })
  assert.deepEqual(route(direct('9'), two), {
    agent: 'support',
    session: 'agent:support:telegram:direct:9',
    matchedBy: 'dispatch.rule:1',
  })
  assert.deepEqual(route(direct('1'), two), {
    agent: 'main',
    session: 'agent:main:telegram:direct:1',
    matchedBy: 'dispatch.rule:2',
  })
})

test('a rule may say what tells its conversations apart', () => {
  const of = (message: Message, session_dimensions?: readonly string[]) =>
    route(message, rules({ agent: 'support', when: {}, ...(session_dimensions && { session_dimensions }) })).session
  assert.equal(of(group('-100', '5'), ['chat', 'sender']), 'agent:support:telegram:group:-100:sender:5')
  assert.equal(of(group('-100', '5'), ['chat']), 'agent:support:telegram:group:-100')
  assert.equal(of(direct('5'), ['sender']), 'agent:support:direct:5')
  assert.equal(of(direct('5'), ['chat', 'sender']), 'agent:support:telegram:direct:5')
  assert.equal(of(direct('5'), []), 'agent:support:main')
  const each = { dimensions: ['chat', 'sender'], identity_links: { ann: ['telegram:5'] } }
  assert.equal(session(group('-100', '5'), each), 'agent:main:telegram:group:-100:sender:ann', 'so may the whole house')
  const guild = { at: { channel: 'discord', chat: 'C1' }, space: { kind: 'guild', id: 'G' } }
  assert.equal(of(group('C1', '5', guild), ['space']), 'agent:support:discord:space:guild:g')
  assert.equal(of(group('C1', '5', guild), ['space', 'chat']), 'agent:support:discord:channel:c1')
  assert.equal(of(group('C1', '5', guild), ['space', 'sender']), 'agent:support:discord:space:guild:g:sender:5')
})

test('a chat that has another id now keeps its conversation, and fits rules under both', () => {
  const moved = group('-1001', '7')
  assert.equal(route(moved, config(), '-1').session, session(group('-1', '7')))
  const by = (chat: string) => route(moved, rules({ name: 'r', agent: 'support', when: { chat } }), '-1').matchedBy
  assert.equal(by('group:-1'), 'dispatch.rule:r')
  assert.equal(by('group:-1001'), 'dispatch.rule:r')
  assert.equal(by('group:-2'), 'default')
})
