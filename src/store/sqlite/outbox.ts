import type { DatabaseSync } from 'node:sqlite'
import type { NewOutboxItem, OutboxItem, OutboxStore } from '../../core/store.ts'
import { conditions } from './conditions.ts'
import { transaction } from './transaction.ts'

/** For so long a message that was sent can be looked up; its words are in the log for longer. */
const keepMs = 30 * 24 * 3_600_000
/** Old messages forgotten with each that is added: more than come, and few enough to cost nothing. */
const forgotten = 4

type Write = <Item extends NewOutboxItem>(items: readonly Item[]) => readonly Item[]

/** Stores messages on their way out; one whose id is known stays as it is. Returns the new ones. Runs within the caller's transaction. */
export function outboxWriter(database: DatabaseSync): Write {
  const forget = database.prepare(`
    DELETE FROM outbox WHERE number IN (
      SELECT number FROM outbox WHERE state IN ('sent', 'dead') AND at < ? LIMIT ${forgotten})`)
  const insert = database.prepare(`
    INSERT INTO outbox (id, channel, chat, session, turn, at, payload) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO NOTHING`)
  return (items) =>
    items.filter(({ id, channel, chat, session, turn, at, payload }) => {
      forget.run(at - keepMs)
      return insert.run(id, channel, chat, session, turn ?? null, at, payload).changes > 0
    })
}

export function outbox(database: DatabaseSync): OutboxStore {
  const insert = outboxWriter(database)
  const open = database.prepare(`
    SELECT * FROM outbox WHERE state IN ('waiting', 'sending') AND (:channel IS NULL OR channel = :channel)
    ORDER BY at, number`)
  const mark = database.prepare(`
    UPDATE outbox SET state = :state, note = :note, platform_id = coalesce(:platformId, platform_id) WHERE id = :id`)
  return {
    async add(items) {
      return transaction(database, () => insert(items))
    },
    async open(channel) {
      return open.all({ channel: channel ?? null }).map(asItem)
    },
    async mark(id, state, { note, platformId } = {}) {
      mark.run({ id, state, note: note ?? null, platformId: platformId ?? null })
    },
    async list({ limit = 100, state, session, channel, chat } = {}) {
      const { where, values } = conditions({ state, session, channel, chat })
      return database
        .prepare(`SELECT * FROM outbox ${where} ORDER BY at DESC, number DESC LIMIT :limit`)
        .all({ ...values, limit })
        .map(asItem)
    },
  }
}

function asItem(row: Record<string, unknown>): OutboxItem {
  return {
    id: String(row['id']),
    channel: String(row['channel']),
    chat: String(row['chat']),
    session: String(row['session']),
    ...(typeof row['turn'] === 'string' && { turn: row['turn'] }),
    at: Number(row['at']),
    payload: String(row['payload']),
    state: row['state'] as OutboxItem['state'],
    ...(typeof row['note'] === 'string' && { note: row['note'] }),
    ...(typeof row['platform_id'] === 'string' && { platformId: row['platform_id'] }),
  }
}
