import type { DatabaseSync } from 'node:sqlite'
import type { BudgetStore } from '../../core/budget.ts'
import { transaction } from './transaction.ts'

export function budget(database: DatabaseSync): BudgetStore {
  const sum = database.prepare('SELECT coalesce(sum(micros), 0) AS micros FROM spending WHERE scope = ? AND at >= ?')
  const held = database.prepare(`
    SELECT coalesce(sum(micros), 0) AS micros FROM reservation WHERE scope = :scope AND expires_at > :now AND id <> :but`)
  const expire = database.prepare('DELETE FROM reservation WHERE expires_at <= ?')
  const reserve = database.prepare(
    'INSERT OR REPLACE INTO reservation (id, scope, micros, expires_at) VALUES (?, ?, ?, ?)',
  )
  const release = database.prepare('DELETE FROM reservation WHERE id = ?')
  const known = database.prepare('SELECT 1 FROM spending WHERE id = ? LIMIT 1')
  const spend = database.prepare('INSERT INTO spending (id, scope, at, micros) VALUES (?, ?, ?, ?)')
  const spentIn = (scope: string, since: number) => Number(sum.get(scope, since)?.['micros'])
  const reservedIn = (scope: string, now: number, but = '') => Number(held.get({ scope, now, but })?.['micros'])

  return {
    async reserve({ id, at, micros, caps, expiresAt }) {
      return transaction(database, () => {
        expire.run(at)
        for (const cap of caps) {
          const [spent, reserved] = [spentIn(cap.scope, cap.since), reservedIn(cap.scope, at, id)]
          if (spent + reserved + micros > cap.micros) return { ok: false, cap, spent, reserved } as const
        }
        release.run(id)
        for (const { scope } of caps) reserve.run(id, scope, micros, expiresAt)
        return { ok: true } as const
      })
    },
    async settle(id, at, micros, scopes) {
      transaction(database, () => {
        // What was spent counts also when its reservation ran out before, but not twice.
        const open = release.run(id).changes > 0
        if (open || !known.get(id)) for (const scope of new Set(scopes)) spend.run(id, scope, at, micros)
      })
    },
    async spent(scope, since, now) {
      return { spent: spentIn(scope, since), reserved: reservedIn(scope, now) }
    },
  }
}
