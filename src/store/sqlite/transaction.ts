import type { DatabaseSync } from 'node:sqlite'

/** Runs work as one transaction that takes the write lock at once. What it throws undoes all of it. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  try {
    database.exec('BEGIN IMMEDIATE')
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
