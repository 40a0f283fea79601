import type { DatabaseSync } from 'node:sqlite'
import type { CounterStore } from '../../core/store.ts'

export function counters(database: DatabaseSync): CounterStore {
  const next = database.prepare(`
    INSERT INTO counter (name, value) VALUES (?, 1)
    ON CONFLICT (name) DO UPDATE SET value = value + 1
    RETURNING value - 1 AS before`)
  return {
    async next(name) {
      return Number(next.get(name)?.['before'])
    },
  }
}
