import type { DatabaseSync } from 'node:sqlite'
import type { LeaseStore } from '../../core/store.ts'

export function leases(database: DatabaseSync): LeaseStore {
  const take = database.prepare(`
    INSERT INTO lease (name, owner, until) VALUES (:name, :owner, :until)
    ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
      WHERE lease.owner = excluded.owner OR lease.until <= :now
    RETURNING owner`)
  const release = database.prepare('DELETE FROM lease WHERE name = ? AND owner = ?')
  const releaseAll = database.prepare('DELETE FROM lease WHERE owner = ?')
  return {
    async take(name, owner, now, until) {
      return take.get({ name, owner, now, until }) !== undefined
    },
    async release(name, owner) {
      release.run(name, owner)
    },
    async releaseAll(owner) {
      releaseAll.run(owner)
    },
  }
}
