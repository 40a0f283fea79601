import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/json.ts'
import type { ToolContext } from '../../src/core/tool.ts'
import { zoneOf } from '../../src/kit/zone.ts'
import { type CronOptions, cronTool } from '../../src/tools/cron/index.ts'
import { fakeClock } from '../fakes/clock.ts'
import { fakeSchedule } from '../fakes/tool-ports.ts'
import { call, contextOf } from './context.ts'

const now = 1_700_000_000_000
function planner(options: Partial<CronOptions> = {}) {
  const schedule = fakeSchedule()
  const tool = cronTool({
    schedule,
    clock: fakeClock(now),
    zone: zoneOf('UTC'),
    named: false,
    commands: true,
    allowCommand: true,
    ...options,
  })
  return { schedule, tool, run: (input: JsonObject, context = contextOf()) => call(tool, input, context) }
}
const someone = (id: string, channel = 'cli'): ToolContext => ({ ...contextOf(channel), sender: { id, name: id } })

for (const [what, timing, kept, shown] of [
  ['once', { at_seconds: 600 }, { kind: 'at', atMs: now + 600_000 }, 'one-time'],
  ['again and again', { every_seconds: 60 }, { kind: 'every', everyMs: 60_000 }, 'every 60s'],
  ['by expression', { cron_expr: ' 0 9 * * 1-5 ' }, { kind: 'cron', expr: '0 9 * * 1-5' }, '0 9 * * 1-5'],
  [
    'by expression in a time zone',
    { cron_expr: '0 9 * * *', time_zone: 'Europe/Berlin' },
    { kind: 'cron', expr: '0 9 * * *', tz: 'Europe/Berlin' },
    '0 9 * * * Europe/Berlin',
  ],
  [
    'by the first that counts, zero and empty being nothing',
    { at_seconds: 0, every_seconds: 60, cron_expr: '' },
    { kind: 'every', everyMs: 60_000 },
    'every 60s',
  ],
] as const)
  test(`a job is planned ${what}`, async () => {
    const { schedule, run } = planner()
    const message = 'Remind me of the tea that stands in the kitchen'
    assert.deepEqual(await run({ action: 'add', message, ...timing }), {
      text: 'Cron job added: Remind me of the tea that stan (id: job-1)',
      failed: false,
    })
    const job = schedule.jobs.get('job-1')
    assert.deepEqual([job?.timing, job?.message, job?.to], [kept, message, contextOf().origin])
    assert.equal(
      (await run({ action: 'list' })).text,
      `Scheduled jobs:\n- Remind me of the tea that stan (id: job-1, ${shown})`,
    )
  })

test('a job without a message, a time or a chat is not planned', async () => {
  const { schedule, run } = planner()
  for (const [input, why, context] of [
    [{ every_seconds: 60 }, /message is required/, contextOf()],
    [{ message: 'x' }, /one of at_seconds, every_seconds, or cron_expr is required/, contextOf()],
    [{ message: 'x', every_seconds: 60 }, /no chat/, contextOf('')],
  ] as const) {
    const { text, failed } = await run({ action: 'add', ...input }, context)
    assert.ok(failed)
    assert.match(text, why)
  }
  assert.equal(schedule.jobs.size, 0)
})

test('a job is switched off and on, changed, shown and removed', async () => {
  const { schedule, run } = planner()
  assert.equal((await run({ action: 'list' })).text, 'No scheduled jobs')
  await run({ action: 'add', name: 'tea', message: 'Drink it', every_seconds: 60 })
  const of = (action: string, more: JsonObject = {}) => run({ action, job_id: 'job-1', ...more })
  assert.equal((await of('disable')).text, "Cron job 'tea' disabled")
  assert.match((await run({ action: 'list' })).text, /every 60s, disabled\)/)
  assert.equal((await of('enable')).text, "Cron job 'tea' enabled")
  assert.equal((await of('update', { cron_expr: '0 9 * * *' })).text, 'Cron job updated: tea (id: job-1)')
  assert.deepEqual(schedule.jobs.get('job-1')?.timing, { kind: 'cron', expr: '0 9 * * *' })
  assert.match((await of('get')).text, /message: Drink it\n {2}chat: cli:direct/)
  assert.match((await of('update', { every_seconds: 5, at_seconds: 5 })).text, /Several timings/)
  assert.match((await of('update')).text, /nothing to change/)
  assert.equal((await of('remove')).text, 'Cron job removed: job-1')
  for (const action of ['remove', 'enable', 'disable', 'get', 'update'])
    assert.match((await of(action, { name: 'x' })).text, /^Job job-1 not found/)
  assert.match((await run({ action: 'remove' })).text, /job_id is required for remove/)
})

test('the port decides whose jobs are shown and changed', async () => {
  const { run } = planner()
  await run({ action: 'add', message: 'x', every_seconds: 60 }, someone('ada'))
  assert.equal((await run({ action: 'list' }, someone('bob'))).text, 'No scheduled jobs')
  assert.match((await run({ action: 'remove', job_id: 'job-1' }, someone('bob'))).text, /not found/)
})

test('a command is planned only where commands are, from the terminal, and confirmed where that is asked for', async () => {
  const add = { action: 'add', message: 'x', every_seconds: 60, command: 'date' }
  assert.match((await planner({ commands: false }).run(add)).text, /switched off/)
  assert.match((await planner().run(add, contextOf('telegram'))).text, /restricted to internal channels/)
  assert.match((await planner({ allowCommand: false }).run(add)).text, /must be confirmed/)
  const { schedule, run } = planner({ allowCommand: false })
  assert.equal((await run({ ...add, command_confirm: true })).failed, false)
  assert.equal(schedule.jobs.get('job-1')?.command, 'date')
  assert.match(
    (await run({ action: 'update', job_id: 'job-1', command: 'ls' }, contextOf('telegram'))).text,
    /restricted/,
  )
})

test('looking has no effects, planning has, and a command is one more', () => {
  const { tool } = planner()
  const effects = (input: JsonObject) => tool.effects?.(input, contextOf())
  assert.deepEqual(effects({ action: 'list' }), [])
  assert.deepEqual(effects({ action: 'get', job_id: 'a' }), [])
  assert.deepEqual(effects({ action: 'remove', job_id: 'a' }), ['schedule'])
  assert.deepEqual(effects({ action: 'add', message: 'x', at_seconds: 1 }), ['schedule'])
  assert.deepEqual(effects({ action: 'add', message: 'x', at_seconds: 1, command: 'ls' }), ['schedule', 'run'])
})

test('the next run is told in words, in the zone of the job, else of the people', async () => {
  const { run } = planner({
    zone: zoneOf('Europe/Berlin'),
    schedule: {
      ...fakeSchedule(),
      add: async (job) => ({ ...job, id: 'j', enabled: true, nextAt: Date.parse('2026-03-30T07:00:00Z') }),
    },
  })
  const add = { action: 'add', name: 'tea', message: 'x', at_seconds: 60 }
  assert.match((await run(add)).text, /id: j, next: Mon 30 Mar 2026 09:00 \(Europe\/Berlin\)\)$/)
  assert.match((await run({ ...add, time_zone: 'Asia/Tokyo' })).text, /next: Mon 30 Mar 2026 16:00 \(Asia\/Tokyo\)\)$/)
})

test('the model is told which clocks are meant, and to ask where nobody has said so and they show UTC', () => {
  const told = (name: string, named: boolean) => planner({ zone: zoneOf(name), named }).tool.spec.description
  assert.match(told('Europe/Berlin', true), /Times of day are those of Europe\/Berlin\./)
  assert.match(told('UTC', true), /Times of day are those of UTC\./)
  assert.match(told('Europe/Berlin', false), /those of the clocks of this machine/)
  assert.match(told('UTC', false), /ask the person, once, for their time zone/)
  assert.doesNotMatch(told('Europe/London', false), /ask the person/)
})
