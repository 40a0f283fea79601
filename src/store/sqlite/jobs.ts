import type { DatabaseSync } from 'node:sqlite'
import type { Job, JobStore } from '../../core/store.ts'
import { inboxWriter } from './inbox.ts'
import { transaction } from './transaction.ts'

export function jobs(database: DatabaseSync): JobStore {
  const put = database.prepare('INSERT OR REPLACE INTO job (id, payload, next_at, enabled) VALUES (?, ?, ?, ?)')
  const one = database.prepare('SELECT * FROM job WHERE id = ?')
  const all = database.prepare('SELECT * FROM job ORDER BY id')
  const remove = database.prepare('DELETE FROM job WHERE id = ?')
  const move = database.prepare(`
    UPDATE job SET payload = :payload, next_at = :nextAt, enabled = :nextAt IS NOT NULL
    WHERE id = :id AND enabled = 1 AND next_at = :dueAt`)
  const receive = inboxWriter(database)
  return {
    async put({ id, payload, nextAt, enabled }) {
      put.run(id, payload, nextAt ?? null, Number(enabled))
    },
    async get(id) {
      const row = one.get(id)
      return row && asJob(row)
    },
    async list() {
      return all.all().map(asJob)
    },
    async remove(id) {
      return remove.run(id).changes > 0
    },
    async fire(id, dueAt, { nextAt, payload }, item) {
      return transaction(database, () => {
        if (move.run({ id, dueAt, payload, nextAt: nextAt ?? null }).changes === 0) return false
        receive(item)
        return true
      })
    },
  }
}

function asJob(row: Record<string, unknown>): Job {
  return {
    id: String(row['id']),
    payload: String(row['payload']),
    ...(typeof row['next_at'] === 'number' && { nextAt: row['next_at'] }),
    enabled: row['enabled'] === 1,
  }
}
