import type { DatabaseSync } from 'node:sqlite'
import { Problem } from '../../core/problem.ts'

/** Runs work as one transaction that takes the write lock at once. What it throws undoes all of it. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  try {
    database.exec('BEGIN IMMEDIATE')
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw explained(error)
  }
}

const sqliteFull = 13

function explained(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || (Number(error.errcode) & 0xff) !== sqliteFull) return error
  return new Problem('The disk is full; nothing was stored.', {
    mend: 'Free some space, then ask again.',
    cause: error,
  })
}
