import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import { Problem } from '../../core/problem.ts'
import type { Store } from '../../core/store.ts'
import { migrations } from './migrations.ts'
import { type SqliteOptions, sqliteStore } from './store.ts'
import { transaction } from './transaction.ts'

/**
 * Opens the database file, makes it when it is missing, and brings its schema up to date. A file that is no database, or a broken one, is
 * set aside under a new name and told to the log; nothing is deleted.
 */
export function openSqlite(file: string, options: SqliteOptions): Store {
  makeFolder(file)
  return sqliteStore(openOrSetAside(file, options.clock, options.log), file, options)
}

function makeFolder(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  } catch (error) {
    throw cannotOpen(file, error)
  }
}

function openOrSetAside(file: string, clock: Clock, log: Log): DatabaseSync {
  try {
    return openChecked(file)
  } catch (error) {
    if (!isCorrupt(error)) throw error instanceof Problem ? error : cannotOpen(file, error)
    const aside = `${file}.corrupt-${new Date(clock.now()).toISOString().replaceAll(':', '-')}`
    for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
    log.warn(
      `The database ${file} is corrupt. It was set aside as ${aside} and a new one was begun; nothing was deleted.`,
    )
    return openChecked(file)
  }
}

function openChecked(file: string): DatabaseSync {
  const fresh = !existsSync(file) || statSync(file).size === 0
  // A log without its database belongs to nothing and would be applied to the new one.
  if (fresh) for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true })
  const database = new DatabaseSync(file, { timeout: 5_000 })
  try {
    // A commit in WAL mode has handed its pages to the system before it returns, so that a killed process loses nothing it was told is stored.
    // NORMAL leaves out the fsync of each commit: only a power cut may take the last ones, and never leaves a broken file.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
    // Enough for the inner pages of a million messages; a small database never takes it.
    database.exec('PRAGMA cache_size = -16000')
    if (fresh) chmodSync(file, 0o600)
    migrate(database, file)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function migrate(database: DatabaseSync, file: string): void {
  if (versionOf(database) === migrations.length) return
  transaction(database, () => {
    const version = versionOf(database)
    if (version > migrations.length)
      throw new Problem(`The database ${file} was written by a newer picoclaw.`, {
        at: file,
        mend: 'Update picoclaw, or name another home in PICOCLAW_HOME.',
      })
    for (const part of migrations.slice(version).flat())
      if (typeof part === 'string') database.exec(part)
      else part(database)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
  })
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const corrupt: ReadonlySet<number> = new Set([11, 26])

function isCorrupt(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && corrupt.has(Number(error.errcode) & 0xff)
}

function cannotOpen(file: string, error: unknown): Problem {
  return new Problem(`The database ${file} cannot be opened: ${(error as Error).message}.`, {
    at: file,
    mend: 'Make the folder writable, or name another home in PICOCLAW_HOME.',
    cause: error,
  })
}
