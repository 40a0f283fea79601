import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CommandOutcome } from '../../src/schedule/ports.ts'
import '../../src/schedule/cron-expression.ts'
import { chat, creator, scheduleHouse } from './house.ts'

const minute = 60_000
const every = { kind: 'every', everyMs: minute } as const

/** A command that runs until it is ended or told how it ended. */
function hanging() {
  const started: string[] = []
  const end = Promise.withResolvers<CommandOutcome>()
  const runCommand = (job: { readonly command?: string }, signal: AbortSignal) => {
    started.push(job.command ?? '')
    return new Promise<CommandOutcome>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('ended')), { once: true })
      void end.promise.then(resolve)
    })
  }
  return { started, runCommand, finish: end.resolve }
}

test('a text is sent as it stands, without a model', async () => {
  const { editor, schedule, clock, sent, messages, store } = scheduleHouse()
  await editor.add({ message: 'Drink water', schedule: every, deliver: true, to: chat, createdBy: creator })
  await clock.advance(minute)
  await schedule.tick()
  await schedule.settled()
  assert.deepEqual(
    sent.map(({ chat, text }) => [chat, text]),
    [['7', 'Drink water']],
  )
  assert.deepEqual([await messages(), await store.inbox.open()], [[], []])
})

test('a command runs once and what it prints is sent; silence is not', async () => {
  const outputs: CommandOutcome[] = [
    { ok: true, output: 'three new\n' },
    { ok: true, output: ' \n' },
    { ok: false, output: 'no such file' },
  ]
  const ran: string[] = []
  const { editor, schedule, clock, sent } = scheduleHouse({
    async runCommand(job) {
      ran.push(job.command ?? '')
      return outputs.shift() ?? { ok: false, output: 'once too often' }
    },
  })
  const { id } = await editor.add({
    name: 'mail',
    command: 'count-mail',
    schedule: every,
    to: chat,
    createdBy: creator,
  })
  for (let run = 0; run < 3; run += 1) {
    await clock.advance(minute)
    await schedule.tick()
    await schedule.settled()
  }
  assert.deepEqual(ran, ['count-mail', 'count-mail', 'count-mail'])
  assert.deepEqual(
    sent.map(({ text }) => text),
    ['three new', 'Scheduled command "count-mail" failed:\nno such file'],
  )
  const job = await editor.get(id)
  assert.deepEqual([job?.lastStatus, job?.lastError, job?.failures], ['error', 'no such file', 1])
})

test('a command is ended at its limit, and the chat is told', async () => {
  const { runCommand } = hanging()
  const { editor, schedule, clock, sent } = scheduleHouse({ runCommand })
  await editor.add({ command: 'sleep forever', schedule: every, to: chat, createdBy: creator })
  await clock.advance(minute)
  await schedule.tick()
  await clock.advance(5 * minute - 1)
  assert.equal(sent.length, 0)
  await clock.advance(1)
  await schedule.settled()
  assert.equal(sent[0]?.text, 'Scheduled command "sleep forever" failed:\nIt was ended after 5 minutes.')
})

test('a command that still runs is not started a second time beside itself', async () => {
  const { runCommand, started, finish } = hanging()
  const { editor, schedule, clock } = scheduleHouse({ runCommand })
  const { id } = await editor.add({ command: 'slow', schedule: every, to: chat, createdBy: creator })
  for (let run = 0; run < 3; run += 1) {
    await clock.advance(minute)
    await schedule.tick()
  }
  assert.deepEqual(started, ['slow'])
  assert.equal((await editor.get(id))?.nextAt, clock.now() + minute)
  finish({ ok: true, output: '' })
  await schedule.settled()
})

test('a command is not run again when its process died; the chat is told, and only when nobody works on it any more', async () => {
  const first = hanging()
  const { editor, schedule, process, clock, sent } = scheduleHouse({ runCommand: first.runCommand })
  const { id } = await editor.add({
    command: 'deploy',
    schedule: { kind: 'at', atMs: 0 + Date.parse('2026-11-30T08:01:00Z') },
    to: chat,
    createdBy: creator,
  })
  await clock.advance(minute)
  await schedule.tick()
  const second = hanging()
  // The first still lives: it renews its lease.
  const other = process({ runCommand: second.runCommand })
  for (let look = 0; look < 8; look += 1) {
    await clock.advance(15_000)
    await other.tick()
  }
  assert.deepEqual([sent, second.started], [[], []])
  // A third house on the same store, whose clock says that the first is long gone.
  const later = { ...clock, now: () => clock.now() + 10 * minute }
  const third = process({ runCommand: second.runCommand, clock: later })
  await third.tick()
  await third.settled()
  assert.deepEqual(second.started, [])
  assert.equal(
    sent[0]?.text,
    'Scheduled command "deploy": picoclaw ended while the command ran; it was not started again.',
  )
  assert.equal((await editor.get(id))?.lastStatus, 'error')
  first.finish({ ok: true, output: '' })
  await schedule.settled()
})

test('at the end what runs is ended and waited for', async () => {
  const { runCommand, started } = hanging()
  const { editor, schedule, clock, sent, store } = scheduleHouse({ runCommand })
  await editor.add({ command: 'slow', schedule: every, to: chat, createdBy: creator })
  const stop = new AbortController()
  const running = schedule.run(stop.signal)
  await clock.advance(minute)
  assert.deepEqual(started, ['slow'])
  stop.abort()
  await running
  // What it did is not known, so it is left for the next start to tell of.
  assert.deepEqual([sent.length, (await store.inbox.open()).length], [0, 1])
})

test('a job that was taken away after it was due is not run', async () => {
  const { runCommand, started } = hanging()
  const { editor, store, clock, process } = scheduleHouse({ runCommand })
  const { id } = await editor.add({ command: 'x', schedule: every, to: chat, createdBy: creator })
  await store.inbox.add({
    id: 'i',
    channel: 'schedule',
    platformId: `cron:${id}:1`,
    session: 'schedule',
    at: clock.now(),
    payload: JSON.stringify({ job: id, dueAt: 1 }),
  })
  await editor.remove(id)
  const other = process()
  await other.tick()
  await other.settled()
  assert.deepEqual([started, await store.inbox.open()], [[], []])
})

test('without a sandbox a command job fails honestly', async () => {
  const { editor, schedule, clock, sent } = scheduleHouse()
  await editor.add({ command: 'x', schedule: every, to: chat, createdBy: creator })
  await clock.advance(minute)
  await schedule.tick()
  await schedule.settled()
  assert.match(sent[0]?.text ?? '', /Jobs may not run commands here\./)
})

test('of two processes that look at the same moment one runs the command', async () => {
  const ran: string[] = []
  const runCommand = async () => {
    ran.push('ran')
    return { ok: true, output: 'done' }
  }
  const { editor, schedule, process, clock, sent } = scheduleHouse({ runCommand })
  const other = process()
  await editor.add({ command: 'x', schedule: every, to: chat, createdBy: creator })
  for (let run = 1; run <= 5; run += 1) {
    await clock.advance(minute)
    await Promise.all([schedule.tick(), other.tick()])
    await Promise.all([schedule.settled(), other.settled()])
    assert.deepEqual([ran.length, sent.length], [run, run])
  }
})
