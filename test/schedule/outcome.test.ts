import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chat, creator, scheduleHouse } from './house.ts'

const minute = 60_000

test('a job that fails again and again is told of once and runs less often, until it is well again', async () => {
  const { editor, schedule, clock, answered, sent } = scheduleHouse()
  const { id } = await editor.add({
    name: 'news',
    message: 'x',
    schedule: { kind: 'every', everyMs: minute },
    to: chat,
    createdBy: creator,
  })
  const waits: number[] = []
  for (let run = 0; run <= 8; run += 1) {
    const next = (await editor.get(id))?.nextAt ?? 0
    waits.push((next - clock.now()) / minute)
    await clock.advance(next - clock.now())
    await schedule.tick()
    // The last run is answered.
    await answered(run < 8 ? { ok: false, error: 'No model answered.' } : { ok: true })
  }
  assert.deepEqual(waits, [1, 1, 1, 1, 1, 2, 4, 8, 16])
  assert.equal(sent.length, 1)
  assert.match(
    sent[0]?.text ?? '',
    /^The scheduled job "news" \(\w+\) failed 3 times in a row: No model answered\.\nIt goes on, less often while it fails; next Mon 30 Nov 2026 08:0\d \(UTC\)\.$/,
  )
  assert.deepEqual([(await editor.get(id))?.failures, (await editor.get(id))?.lastError], [0, undefined])
})

test('a run whose words were not delivered is a failure, whichever is heard first', async () => {
  for (const order of [
    [true, false],
    [false, true],
  ]) {
    const { editor, schedule, clock, messages } = scheduleHouse()
    const { id } = await editor.add({
      message: 'x',
      schedule: { kind: 'every', everyMs: minute },
      to: chat,
      createdBy: creator,
    })
    await clock.advance(minute)
    await schedule.tick()
    const message = (await messages())[0]?.id ?? ''
    await Promise.all(order.map((ok) => schedule.report(message, ok ? { ok } : { ok, error: 'blocked' })))
    const { lastStatus, lastError, failures } = (await editor.get(id)) ?? {}
    assert.deepEqual([lastStatus, lastError, failures], ['error', 'blocked', 1])
  }
})

test('a job without a chat goes to where an owner was last heard; with nobody there it fails and is kept', async () => {
  const { editor, schedule, process, clock, answered } = scheduleHouse()
  const { id } = await editor.add({ message: 'x', schedule: { kind: 'every', everyMs: minute }, createdBy: creator })
  await clock.advance(minute)
  await schedule.tick()
  assert.equal((await answered())[0]?.at.chat, 'owner')
  await clock.advance(minute)
  await process({ ownerChats: async () => [] }).tick()
  const job = await editor.get(id)
  assert.deepEqual([job?.lastStatus, job?.failures, job?.enabled], ['error', 1, true])
  assert.match(job?.lastError ?? '', /There is no chat to answer to/)
})
