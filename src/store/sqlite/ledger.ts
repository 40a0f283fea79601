import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { LedgerRow, LedgerStore } from '../../core/store.ts'
import { transaction } from './transaction.ts'

/** Rows wait at most this long, and at most this many of them. */
const groupMs = 50
const groupRows = 200

/** Rows are written in groups: one transaction for what came within 50 ms. A group that cannot be written is told to the log. */
export function ledger(database: DatabaseSync, clock: Clock, log: Log): LedgerStore {
  const insert = database.prepare('INSERT INTO ledger (call, at, session, json) VALUES (?, ?, ?, ?)')
  let waiting: LedgerRow[] = []
  let timer: AbortController | undefined

  const write = () => {
    timer?.abort()
    timer = undefined
    const group = waiting
    waiting = []
    if (group.length === 0) return
    const store = () =>
      transaction(database, () => {
        for (const row of group) insert.run(row.call, row.at, row.session ?? null, JSON.stringify(row))
      })
    try {
      store()
    } catch {
      try {
        store()
      } catch (error) {
        log.error(`${group.length} rows of the record could not be stored: ${(error as Error).message}`)
      }
    }
  }

  return {
    add(row) {
      waiting.push(row)
      if (waiting.length >= groupRows) return write()
      if (timer) return
      timer = new AbortController()
      clock.sleep(groupMs, timer.signal).then(write, () => undefined)
    },
    async flush() {
      write()
    },
    async rows({ since = 0, until = Number.MAX_SAFE_INTEGER, session, call, limit = 1_000 } = {}) {
      write()
      const where = [
        'at >= :since',
        'at < :until',
        ...(session ? ['session = :session'] : []),
        ...(call ? ['call = :call'] : []),
      ]
      return database
        .prepare(`SELECT json FROM ledger WHERE ${where.join(' AND ')} ORDER BY at DESC, id DESC LIMIT :limit`)
        .all({ since, until, limit, ...(session && { session }), ...(call && { call }) })
        .map((row) => JSON.parse(String(row['json'])) as LedgerRow)
    },
  }
}
