import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'
import type { BlobStore } from '../../core/store.ts'
import { ensureFolder, writeAtomic } from '../../kit/atomic-file.ts'
import { transaction } from './transaction.ts'

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/**
 * Files of their own in `folder`, named by their content; the database keeps kind and last use. Not in the database itself: a video would
 * make each backup and each checkpoint as large as itself. A file that is missing or damaged is as good as never stored.
 */
export function blobs(database: DatabaseSync, folder: string, clock: Clock): BlobStore {
  const touch = database.prepare(`
    INSERT INTO blob (id, mime, used_at) VALUES (:id, :mime, :now)
    ON CONFLICT (id) DO UPDATE SET mime = :mime, used_at = max(used_at, :now)`)
  const use = database.prepare('UPDATE blob SET used_at = max(used_at, :now) WHERE id = :id RETURNING mime')
  const stale = database.prepare('DELETE FROM blob WHERE used_at < ? RETURNING id')
  const forget = database.prepare('DELETE FROM blob WHERE id = ?')
  const known = database.prepare('SELECT 1 FROM blob WHERE id = ?')
  const folderOf = (id: string) => join(folder, id.slice(0, 2))
  const fileOf = (id: string) => join(folderOf(id), id)

  return {
    async put(bytes, mime) {
      const id = digest(bytes)
      const file = fileOf(id)
      for (;;) {
        if (!(await isIntact(file, id))) {
          await ensureFolder(folderOf(id))
          await writeAtomic(file, bytes)
        }
        // Another process may have pruned it meanwhile. It does so within a transaction, so what is there now stays.
        const kept = transaction(database, () => existsSync(file) && touch.run({ id, mime, now: clock.now() }))
        if (kept) return id
      }
    },
    async get(id) {
      const row = use.get({ id, now: clock.now() })
      if (!row) return undefined
      const file = fileOf(id)
      const bytes = await readFile(file).catch(() => undefined)
      if (bytes && digest(bytes) === id) return { bytes, mime: String(row['mime']) }
      // Looked at once more where nobody else can write: another process may just have put it again.
      transaction(database, () => {
        if (existsSync(file) && digest(readFileSync(file)) === id) return
        forget.run(id)
        rmSync(file, { force: true })
      })
      return undefined
    },
    async prune(before) {
      const removed = transaction(database, () => {
        const ids = stale.all(before).map((row) => String(row['id']))
        for (const id of ids) rmSync(fileOf(id), { force: true })
        return ids.length
      })
      for (const { path, name } of await oldFiles(folder, before))
        transaction(database, () => {
          if (!known.get(name)) rmSync(path, { force: true })
        })
      return removed
    },
  }
}

async function isIntact(file: string, id: string): Promise<boolean> {
  const bytes = await readFile(file).catch(() => undefined)
  return bytes !== undefined && digest(bytes) === id
}

/** Files not written since; among them what a process left behind that ended in the middle of a `put`. */
async function oldFiles(folder: string, before: number): Promise<readonly { path: string; name: string }[]> {
  const found: { path: string; name: string }[] = []
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const { parentPath, name } of files.filter((file) => file.isFile())) {
    const path = join(parentPath, name)
    const written = (await stat(path).catch(() => undefined))?.mtimeMs
    if (written !== undefined && written < before) found.push({ path, name })
  }
  return found
}
