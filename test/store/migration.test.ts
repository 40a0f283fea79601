import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { silent } from '../../src/core/log.ts'
import { userText } from '../../src/core/message.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { openStore } from '../../src/store/open.ts'

/** A database as version 0.1.0 left it, word for word. */
const released = `
  CREATE TABLE session (
    key TEXT PRIMARY KEY,
    title TEXT,
    messages INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX session_by_update ON session (updated_at DESC);
  CREATE TABLE message (
    session TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    turn TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (session, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rest (
    key TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    billing_failures INTEGER NOT NULL,
    last_failure_at INTEGER NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    call TEXT NOT NULL,
    at INTEGER NOT NULL,
    session TEXT,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX ledger_by_time ON ledger (at);
  CREATE INDEX ledger_by_call ON ledger (call);
  CREATE INDEX ledger_by_session ON ledger (session, at);
  CREATE TABLE lease (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until INTEGER NOT NULL) STRICT;
  PRAGMA user_version = 1;`

function oldHome(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'picoclaw-store-')), 'picoclaw.db')
  const database = new DatabaseSync(file)
  database.exec(released)
  const session = database.prepare('INSERT INTO session VALUES (?, ?, ?, ?, ?)')
  const message = database.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?)')
  for (const [key, words] of [
    ['a', ['Where is the lobster?', 'In the kitchen.']],
    ['b', ['東京の天気は？']],
  ] as const) {
    session.run(key, words[0], words.length, 1, 2)
    for (const [index, text] of words.entries())
      message.run(key, index + 1, 1, `turn-${key}`, JSON.stringify(userText(text)))
  }
  database.exec(`
    INSERT INTO counter VALUES ('c', 7);
    INSERT INTO ledger VALUES (1, 'call', 5, 'a', '{"call":"call","at":5,"cause":"chat","outcome":"ok","costMicros":3}')`)
  database.close()
  return file
}

test('a database of the first version keeps everything and becomes searchable', async () => {
  const file = oldHome()
  const store = openStore(file, { clock: systemClock, log: silent })
  assert.deepEqual((await store.sessions.read('a')).length, 2)
  assert.deepEqual(
    (await store.sessions.search('lobster')).map(({ session, seq }) => `${session}${seq}`),
    ['a1'],
  )
  assert.equal((await store.sessions.search('東京'))[0]?.session, 'b')
  assert.equal((await store.sessions.ofTurn('turn-a')).length, 2)
  assert.equal(await store.counters.next('c'), 7)
  assert.equal((await store.ledger.sums('cause'))[0]?.costMicros, 3)
  await store.sessions.append('a', 't', 9, [userText('And the second lobster?')])
  await store.sessions.append('new', 't', 9, [userText('A lobster of its own')])
  assert.equal((await store.sessions.search('lobster')).length, 3)
  assert.equal(await store.sessions.remove('a'), true)
  assert.deepEqual(
    (await store.sessions.search('lobster')).map(({ session }) => session),
    ['new'],
  )
  await store.close()
})

test('two processes that migrate at once do it once', async () => {
  const file = oldHome()
  const [one, two] = [1, 2].map(() => openStore(file, { clock: systemClock, log: silent }))
  const counts = await Promise.all([one, two].map(async (store) => (await store?.sessions.search('kitchen'))?.length))
  assert.deepEqual(counts, [1, 1])
  await one?.close()
  await two?.close()
})

test('a migration that fails in the middle leaves the database as it was', async () => {
  const file = oldHome()
  const database = new DatabaseSync(file)
  database.exec(`UPDATE message SET json = 'no JSON' WHERE session = 'b'`)
  database.close()
  const store = openStore(file, { clock: systemClock, log: silent })
  await assert.rejects(store.sessions.list(), { name: 'Problem' })
  await store.close()
  const after = new DatabaseSync(file)
  assert.equal(after.prepare('PRAGMA user_version').get()?.['user_version'], 1)
  assert.equal(after.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE name = 'inbox'`).get()?.['n'], 0)
  assert.equal(after.prepare('SELECT count(*) AS n FROM message').get()?.['n'], 3)
  after.close()
})
