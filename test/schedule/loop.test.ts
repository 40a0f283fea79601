import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { silent } from '../../src/core/log.ts'
import { openStore } from '../../src/store/open.ts'
// Loaded before any fake time passes: the library is read from the disk at its first use.
import '../../src/schedule/cron-expression.ts'
import { chat, creator, morning, scheduleHouse } from './house.ts'

const minute = 60_000
const hour = 60 * minute
const nine = morning + hour
const daily = { kind: 'cron', expr: '0 9 * * *' } as const

test('a due job is a message with the rights of its creator, at its time, once', async () => {
  const { editor, schedule, clock, messages, store } = scheduleHouse()
  const job = await editor.add({
    name: 'brief',
    message: 'What is new?',
    schedule: daily,
    to: chat,
    createdBy: creator,
  })
  assert.equal(job.nextAt, nine)
  await schedule.tick()
  assert.deepEqual(await messages(), [])
  await clock.advance(hour)
  await schedule.tick()
  await schedule.tick()
  const [message, ...others] = await messages()
  assert.deepEqual(others, [])
  assert.deepEqual(message, {
    id: `cron:${job.id}:${nine}`,
    from: { id: '7', name: 'the schedule (brief)' },
    at: chat,
    kind: 'direct',
    text: 'What is new?',
    attachments: [],
    addressed: true,
    due: { cause: 'cron', name: 'brief', role: 'owner' },
  })
  assert.equal((await editor.get(job.id))?.nextAt, nine + 24 * hour)
  const [item] = await store.inbox.open()
  assert.deepEqual([item?.channel, item?.session, item?.platformId], ['telegram', 'agent:main:7', message?.id])
})

test('a restart at every second around a due time makes exactly one run', async () => {
  for (let second = -20; second <= 20; second += 1) {
    const house = scheduleHouse()
    await house.editor.add({ message: 'x', schedule: daily, to: chat, createdBy: creator })
    await house.schedule.tick()
    // The first process ends so many seconds before or after; the second looks every second from then on.
    const restart = nine + second * 1_000
    for (let at = nine - 30_000; at <= nine + 30_000; at += 1_000) {
      await house.clock.advance(at - house.clock.now())
      if (at < restart) await house.schedule.tick()
      else await house.process().tick()
    }
    assert.equal((await house.messages()).length, 1, `restart at ${second} s`)
  }
})

test('a process that ends between two looks loses nothing', async () => {
  const { editor, process, clock, answered } = scheduleHouse()
  await editor.add({ message: 'x', schedule: { kind: 'every', everyMs: minute }, to: chat, createdBy: creator })
  for (let run = 0; run < 10; run += 1) {
    await clock.advance(minute)
    await process().tick()
    assert.equal((await answered()).length, 1)
  }
})

test('after a time when nothing ran a job runs once, and the agent is told; with the policy skip not at all', async () => {
  const { editor, schedule, clock, messages } = scheduleHouse()
  await editor.add({
    name: 'once',
    message: 'x',
    schedule: { kind: 'every', everyMs: hour },
    to: chat,
    createdBy: creator,
  })
  const skip = await editor.add({ message: 'y', schedule: daily, to: chat, createdBy: creator, missed: 'skip' })
  await clock.advance(50 * hour)
  await schedule.tick()
  await schedule.tick()
  assert.deepEqual(
    (await messages()).map(({ text }) => text),
    ['x\n\n(This was due at 2026-11-30 09:00; picoclaw was not running then.)'],
  )
  const skipped = await editor.get(skip.id)
  assert.deepEqual(
    [skipped?.leftOut, skipped?.nextAt],
    [{ at: nine, why: 'picoclaw was not running then' }, nine + 72 * hour],
  )
})

test('a job for one moment that was missed still runs, and is kept when it shall not', async () => {
  const { editor, schedule, clock, messages } = scheduleHouse()
  const times = { kind: 'at', atMs: nine } as const
  await editor.add({ message: 'x', schedule: times, to: chat, createdBy: creator })
  const skip = await editor.add({ message: 'y', schedule: times, to: chat, createdBy: creator, missed: 'skip' })
  await clock.advance(50 * hour)
  await schedule.tick()
  assert.equal((await messages()).length, 1)
  const kept = await editor.get(skip.id)
  assert.deepEqual([kept?.enabled, kept?.leftOut?.at], [false, nine])
})

test('a job for one moment is there until its answer was given, and stays when it failed', async () => {
  const { editor, schedule, clock, messages, sent } = scheduleHouse()
  const times = { kind: 'at', atMs: nine } as const
  const good = await editor.add({ name: 'good', message: 'x', schedule: times, to: chat, createdBy: creator })
  const bad = await editor.add({ name: 'bad', message: 'y', schedule: times, to: chat, createdBy: creator })
  await clock.advance(hour)
  await schedule.tick()
  assert.equal((await editor.list()).length, 2)
  for (const { id, text } of await messages())
    await schedule.report(id, text === 'x' ? { ok: true } : { ok: false, error: 'No model answered.' })
  assert.equal(await editor.get(good.id), undefined)
  const kept = await editor.get(bad.id)
  assert.deepEqual([kept?.enabled, kept?.lastError], [false, 'No model answered.'])
  assert.match(sent[0]?.text ?? '', /^The scheduled job "bad" \(.*\) failed: No model answered\.\nIt is kept, disabled/)
})

test('a clock that is set back does not run a job again; one that ran far ahead does not silence it', async () => {
  const { editor, parts, process, answered } = scheduleHouse()
  const job = await editor.add({ message: 'x', schedule: daily, to: chat, createdBy: creator })
  let runs = 0
  const at = async (now: number) => {
    await process({ clock: { ...parts.clock, now: () => now } }).tick()
    runs += (await answered()).length
  }
  await at(nine)
  for (const back of [10_000, hour, 24 * hour]) await at(nine - back)
  await at(nine + 1_000)
  assert.equal(runs, 1)
  // Years ahead it made up for the next morning; then the clock is right again, and the morning after that counts.
  await at(nine + 1_000 * 24 * hour)
  assert.equal(runs, 2)
  await at(nine + 2 * hour)
  assert.equal((await editor.get(job.id))?.nextAt, nine + 24 * hour)
  await at(nine + 24 * hour)
  assert.equal(runs, 2)
  await at(nine + 48 * hour)
  assert.equal(runs, 3)
})

test('two processes on one file run each due time once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'picoclaw-schedule-'))
  const file = join(folder, 'picoclaw.db')
  const house = scheduleHouse({
    store: openStore(file, { clock: { now: () => morning, sleep: async () => {} }, log: silent }),
  })
  const other = openStore(file, { clock: house.clock, log: silent })
  try {
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await house.editor.add({
        name,
        message: name,
        schedule: { kind: 'every', everyMs: minute },
        to: chat,
        createdBy: creator,
      })
    const second = house.process(other)
    const seen = new Set<string>()
    for (let round = 0; round < 20; round += 1) {
      await house.clock.advance(minute)
      await Promise.all([house.schedule.tick(), second.tick()])
      const messages = await house.answered()
      assert.equal(messages.length, 5)
      for (const { id } of messages) seen.add(id)
    }
    assert.equal(seen.size, 100)
  } finally {
    await Promise.all([house.store.close(), other.close()])
    await rm(folder, { recursive: true })
  }
})

test('the loop sleeps to the next due time, wakes for changes, and sees those of other processes within 15 s', async () => {
  const { editor, schedule, clock, messages } = scheduleHouse()
  const stop = new AbortController()
  const running = schedule.run(stop.signal)
  await clock.advance(5_000)
  // Another process adds it: nobody nudges.
  await editor.add({
    message: 'from outside',
    schedule: { kind: 'every', everyMs: minute },
    to: chat,
    createdBy: creator,
  })
  await clock.advance(minute - 1)
  assert.equal((await messages()).length, 0)
  await clock.advance(1)
  assert.equal((await messages()).length, 1)
  await editor.add({ message: 'from here', schedule: { kind: 'every', everyMs: 2_000 }, to: chat, createdBy: creator })
  schedule.nudge()
  await clock.advance(2_000)
  assert.deepEqual(
    (await messages()).map(({ text }) => text),
    ['from outside', 'from here'],
  )
  stop.abort()
  await running
})

test('a store that cannot be read for a while does not end the schedule', async () => {
  let broken = true
  const house = scheduleHouse()
  const jobs = {
    ...house.store.jobs,
    list: () => (broken ? Promise.reject(new Error('disk')) : house.store.jobs.list()),
  }
  await house.editor.add({ message: 'x', schedule: { kind: 'every', everyMs: minute }, to: chat, createdBy: creator })
  const stop = new AbortController()
  const running = house.process({ jobs }).run(stop.signal)
  await house.clock.advance(2 * minute)
  assert.ok(house.log.length > 0)
  broken = false
  await house.clock.advance(15_000)
  assert.equal((await house.messages()).length, 1)
  stop.abort()
  await running
})

test('a job that nobody can read is told of once and touches no other', async () => {
  const { editor, schedule, store, clock, messages, log } = scheduleHouse()
  await store.jobs.put({ id: 'a', payload: 'not JSON', nextAt: morning, enabled: true })
  await store.jobs.put({ id: 'b', payload: '{"name":"b","schedule":{"kind":"moon"}}', nextAt: morning, enabled: true })
  await editor.add({ message: 'x', schedule: { kind: 'every', everyMs: minute }, to: chat, createdBy: creator })
  await clock.advance(minute)
  await schedule.tick()
  await schedule.tick()
  assert.equal((await messages()).length, 1)
  assert.equal(log.length, 2)
  assert.equal((await store.jobs.list()).length, 3)
})

test('whoever takes messages up is told of each one, once', async () => {
  const arrived: string[] = []
  const { editor, schedule, process, clock, answered } = scheduleHouse({
    arrived: ({ platformId }) => void arrived.push(platformId),
  })
  const answers: string[] = []
  await editor.add({ message: 'x', schedule: { kind: 'every', everyMs: minute }, to: chat, createdBy: creator })
  for (let run = 0; run < 3; run += 1) {
    await clock.advance(minute)
    await Promise.all([schedule.tick(), process().tick()])
    for (const { id } of await answered()) answers.push(id)
  }
  assert.equal(arrived.length, 3)
  assert.deepEqual(arrived, answers)
})

test('while its channel is off for a week a job of every hour waits once, and says what is left out and why', async () => {
  const { editor, schedule, clock, messages, answered, store } = scheduleHouse()
  const { id } = await editor.add({
    message: 'x',
    schedule: { kind: 'every', everyMs: hour },
    to: chat,
    createdBy: creator,
  })
  for (let passed = 0; passed < 7 * 24; passed += 1) {
    await clock.advance(hour)
    await schedule.tick()
  }
  assert.equal((await messages()).length, 1)
  const waiting = await editor.get(id)
  assert.deepEqual(
    [waiting?.leftOut, waiting?.nextAt, waiting?.lastStatus],
    [{ at: clock.now(), why: 'an earlier run still waits' }, clock.now() + hour, 'running'],
  )
  const [item] = await store.inbox.open()
  await store.inbox.begin([item?.id ?? ''])
  await clock.advance(hour)
  await schedule.tick()
  assert.equal((await editor.get(id))?.leftOut?.why, 'an earlier run still runs')
  assert.equal((await answered()).length, 1)
  await clock.advance(hour)
  await schedule.tick()
  assert.equal((await messages()).length, 1)
})

test('a run that waits on a channel that is off stops none that goes to another', async () => {
  let owner = 'telegram'
  const { editor, schedule, clock, messages } = scheduleHouse({
    ownerChats: async () => [{ channel: owner, chat: 'owner' }],
  })
  await editor.add({ message: 'x', schedule: { kind: 'every', everyMs: hour }, createdBy: creator })
  for (owner of ['telegram', 'discord', 'discord']) {
    await clock.advance(hour)
    await schedule.tick()
  }
  assert.deepEqual(
    (await messages()).map(({ at }) => at.channel),
    ['telegram', 'discord'],
  )
})

test('a job goes on in the conversation it was asked for in; without one, only a direct chat of an owner is private', async () => {
  const { editor, schedule, clock, answered } = scheduleHouse()
  const every = { kind: 'every', everyMs: hour } as const
  const group = { channel: 'telegram', chat: '-100500' }
  const session = 'agent:main:telegram:group:-100500'
  for (const wish of [{ to: group, session }, { to: group }, { to: chat }, {}])
    await editor.add({ name: JSON.stringify(wish), message: 'x', schedule: every, createdBy: creator, ...wish })
  await clock.advance(hour)
  await schedule.tick()
  assert.deepEqual(
    new Map((await answered()).map(({ due, kind }) => [due?.name, [due?.session, kind]])),
    new Map([
      [JSON.stringify({ to: group, session }), [session, 'group']],
      [JSON.stringify({ to: group }), [undefined, 'group']],
      [JSON.stringify({ to: chat }), [undefined, 'direct']],
      [JSON.stringify({}), [undefined, 'direct']],
    ]),
  )
})

test('when the zone of the house changes its jobs move with it, also while nothing runs; those of a zone of their own stay', async () => {
  const zone = { name: 'UTC' }
  const { editor, schedule, process, clock, answered } = scheduleHouse({ zone })
  const every = { kind: 'every', everyMs: 24 * hour } as const
  const wish = { message: 'x', to: chat, createdBy: creator }
  const house = await editor.add({ ...wish, schedule: { kind: 'cron', expr: '30 9 * * *' } })
  const others = [
    await editor.add({ ...wish, schedule: { kind: 'cron', expr: '30 9 * * *', tz: 'Asia/Tokyo' } }),
    await editor.add({ ...wish, schedule: every }),
    await editor.add({ ...wish, schedule: { kind: 'at', atMs: nine } }),
  ]
  await schedule.tick()
  assert.equal((await editor.get(house.id))?.nextAt, nine + hour / 2)
  zone.name = 'Europe/Berlin'
  await process().tick()
  assert.equal((await editor.get(house.id))?.nextAt, nine - hour / 2)
  for (const { id, nextAt } of others) assert.equal((await editor.get(id))?.nextAt, nextAt)
  await clock.advance(hour / 2)
  await schedule.tick()
  assert.equal((await answered()).length, 1)
})
