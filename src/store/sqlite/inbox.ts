import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'
import type { InboxItem, InboxStore } from '../../core/store.ts'
import { outboxWriter } from './outbox.ts'
import { transaction } from './transaction.ts'

/** For so long a message that was done is known again when it comes a second time. */
const rememberMs = 30 * 24 * 3_600_000
/** Done messages forgotten with each that is added: more than come, and few enough to cost nothing. */
const forgotten = 4

/** Stores one message; false when its platform id is known. Runs within the caller's transaction. */
export function inboxWriter(database: DatabaseSync): (item: Omit<InboxItem, 'tries' | 'turn'>) => boolean {
  const insert = database.prepare(`
    INSERT INTO inbox (id, channel, platform_id, session, at, payload) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (channel, platform_id) DO NOTHING`)
  return ({ id, channel, platformId, session, at, payload }) =>
    insert.run(id, channel, platformId, session, at, payload).changes > 0
}

export function inbox(database: DatabaseSync, clock: Clock): InboxStore {
  const insert = inboxWriter(database)
  const send = outboxWriter(database)
  const forget = database.prepare(`
    DELETE FROM inbox WHERE number IN (SELECT number FROM inbox WHERE state = 'done' AND ended_at < ? LIMIT ${forgotten})`)
  const open = database.prepare(`SELECT * FROM inbox WHERE state = 'open' ORDER BY at, number`)
  const begin = database.prepare(`
    UPDATE inbox SET tries = tries + 1 WHERE id = ? AND state = 'open' RETURNING tries`)
  const unbegin = database.prepare(`UPDATE inbox SET tries = tries - 1 WHERE id = ? AND state = 'open' AND tries > 0`)
  const replace = database.prepare(`
    UPDATE inbox SET payload = :payload
    WHERE channel = :channel AND platform_id = :platformId AND state = 'open' AND turn IS NULL`)
  // The words of a message that is done are in the log; only its id must be known on.
  const done = database.prepare(`
    UPDATE inbox SET state = 'done', payload = '', ended_at = :now WHERE id = :id AND state = 'open'`)
  const setAside = database.prepare(`
    UPDATE inbox SET state = 'aside', why = :why, ended_at = :now WHERE id = :id AND state = 'open'`)
  const reopen = database.prepare(`
    UPDATE inbox SET state = 'open', tries = 0, turn = NULL, why = NULL, ended_at = NULL
    WHERE id = :id AND state = 'aside'`)
  const drop = database.prepare(`
    UPDATE inbox SET state = 'done', payload = '', ended_at = :now WHERE id = :id AND state = 'aside'`)
  const aside = database.prepare(
    `SELECT * FROM inbox WHERE state = 'aside' ORDER BY ended_at DESC, number DESC LIMIT ?`,
  )

  return {
    async add(item) {
      return transaction(database, () => {
        forget.run(item.at - rememberMs)
        return insert(item)
      })
    },
    async open() {
      return open.all().map(asItem)
    },
    async begin(ids) {
      return transaction(database, () => Math.max(0, ...ids.map((id) => Number(begin.get(id)?.['tries'] ?? 0))))
    },
    async unbegin(ids) {
      transaction(database, () => ids.forEach((id) => unbegin.run(id)))
    },
    async replace(channel, platformId, payload) {
      return replace.run({ channel, platformId, payload }).changes > 0
    },
    async done(ids, outbox = []) {
      const now = clock.now()
      transaction(database, () => {
        for (const id of ids) done.run({ id, now })
        send(outbox)
      })
    },
    async setAside(ids, why, outbox = []) {
      const now = clock.now()
      transaction(database, () => {
        for (const id of ids) setAside.run({ id, why, now })
        send(outbox)
      })
    },
    async aside(limit = 100) {
      return aside.all(limit).map((row) => ({ ...asItem(row), why: String(row['why']) }))
    },
    async takeBack(id, as) {
      const { changes } = as === 'open' ? reopen.run({ id }) : drop.run({ id, now: clock.now() })
      return changes > 0
    },
  }
}

function asItem(row: Record<string, unknown>): InboxItem {
  return {
    id: String(row['id']),
    channel: String(row['channel']),
    platformId: String(row['platform_id']),
    session: String(row['session']),
    at: Number(row['at']),
    payload: String(row['payload']),
    tries: Number(row['tries']),
    ...(typeof row['turn'] === 'string' && { turn: row['turn'] }),
  }
}
