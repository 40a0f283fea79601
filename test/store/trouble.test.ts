import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { silent } from '../../src/core/log.ts'
import { userText } from '../../src/core/message.ts'
import type { Problem } from '../../src/core/problem.ts'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/store/open.ts'
import { sqliteStore } from '../../src/store/sqlite/store.ts'
import { transaction } from '../../src/store/sqlite/transaction.ts'
import { fakeClock } from '../fakes/clock.ts'

const options = { clock: fakeClock(), log: silent }
const day = 24 * 3_600_000

async function migrated(): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'picoclaw-store-')), 'picoclaw.db')
  const store = openStore(file, options)
  await store.notes.put('a', 1)
  await store.close()
  return file
}

/** A write to each port. */
const writes = {
  sessions: ({ sessions }) => sessions.append('s', 't', 1, [userText('a'.repeat(9_000))]),
  state: ({ sessions }) => sessions.change('s', { summary: 'x'.repeat(9_000) }),
  turns: ({ turns }) =>
    turns.begin({
      id: 't',
      session: 's',
      agent: 'a',
      cause: 'chat',
      at: 1,
      inbox: [],
      messages: [userText('x'.repeat(9_000))],
    }),
  inbox: ({ inbox }) =>
    inbox.add({ id: 'i', channel: 'c', platformId: 'p', session: 's', at: 1, payload: 'x'.repeat(9_000) }),
  outbox: ({ outbox }) =>
    outbox.add([{ id: 'o', channel: 'c', chat: 'x', session: 's', at: 1, payload: 'x'.repeat(9_000) }]),
  jobs: ({ jobs }) => jobs.put({ id: 'j', payload: 'x'.repeat(9_000), enabled: true }),
  blobs: ({ blobs }) => blobs.put(Uint8Array.of(1), 'x'.repeat(9_000)),
  grants: ({ grants }) =>
    grants.put({ id: 'g', subject: 's', payload: 'x'.repeat(9_000), state: 'asked', createdAt: 1 }),
  notes: ({ notes }) => notes.put('n', 'x'.repeat(9_000)),
  budget: ({ budget }) => budget.settle('b', 1, 1, ['x'.repeat(9_000)]),
  rests: ({ rests }) =>
    rests.put({
      key: 'x'.repeat(9_000),
      until: 1,
      failures: 1,
      billingFailures: 0,
      lastFailureAt: 1,
      reason: { endpoint: 'e', kind: 'auth', message: '', ms: 1, skipped: false },
    }),
  counters: ({ counters }) => counters.next('x'.repeat(9_000)),
  leases: ({ leases }) => leases.take('x'.repeat(9_000), 'o', 1, 2),
} satisfies Record<string, (store: Store) => Promise<unknown>>

for (const [name, write] of Object.entries(writes)) {
  test(`a full disk is told as a Problem: ${name}`, async () => {
    const file = await migrated()
    const database = new DatabaseSync(file)
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count'])
    database.exec(`PRAGMA max_page_count = ${pages}`)
    const store = sqliteStore(database, file, options)
    await assert.rejects(
      write(store),
      (problem: Problem) =>
        problem.name === 'Problem' &&
        /disk is full; nothing was stored/.test(problem.message) &&
        /Free some space/.test(problem.detail.mend ?? ''),
    )
    assert.equal(await store.notes.get('a'), 1, 'reading goes on')
    assert.equal(await store.sessions.info('s'), undefined, 'nothing was stored by half')
    await store.close()
  })

  test(`a read-only database is told as a Problem: ${name}`, async () => {
    const file = await migrated()
    const store = sqliteStore(new DatabaseSync(file, { readOnly: true }), file, options)
    await assert.rejects(
      write(store),
      (problem: Problem) =>
        problem.name === 'Problem' && problem.message.includes(file) && /writable/.test(problem.detail.mend ?? ''),
    )
    assert.equal(await store.notes.get('a'), 1)
    await store.close()
  })
}

test('a database that another process holds is told as a Problem, not waited for without end', async () => {
  const file = await migrated()
  const holder = new DatabaseSync(file)
  holder.exec('BEGIN IMMEDIATE')
  const store = sqliteStore(new DatabaseSync(file, { timeout: 20 }), file, options)
  await assert.rejects(store.notes.put('a', 2), (problem: Problem) => /another process/.test(problem.message))
  holder.exec('ROLLBACK')
  await store.notes.put('a', 2)
  holder.close()
  await store.close()
})

test('a blob is a file for the owner alone; one that is missing or damaged was never stored', async () => {
  const file = await migrated()
  const store = openStore(file, options)
  const id = await store.blobs.put(Uint8Array.from([1, 2, 3]), 'image/png')
  const path = join(file, '..', 'blobs', id.slice(0, 2), id)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  writeFileSync(path, 'other')
  assert.equal(await store.blobs.get(id), undefined)
  assert.equal(existsSync(path), false)
  assert.equal(await store.blobs.put(Uint8Array.from([1, 2, 3]), 'image/png'), id)
  assert.equal((await store.blobs.get(id))?.bytes.length, 3)
  writeFileSync(path, 'other')
  await store.blobs.put(Uint8Array.from([1, 2, 3]), 'image/png')
  assert.equal((await store.blobs.get(id))?.bytes.length, 3, 'putting it again mends it')
  await store.close()
})

test('pruning takes along what a killed process left behind, and nothing fresh', async () => {
  const file = await migrated()
  const store = openStore(file, options)
  const id = await store.blobs.put(Uint8Array.of(1), 'image/png')
  const folder = join(file, '..', 'blobs', id.slice(0, 2))
  const now = options.clock.now()
  for (const [name, at] of [
    ['.left.1.tmp', now - 2 * day],
    ['.fresh.1.tmp', now],
    [id, now - 2 * day],
  ] as const) {
    writeFileSync(join(folder, name), Uint8Array.of(1))
    utimesSync(join(folder, name), at / 1_000, at / 1_000)
  }
  assert.equal(await store.blobs.prune(now - day), 0)
  assert.deepEqual(readdirSync(folder).sort(), ['.fresh.1.tmp', id].sort())
  await store.close()
})

test('done messages are forgotten after 30 days, open and set-aside ones never', async () => {
  const clock = fakeClock()
  const file = join(mkdtempSync(join(tmpdir(), 'picoclaw-store-')), 'picoclaw.db')
  const store = openStore(file, { ...options, clock })
  const add = (id: string) =>
    store.inbox.add({ id, channel: 'c', platformId: id, session: 's', at: clock.now(), payload: '{}' })
  for (const id of ['done', 'open', 'aside']) await add(id)
  await store.inbox.done(['done'])
  await store.inbox.setAside(['aside'], 'why')
  await clock.advance(29 * day)
  assert.equal(await add('done'), false)
  await clock.advance(2 * day)
  assert.equal(await add('another'), true)
  assert.equal(await add('done'), true)
  assert.equal(await add('open'), false)
  assert.equal(await add('aside'), false)
  await store.close()
})

test('messages that were sent are forgotten after 30 days, others never', async () => {
  const clock = fakeClock()
  const file = join(mkdtempSync(join(tmpdir(), 'picoclaw-store-')), 'picoclaw.db')
  const store = openStore(file, { ...options, clock })
  const add = (id: string) =>
    store.outbox.add([{ id, channel: 'c', chat: '1', session: 's', at: clock.now(), payload: '{}' }])
  for (const id of ['sent', 'dead', 'uncertain', 'waiting']) await add(id)
  for (const state of ['sent', 'dead', 'uncertain'] as const) await store.outbox.mark(state, state)
  const left = async () => (await store.outbox.list()).map(({ id }) => id).sort()
  await clock.advance(29 * day)
  await add('early')
  assert.deepEqual(await left(), ['dead', 'early', 'sent', 'uncertain', 'waiting'])
  await clock.advance(2 * day)
  await add('late')
  assert.deepEqual(await left(), ['early', 'late', 'uncertain', 'waiting'])
  await store.close()
})

test('a transaction holds the right to write from its start, and what it throws undoes all of it', async () => {
  const file = await migrated()
  const [one, other] = [new DatabaseSync(file, { timeout: 0 }), new DatabaseSync(file, { timeout: 0 })]
  const count = () => Number(one.prepare('SELECT count(*) AS n FROM note').get()?.['n'])
  const work = () =>
    transaction(one, () => {
      assert.equal(count(), 1)
      assert.throws(() => other.exec(`DELETE FROM note`), /locked/, 'what was read stays true until the end')
      one.exec(`INSERT INTO note VALUES ('b', '2')`)
      throw new Error('changed its mind')
    })
  assert.throws(work, /changed its mind/)
  assert.equal(count(), 1)
  other.exec('DELETE FROM note')
  one.close()
  other.close()
})
