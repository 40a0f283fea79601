import assert from 'node:assert/strict'
import { test } from 'node:test'
import { personJobs } from '../../src/schedule/person-jobs.ts'
import type { Schedule } from '../../src/tools/ports.ts'
import { contextOf } from '../tools/context.ts'
import { chat, morning, scheduleHouse } from './house.ts'

const minute = 60_000
const asker = (id: string, role: 'owner' | 'member' = 'member') => ({
  ...contextOf('telegram'),
  origin: { channel: 'telegram', chat: id },
  sender: { id, name: id },
  role,
})
const work = { name: 'tea', message: 'Tea!', timing: { kind: 'every', everyMs: minute }, to: chat } as const

test('a person sees and changes their own jobs, an owner all of them', async () => {
  const { editor } = scheduleHouse()
  // What the cron tool asks for is what the schedule gives.
  const jobs: Schedule = personJobs(editor)
  const anna = await jobs.add(work, asker('anna'))
  await jobs.add({ ...work, name: 'coffee' }, asker('bob'))
  const names = async (context: ReturnType<typeof asker>) =>
    (await jobs.list(context)).map(({ name }) => name).toSorted()
  assert.deepEqual(await names(asker('anna')), ['tea'])
  assert.deepEqual(await names(asker('carl', 'owner')), ['coffee', 'tea'])
  assert.equal(await jobs.change(anna.id, { enabled: false }, asker('bob')), undefined)
  assert.equal(await jobs.remove(anna.id, asker('bob')), false)
  assert.deepEqual([anna.nextAt, anna.enabled], [morning + minute, true])
  const changed = await jobs.change(anna.id, { message: 'Green tea!', enabled: false }, asker('anna'))
  assert.deepEqual([changed?.message, changed?.enabled, changed?.nextAt], ['Green tea!', false, undefined])
  assert.equal((await jobs.change(anna.id, { enabled: true }, asker('carl', 'owner')))?.nextAt, morning + minute)
  assert.equal(await jobs.remove(anna.id, asker('anna')), true)
})

test('a job goes on in the conversation of whoever asked for it, that of a sub-agent in none', async () => {
  const { editor } = scheduleHouse()
  const jobs = personJobs(editor)
  const context = asker('anna')
  const sessionOf = async (id: string) => (await editor.get(id))?.session
  assert.equal(await sessionOf((await jobs.add(work, context)).id), context.session)
  assert.equal(await sessionOf((await jobs.add(work, { ...context, depth: 1 })).id), undefined)
})

test('a job keeps the rights of whoever it was made for', async () => {
  const { editor, schedule, clock, messages } = scheduleHouse()
  await personJobs(editor).add(work, asker('anna'))
  await clock.advance(minute)
  await schedule.tick()
  assert.deepEqual(
    (await messages()).map(({ due, at }) => [due?.role, at]),
    [['member', chat]],
  )
})
