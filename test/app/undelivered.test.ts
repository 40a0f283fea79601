import assert from 'node:assert/strict'
import { test } from 'node:test'
import { undelivered } from '../../src/app/gateway/undelivered.ts'
import { silent } from '../../src/core/log.ts'
import type { OutboundMessage } from '../../src/core/channel.ts'
import { type ChatRef, isSamePlace } from '../../src/core/place.ts'
import type { Undelivered } from '../../src/dispatch/deliver.ts'

const to = { channel: 'telegram', chat: '-5', thread: '7' }
const job = { name: 'standup', run: 'cron:j1:1' }
const lost: Undelivered = { message: { to, text: 'x', job }, state: 'dead', why: 'Blocked.', closedSince: 1_000 }

/** A house whose owner was seen in these chats, the latest first, of which some can be reached now. */
function house(ownerChats: readonly ChatRef[] = [], reached: readonly ChatRef[] = ownerChats) {
  const told: { readonly channel: string; readonly session: string; readonly message: OutboundMessage }[] = []
  const reports: unknown[] = []
  const reaches = (place: ChatRef) => reached.some((chat) => isSamePlace(chat, place))
  const send = async (channel: string, session: string, message: OutboundMessage) =>
    void told.push({ channel, session, message })
  const desk = { admission: { ownerChats: async () => ownerChats }, road: { reaches, send }, log: silent }
  return {
    told,
    reports,
    hears: (one: Undelivered) => undelivered(one, desk, async (...report) => void reports.push(report)),
  }
}

const here = { channel: 'telegram', chat: '1' }
const there = { channel: 'discord', chat: '2' }

test('a job whose words a closed chat did not take is a failure, and an owner is told where they can be reached', async () => {
  const { told, reports, hears } = house([here, there], [there])
  await hears(lost)
  assert.deepEqual(reports, [['cron:j1:1', { ok: false, error: 'It could not be delivered: Blocked.' }]])
  assert.equal(told.length, 1)
  const [{ channel, message }] = told as [(typeof told)[number]]
  assert.deepEqual([channel, message.to], ['discord', there])
  assert.equal(message.text, 'What the job "standup" says does not reach the chat telegram -5 (thread 7): Blocked.')
})

test('the notice has one key for a job and as long as its chat is closed', async () => {
  const { told, hears } = house([here])
  await hears(lost)
  await hears({ ...lost, message: { ...lost.message, job: { ...job, run: 'cron:j1:2' } }, why: 'Still blocked.' })
  await hears({ ...lost, closedSince: 2_000 })
  await hears({ ...lost, message: { ...lost.message, job: { name: 'news' } } })
  const [first, ...rest] = told.map(({ message }) => message.key)
  assert.deepEqual(
    rest.map((key) => key === first),
    [true, false, false],
  )
})

test('an owner whom nobody can reach now is told later; where none was seen nobody is', async () => {
  const waiting = house([here, there], [])
  await waiting.hears(lost)
  assert.deepEqual(
    waiting.told.map(({ message }) => message.to),
    [here],
  )
  const { told, reports, hears } = house()
  await hears(lost)
  assert.deepEqual([told.length, reports.length], [0, 1])
})

test('what a chat is told itself, what may have arrived and what no job says is not told elsewhere', async () => {
  const { told, reports, hears } = house([here])
  const { closedSince: _, ...refused } = lost
  await hears(refused)
  assert.equal(reports.length, 1)
  await hears({ ...lost, state: 'uncertain' })
  await hears({ ...lost, message: { to, text: 'x' } })
  assert.deepEqual([told.length, reports.length], [0, 1])
})

test('words about a job are no run of it', async () => {
  const { told, reports, hears } = house([here])
  await hears({ ...lost, message: { ...lost.message, job: { name: 'standup' } } })
  assert.deepEqual([told.length, reports.length], [1, 0])
})
