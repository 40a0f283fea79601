import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { text } from 'node:stream/consumers'
import { type Log, silent } from '../../src/core/log.ts'
import { userText } from '../../src/core/message.ts'
import type { Problem } from '../../src/core/problem.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { openStore } from '../../src/store/open.ts'

const fresh = () => join(mkdtempSync(join(tmpdir(), 'picoclaw-store-')), 'home', 'picoclaw.db')
const open = (file: string, log: Log = silent) => openStore(file, { clock: systemClock, log })
const child = (...args: readonly string[]) =>
  spawn(process.execPath, ['test/store/append-forever.ts', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })

test('nothing is made before the first use, and everything for the owner alone', async () => {
  const file = fresh()
  const store = open(file)
  assert.equal(existsSync(file), false)
  await store.close()
  assert.equal(existsSync(file), false)
  const used = open(file)
  await used.counters.next('x')
  await used.close()
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700)
})

test('what was stored is there after a restart', async () => {
  const file = fresh()
  const first = open(file)
  await first.sessions.append('s', 't', 1, [userText('a')])
  await first.close()
  const second = open(file)
  assert.equal((await second.sessions.read('s')).length, 1)
  await second.close()
})

test('four processes at once write one gapless log and draw every number once', async () => {
  const file = fresh()
  const outputs = await Promise.all(['a', 'b', 'c', 'd'].map((name) => text(child(file, name, '25').stdout)))
  const drawn = outputs.flatMap((output) => output.trim().split('\n').map(Number)).sort((left, right) => left - right)
  assert.deepEqual(
    drawn,
    Array.from({ length: 100 }, (_, index) => index),
  )
  const store = open(file)
  const log = await store.sessions.read('s')
  await store.close()
  assert.deepEqual(
    log.map(({ seq }) => seq),
    Array.from({ length: 200 }, (_, index) => index + 1),
  )
  for (let index = 0; index < log.length; index += 2) assert.equal(log[index]?.turn, log[index + 1]?.turn)
})

test('a process killed in the middle of writing leaves whole turns and a store that opens', async () => {
  for (let round = 0; round < 3; round += 1) {
    const file = fresh()
    const victim = child(file, 'a')
    await once(victim.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, 30 * (round + 1)))
    victim.kill('SIGKILL')
    await once(victim, 'exit')
    const warned: string[] = []
    const store = open(file, { ...silent, warn: (message) => warned.push(message) })
    const log = await store.sessions.read('s')
    await store.close()
    assert.deepEqual(warned, [])
    assert.ok(log.length > 0 && log.length % 2 === 0)
    assert.equal(log.at(-1)?.seq, log.length)
  }
})

test('an empty file is a new database', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'picoclaw-store-')), 'picoclaw.db')
  writeFileSync(file, '')
  const store = open(file)
  assert.equal(await store.counters.next('x'), 0)
  await store.close()
})

test('a file that is no database is set aside whole and told', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'picoclaw-store-')), 'picoclaw.db')
  const bytes = 'precious '.repeat(2_000)
  writeFileSync(file, bytes)
  const warned: string[] = []
  const store = open(file, { ...silent, warn: (message) => warned.push(message) })
  assert.equal(await store.counters.next('x'), 0)
  await store.close()
  const aside = readdirSync(join(file, '..')).find((name) => name.includes('.corrupt-'))
  assert.ok(aside)
  assert.equal(readFileSync(join(file, '..', aside), 'utf8'), bytes)
  assert.equal(warned.length, 1)
  assert.match(warned[0] ?? '', new RegExp(aside.replaceAll('.', '\\.')))
})

test('a database of a newer picoclaw is refused with what to do, and left as it is', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'picoclaw-store-')), 'picoclaw.db')
  const database = new DatabaseSync(file)
  database.exec('PRAGMA user_version = 9999')
  database.close()
  await assert.rejects(
    open(file).counters.next('x'),
    (problem: Problem) => /newer/.test(problem.message) && /Update/.test(problem.detail.mend ?? ''),
  )
})

test('a place that cannot be written is named', async () => {
  const blocker = join(mkdtempSync(join(tmpdir(), 'picoclaw-store-')), 'file')
  writeFileSync(blocker, '')
  const file = join(blocker, 'home', 'picoclaw.db')
  const store = open(file)
  await assert.rejects(
    store.counters.next('x'),
    (problem: Problem) => problem.name === 'Problem' && problem.message.includes(file),
  )
  await store.close()
})

test('what is asked often walks an index and sorts nothing', async () => {
  const file = fresh()
  const store = open(file)
  await store.counters.next('x')
  await store.close()
  const database = new DatabaseSync(file)
  const plan = (sql: string) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((row) => String(row['detail']))
      .join('; ')
  for (const [sql, index] of [
    ['SELECT * FROM session ORDER BY updated_at DESC LIMIT 100', 'session_by_update'],
    [`SELECT * FROM inbox WHERE state = 'open' ORDER BY at, number`, 'inbox_open'],
    ['SELECT * FROM outbox WHERE state = ? ORDER BY at DESC, number DESC LIMIT 1', 'outbox_by_state'],
    ['SELECT * FROM turn ORDER BY at DESC, number DESC LIMIT 1', 'turn_by_time'],
    ['SELECT * FROM turn WHERE session = ? ORDER BY at DESC, number DESC LIMIT 1', 'turn_by_session'],
    [`SELECT * FROM turn WHERE state = ? ORDER BY at DESC, number DESC LIMIT 1`, 'turn_by_state'],
    ['SELECT sum(micros) FROM spending WHERE scope = ? AND at >= ?', 'spending_by_scope'],
    ['SELECT json FROM ledger WHERE session = ? ORDER BY at DESC, id DESC LIMIT 1', 'ledger_by_session'],
  ] as const) {
    assert.match(plan(sql), new RegExp(`INDEX ${index}`), sql)
    assert.doesNotMatch(plan(sql), /TEMP B-TREE/, sql)
  }
  database.close()
})

test('the record of a process that ends at once is not lost', async () => {
  const file = fresh()
  const store = open(file)
  store.ledger.add({
    call: 'c',
    at: 1,
    cause: 'chat',
    endpoint: 'e',
    vendor: 'v',
    modelAsked: 'm',
    keyTag: '',
    outcome: 'ok',
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
    totalMs: 1,
  })
  await store.close()
  const again = open(file)
  assert.equal((await again.ledger.rows()).length, 1)
  await again.close()
})
