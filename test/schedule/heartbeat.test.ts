import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { InboundMessage } from '../../src/core/channel.ts'
import type { ChatRef } from '../../src/core/place.ts'
import { silent } from '../../src/core/log.ts'
import { zoneOf } from '../../src/kit/zone.ts'
import { heartbeat, heartbeatAnswer } from '../../src/schedule/heartbeat.ts'
import { heartbeatTasks } from '../../src/schedule/heartbeat-file.ts'
import '../../src/schedule/cron-expression.ts'
import { fakeClock } from '../fakes/clock.ts'
import { memoryStore } from '../fakes/store.ts'
import { morning } from './house.ts'

const minute = 60_000
const hour = 60 * minute
const template = readFileSync('workspace/HEARTBEAT.md', 'utf8')

function setUp(text: string | undefined) {
  const clock = fakeClock(morning)
  const store = memoryStore(clock)
  const file = { text }
  const settings = { enabled: true, minutes: 30 }
  const owner: { chat: ChatRef | undefined } = { chat: { channel: 'telegram', chat: 'owner' } }
  let [id, looks] = [0, 0]
  const parts = {
    settings: () => settings,
    async readFile() {
      looks += 1
      return file.text
    },
    ...store,
    clock,
    log: silent,
    zone: zoneOf('UTC'),
    newId: () => `id-${(id += 1)}`,
    stored: async (message: InboundMessage) => ({ session: 'agent:main:owner', payload: JSON.stringify(message) }),
    ownerChats: async () => (owner.chat ? [owner.chat] : []),
  }
  return {
    clock,
    file,
    settings,
    owner,
    heart: heartbeat(parts),
    again: () => heartbeat(parts),
    looks: () => looks,
    async messages(): Promise<readonly InboundMessage[]> {
      return (await store.inbox.open()).map(({ payload }) => JSON.parse(payload) as InboundMessage)
    },
    /** The agent answers what waits for it. Resolves to the text of that. */
    async answered(): Promise<string> {
      const items = await store.inbox.open()
      await store.inbox.done(items.map((item) => item.id))
      return items.map(({ payload }) => (JSON.parse(payload) as InboundMessage).text).join('')
    },
  }
}

test('the template, an empty file and a missing one ask no model', async () => {
  for (const text of [template, '', undefined, '# Only a heading\n\n<!-- - a task\n- in a comment -->\n', '- \n']) {
    const { heart, messages } = setUp(text)
    assert.equal(await heart.beat(), false)
    assert.deepEqual(await messages(), [])
  }
})

test('an unchanged file asks no model, however often it is looked at, over a restart too', async () => {
  const { heart, again, clock, messages } = setUp(`${template}\n- Check unread mail\n`)
  assert.equal(await heart.beat(), true)
  for (let look = 0; look < 50; look += 1) {
    await clock.advance(30 * minute)
    assert.equal(await (look % 2 ? heart : again()).beat(), false)
  }
  const [message, ...others] = await messages()
  assert.deepEqual(others, [])
  assert.deepEqual(message?.due, { cause: 'heartbeat', name: 'heartbeat', role: 'owner' })
  assert.deepEqual(message?.at, { channel: 'telegram', chat: 'owner' })
  assert.match(
    message?.text ?? '',
    /^# Heartbeat\n\nCurrent time: 2026-11-30 08:00\n[^]*\n- Check unread mail\n[^]*respond ONLY with: HEARTBEAT_OK$/,
  )
})

test('only what is new in a changed file is asked', async () => {
  const { heart, file, answered } = setUp('- one\n- two\n')
  await heart.beat()
  await answered()
  file.text = '- two\n- three\n  with more about it\n'
  assert.equal(await heart.beat(), true)
  const text = await answered()
  assert.match(text, /\n- three\n {2}with more about it\n/)
  assert.doesNotMatch(text, /- two/)
})

test('a task with a time is asked when it is due, and not before', async () => {
  const { heart, clock, answered } = setUp(
    '- daily 09:00: read the news\n- every 2h: look at the oven\n- 2026-11-30 10:15: call mum\n- sun 07:00: rest\n',
  )
  const asked: string[] = []
  for (let at = 0; at <= 25 * hour; at += 15 * minute) {
    await heart.beat()
    const tasks = (await answered()).split('\n').filter((line) => line.startsWith('- '))
    for (const task of tasks) asked.push(`${at / hour} ${task.replace(/.*: /, '')}`)
    await clock.advance(15 * minute)
  }
  const oven = [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24].map((at) => `${at} look at the oven`)
  assert.deepEqual(
    asked.filter((line) => line.endsWith('oven')),
    oven,
  )
  assert.deepEqual(
    asked.filter((line) => !line.endsWith('oven')),
    ['1 read the news', '2.25 call mum', '25 read the news'],
  )
})

test('a task that is written down again is done again', async () => {
  const { heart, file, clock, answered } = setUp('- Check the backup\n')
  for (let week = 0; week < 3; week += 1) {
    file.text = '- Check the backup\n'
    assert.equal(await heart.beat(), true, `week ${week}`)
    assert.match(await answered(), /\n- Check the backup\n/)
    file.text = ''
    assert.equal(await heart.beat(), false)
    await clock.advance(7 * 24 * hour)
  }
})

test('what is due while an earlier heartbeat waits is asked once that is answered, and only once', async () => {
  const { heart, file, clock, messages, answered } = setUp('- one\n- every 1h: look at the oven\n')
  await heart.beat()
  file.text += '- two\n- every 3h: air the room\n'
  for (let passed = 0; passed < 3; passed += 1) {
    assert.equal(await heart.beat(), false)
    assert.equal((await messages()).length, 1)
    await clock.advance(hour)
  }
  assert.doesNotMatch(await answered(), /two/)
  assert.equal(await heart.beat(), true)
  assert.match(await answered(), /\n- every 1h: look at the oven\n- two\n- every 3h: air the room\n/)
  assert.equal(await heart.beat(), false)
})

test('a heartbeat that waits on a channel that is off stops none on another', async () => {
  const { heart, file, owner, messages } = setUp('- one\n')
  await heart.beat()
  owner.chat = { channel: 'discord', chat: 'owner' }
  file.text += '- two\n'
  assert.equal(await heart.beat(), true)
  assert.equal((await messages()).length, 2)
})

test('without a chat to answer to a task waits', async () => {
  const { heart, owner, messages } = setUp('- one\n')
  const chat = owner.chat
  owner.chat = undefined
  assert.equal(await heart.beat(), false)
  owner.chat = chat
  assert.equal(await heart.beat(), true)
  assert.equal((await messages()).length, 1)
})

test('two processes that look at the same moment ask once', async () => {
  const { heart, again, messages } = setUp('- one\n')
  const both = await Promise.all([heart.beat(), again().beat()])
  assert.deepEqual(both.toSorted(), [false, true])
  assert.equal((await messages()).length, 1)
})

test('a simulated week: as many looks as the interval has, none too many, and none once it is off', async () => {
  const { heart, clock, looks, settings } = setUp('- one\n')
  const stop = new AbortController()
  const running = heart.run(stop.signal)
  await clock.advance(1_000)
  assert.equal(looks(), 1)
  await clock.advance(7 * 24 * hour)
  assert.equal(looks(), 1 + 7 * 48)
  settings.enabled = false
  await clock.advance(24 * hour)
  assert.equal(looks(), 1 + 7 * 48)
  settings.enabled = true
  settings.minutes = 1
  // Five minutes are the least.
  await clock.advance(hour)
  assert.ok(looks() - (1 + 7 * 48) <= 13 && looks() - (1 + 7 * 48) >= 11, String(looks()))
  stop.abort()
  await running
})

test('HEARTBEAT_OK never reaches a chat', () => {
  for (const text of ['HEARTBEAT_OK', ' HEARTBEAT_OK.\n', '**HEARTBEAT_OK**', '`HEARTBEAT_OK`', ''])
    assert.equal(heartbeatAnswer(text), undefined, text)
  assert.equal(heartbeatAnswer('Two new mails.\n\nHEARTBEAT_OK'), 'Two new mails.')
  assert.equal(heartbeatAnswer('Two new mails.'), 'Two new mails.')
})

test('tasks are told from headings, comments and other words; a wrong time is no time', () => {
  const tasks = heartbeatTasks(
    '# A\n* [ ] one\nevery 90 minutes: two\nweekdays 7:05: three\ndaily 25:00: four\nmon, fri 08:00: five\n',
    () => undefined,
  )
  assert.deepEqual(
    tasks.map(({ text, times }) => [text, times]),
    [
      ['one', undefined],
      ['every 90 minutes: two', { kind: 'every', everyMs: 90 * minute }],
      ['weekdays 7:05: three', { kind: 'cron', expr: '5 7 * * 1-5' }],
      ['daily 25:00: four', undefined],
      ['mon, fri 08:00: five', { kind: 'cron', expr: '0 8 * * mon,fri' }],
    ],
  )
})
