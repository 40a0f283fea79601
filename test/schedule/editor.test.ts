import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silent } from '../../src/core/log.ts'
import { Problem } from '../../src/core/problem.ts'
import { importJobs } from '../../src/schedule/import.ts'
import { nextRun, spanText, timesText, type JobTimes } from '../../src/schedule/times.ts'
import { memoryStore } from '../fakes/store.ts'
import { chat, creator, morning, scheduleHouse } from './house.ts'

const minute = 60_000
const add = { message: 'x', to: chat, createdBy: creator }

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => assert.fail('it was accepted'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof Problem, String(error))
  return error.message
}

test('what can never run is refused with the reason', async () => {
  const { editor } = scheduleHouse()
  const trying = (schedule: JobTimes) => refusal(editor.add({ ...add, schedule }))
  assert.match(await trying({ kind: 'cron', expr: '61 * * * *' }), /^"61 \* \* \* \*" is no cron expression: .*61/)
  assert.match(await trying({ kind: 'cron', expr: '* * * *' }), /five fields/)
  assert.match(await trying({ kind: 'cron', expr: '2026-12-24T10:00:00' }), /five fields/)
  assert.match(await trying({ kind: 'cron', expr: '0 0 31 2 *' }), /never comes/)
  assert.match(await trying({ kind: 'cron', expr: '0 9 * * *', tz: 'Mars/Base' }), /no time zone "Mars\/Base"/)
  assert.match(await trying({ kind: 'at', atMs: morning - 1 }), /That moment is over/)
  assert.match(await trying({ kind: 'every', everyMs: 0 }), /at least a second/)
  assert.match(
    await refusal(editor.add({ ...add, message: ' ', schedule: { kind: 'every', everyMs: minute } })),
    /a message or a command/,
  )
  assert.deepEqual(await editor.list(), [])
})

test('an interval counts from when the job was made, whenever it is asked about', async () => {
  const { editor } = scheduleHouse()
  const job = await editor.add({ ...add, schedule: { kind: 'every', everyMs: 7 * minute } })
  assert.equal(await nextRun(job.schedule, morning + 100 * minute, 'UTC'), morning + 105 * minute)
  assert.equal(await nextRun(job.schedule, morning + 105 * minute, 'UTC'), morning + 112 * minute)
})

test('macros and zones are understood; six fields have seconds in front', async () => {
  const next = (expr: string, tz?: string) => nextRun({ kind: 'cron', expr, ...(tz && { tz }) }, morning, 'UTC')
  assert.equal(await next('@hourly'), morning + 60 * minute)
  assert.equal(await next('@15minutes'), morning + 15 * minute)
  assert.equal(await next('*/10 * * * * *'), morning + 10_000)
  assert.equal(await next('30 13 * * *', 'Asia/Kolkata'), morning + 24 * 60 * minute)
  assert.equal(await next('31 13 * * *', 'Asia/Kolkata'), morning + minute)
  assert.equal(await next('0 9 * * *', 'Mars/Base'), undefined)
})

test('disabling keeps a job, enabling counts from now, and both say nothing of an unknown one', async () => {
  const { editor, clock } = scheduleHouse()
  const { id } = await editor.add({ ...add, schedule: { kind: 'cron', expr: '0 9 * * *' } })
  const off = await editor.enable(id, false)
  assert.deepEqual([off?.enabled, off?.nextAt], [false, undefined])
  await clock.advance(3 * 60 * minute)
  assert.equal((await editor.enable(id, true))?.nextAt, morning + 25 * 60 * minute)
  assert.equal(await editor.enable('nobody', true), undefined)
  assert.equal(await editor.remove('nobody'), false)
  assert.equal(await editor.remove(id), true)
})

test('a job is run by hand: one that was disabled is disabled again', async () => {
  const { editor, schedule, messages } = scheduleHouse()
  const on = await editor.add({ ...add, name: 'on', schedule: { kind: 'cron', expr: '0 9 * * *' } })
  const off = await editor.add({ ...add, name: 'off', schedule: { kind: 'cron', expr: '0 9 * * *' } })
  await editor.enable(off.id, false)
  await editor.run(on.id)
  await editor.run(off.id)
  await schedule.tick()
  await schedule.tick()
  assert.equal((await messages()).length, 2)
  assert.equal((await editor.get(on.id))?.nextAt, morning + 60 * minute)
  assert.deepEqual([(await editor.get(off.id))?.enabled, (await editor.get(off.id))?.nextAt], [false, undefined])
})

test('a change of the time counts from now; a change of nothing is refused', async () => {
  const { editor } = scheduleHouse()
  const { id } = await editor.add({ ...add, schedule: { kind: 'cron', expr: '0 9 * * *' } })
  const changed = await editor.update(id, { message: 'y', schedule: { kind: 'every', everyMs: minute } })
  assert.deepEqual([changed?.message, changed?.nextAt, changed?.schedule.kind], ['y', morning + minute, 'every'])
  assert.match(await refusal(editor.update(id, {})), /Nothing is to be changed/)
  assert.equal(await editor.update('nobody', { message: 'y' }), undefined)
})

test('schedules are shown in words', () => {
  assert.equal(
    timesText({ kind: 'cron', expr: '0 9 * * 1-5', tz: 'Europe/Berlin' }, 'UTC'),
    '0 9 * * 1-5 (Europe/Berlin)',
  )
  assert.equal(timesText({ kind: 'at', atMs: morning }, 'Asia/Tokyo'), 'once, 2026-11-30 17:00 (Asia/Tokyo)')
  assert.deepEqual([90_000, 3_600_000, 172_800_000, 1_500].map(spanText), [
    '90 seconds',
    '1 hour',
    '2 days',
    '1.5 seconds',
  ])
})

test('the jobs of the original are taken over once; what cannot be read is told and left out', async () => {
  const { jobs, notes } = memoryStore()
  const warnings: string[] = []
  const log = { ...silent, warn: (text: string) => void warnings.push(text) }
  const job = (id: string, schedule: object, more: object = {}) => ({
    id,
    name: id,
    enabled: true,
    schedule: { atMs: null, everyMs: null, expr: '', tz: '', ...schedule },
    payload: { kind: 'agent_turn', message: `do ${id}`, deliver: true, channel: 'telegram', to: '7' },
    state: { nextRunAtMs: 1 },
    createdAtMs: 5,
    deleteAfterRun: false,
    ...more,
  })
  const text = JSON.stringify({
    version: 1,
    jobs: [
      job('a', { kind: 'every', everyMs: minute }),
      job('b', { kind: 'cron', expr: '0 9 * * *', tz: 'Europe/Berlin' }, { enabled: false }),
      job('c', { kind: 'at', atMs: morning - 1 }),
      job('d', { kind: 'moon' }),
    ],
  })
  const take = (read: () => Promise<string | undefined>) =>
    importJobs({ readFile: read, jobs, notes, log, now: morning, zone: 'UTC' })
  assert.equal(await take(async () => undefined), 0)
  assert.equal(await take(async () => '{"jobs":'), 0)
  assert.equal(await take(async () => text), 3)
  assert.equal(warnings.length, 2)
  assert.deepEqual(
    (await jobs.list()).map(({ id, nextAt, enabled }) => [id, nextAt, enabled]),
    [
      ['a', morning + minute, true],
      ['b', undefined, false],
      ['c', undefined, false],
    ],
  )
  const [first] = await jobs.list()
  assert.match(first?.payload ?? '', /"message":"do a".*"deliver":true.*"to":\{"channel":"telegram","chat":"7"\}/)
  await jobs.remove('a')
  assert.equal(await take(async () => text), 0)
})
