import type { DatabaseSync } from 'node:sqlite'
import type { Attempt } from '../../core/failure.ts'
import type { Rest, RestStore } from '../../core/store.ts'

export function rests(database: DatabaseSync): RestStore {
  const one = database.prepare('SELECT * FROM rest WHERE key = ?')
  const all = database.prepare('SELECT * FROM rest ORDER BY key')
  const put = database.prepare('INSERT OR REPLACE INTO rest VALUES (?, ?, ?, ?, ?, ?)')
  const drop = database.prepare('DELETE FROM rest WHERE key = ?')
  return {
    async get(key) {
      const row = one.get(key)
      return row && asRest(row)
    },
    async put({ key, until, failures, billingFailures, lastFailureAt, reason }) {
      put.run(key, until, failures, billingFailures, lastFailureAt, JSON.stringify(reason))
    },
    async clear(key) {
      drop.run(key)
    },
    async all() {
      return all.all().map(asRest)
    },
  }
}

function asRest(row: Record<string, unknown>): Rest {
  return {
    key: String(row['key']),
    until: Number(row['until']),
    failures: Number(row['failures']),
    billingFailures: Number(row['billing_failures']),
    lastFailureAt: Number(row['last_failure_at']),
    reason: JSON.parse(String(row['reason'])) as Attempt,
  }
}
