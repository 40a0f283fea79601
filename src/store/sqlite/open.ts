import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import { Problem } from '../../core/problem.ts'
import type { Store } from '../../core/store.ts'
import { counters } from './counters.ts'
import { leases } from './leases.ts'
import { ledger } from './ledger.ts'
import { migrations } from './migrations.ts'
import { rests } from './rests.ts'
import { sessions } from './sessions.ts'
import { transaction } from './transaction.ts'

export interface SqliteOptions {
  readonly clock: Clock
  readonly log: Log
}

/**
 * Opens the database file, makes it when it is missing, and brings its schema up to date. A file that is no database, or a broken one, is
 * set aside under a new name and told to the log; nothing is deleted.
 */
export function openSqlite(file: string, { clock, log }: SqliteOptions): Store {
  makeFolder(file)
  const database = openOrSetAside(file, clock, log)
  const rows = ledger(database, clock, log)
  return {
    sessions: sessions(database),
    rests: rests(database),
    counters: counters(database),
    ledger: rows,
    leases: leases(database),
    async close() {
      await rows.flush()
      database.close()
    },
  }
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
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
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
    for (const step of migrations.slice(version)) database.exec(step)
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
