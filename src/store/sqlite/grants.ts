import type { DatabaseSync } from 'node:sqlite'
import type { Grant, GrantStore } from '../../core/store.ts'

export function grants(database: DatabaseSync): GrantStore {
  const put = database.prepare(`
    INSERT INTO grant (id, subject, payload, state, created_at, expires_at)
    VALUES (:id, :subject, :payload, :state, :createdAt, :expiresAt)
    ON CONFLICT (id) DO UPDATE SET
      subject = :subject, payload = :payload, state = :state, created_at = :createdAt, expires_at = :expiresAt`)
  const one = database.prepare('SELECT * FROM grant WHERE id = ?')
  const about = database.prepare('SELECT * FROM grant WHERE subject = ? ORDER BY created_at, number')
  const under = database.prepare(`
    SELECT * FROM grant WHERE subject >= :start AND substr(subject, 1, length(:start)) = :start
    ORDER BY created_at, number`)
  const move = database.prepare('UPDATE grant SET state = :to WHERE id = :id AND state = :from')
  const remove = database.prepare('DELETE FROM grant WHERE id = ?')
  return {
    async put({ expiresAt, ...grant }) {
      put.run({ ...grant, expiresAt: expiresAt ?? null })
    },
    async get(id) {
      const row = one.get(id)
      return row && asGrant(row)
    },
    async find(subject) {
      const rows = subject.endsWith('*') ? under.all({ start: subject.slice(0, -1) }) : about.all(subject)
      return rows.map(asGrant)
    },
    async move(id, from, to) {
      return move.run({ id, from, to }).changes > 0
    },
    async remove(id) {
      remove.run(id)
    },
  }
}

function asGrant(row: Record<string, unknown>): Grant {
  return {
    id: String(row['id']),
    subject: String(row['subject']),
    payload: String(row['payload']),
    state: row['state'] as Grant['state'],
    createdAt: Number(row['created_at']),
    ...(typeof row['expires_at'] === 'number' && { expiresAt: row['expires_at'] }),
  }
}
