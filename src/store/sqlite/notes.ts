import type { DatabaseSync } from 'node:sqlite'
import type { Json } from '../../core/json.ts'
import type { NoteStore } from '../../core/store.ts'

export function notes(database: DatabaseSync): NoteStore {
  const one = database.prepare('SELECT json FROM note WHERE name = ?')
  const put = database.prepare('INSERT OR REPLACE INTO note (name, json) VALUES (?, ?)')
  const remove = database.prepare('DELETE FROM note WHERE name = ?')
  const list = database.prepare(`
    SELECT name, json FROM note WHERE name >= :prefix AND substr(name, 1, length(:prefix)) = :prefix ORDER BY name`)
  return {
    async get(name) {
      const row = one.get(name)
      return row && (JSON.parse(String(row['json'])) as Json)
    },
    async put(name, value) {
      put.run(name, JSON.stringify(value))
    },
    async remove(name) {
      remove.run(name)
    },
    async list(prefix) {
      return list
        .all({ prefix })
        .map((row) => ({ name: String(row['name']), value: JSON.parse(String(row['json'])) as Json }))
    },
  }
}
