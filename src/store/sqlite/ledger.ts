import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { LedgerFilter, LedgerRow, LedgerStore, LedgerSum } from '../../core/store.ts'
import { dateText, type Zone, zoneOf } from '../../kit/zone.ts'
import { conditions } from './conditions.ts'
import { transaction } from './transaction.ts'

/** Rows wait at most this long, and at most this many of them. */
const groupMs = 50
const groupRows = 200

/** Rows are written in groups: one transaction for what came within 50 ms. A group that cannot be written is told to the log. */
export function ledger(database: DatabaseSync, clock: Clock, log: Log): LedgerStore {
  database.function('day_in', { deterministic: true }, dayIn())
  const insert = database.prepare('INSERT INTO ledger (call, at, session, turn, json) VALUES (?, ?, ?, ?, ?)')
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
        for (const row of group)
          insert.run(row.call, row.at, row.session ?? null, row.turn ?? null, JSON.stringify(row))
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
    async rows({ limit = 1_000, ...filter } = {}) {
      write()
      const { where, values } = chosen(filter)
      return database
        .prepare(`SELECT json FROM ledger ${where} ORDER BY at DESC, id DESC LIMIT :limit`)
        .all({ ...values, limit })
        .map((row) => JSON.parse(String(row['json'])) as LedgerRow)
    },
    async sums(by, { zone = 'UTC', ...filter } = {}) {
      write()
      const { where, values } = chosen(filter)
      const within = by === 'day' ? { ...values, zone } : values
      return database.prepare(sumsBy(groups[by], where)).all(within).map(asSum)
    },
  }
}

/** What a row is grouped by. */
const groups = {
  cause: `json ->> '$.cause'`,
  agent: `json ->> '$.agent'`,
  endpoint: `json ->> '$.endpoint'`,
  model: `json ->> '$.modelAsked'`,
  session: 'session',
  day: 'day_in(at, :zone)',
} satisfies Record<Parameters<LedgerStore['sums']>[0], string>

/** The date of a moment in a zone. Zones change their day at whole quarters of an hour, so that one answer does for all of a quarter. */
function dayIn(): (at: SQLOutputValue, zone: SQLOutputValue) => string {
  const zones = new Map<string, { readonly zone: Zone; readonly days: Map<number, string> }>()
  return (at, name) => {
    const known = zones.get(String(name)) ?? { zone: zoneOf(String(name)), days: new Map<number, string>() }
    zones.set(String(name), known)
    const quarter = Math.floor(Number(at) / quarterMs)
    const day = known.days.get(quarter) ?? dateText(known.zone, quarter * quarterMs)
    known.days.set(quarter, day)
    return day
  }
}
const quarterMs = 15 * 60_000

const sumsBy = (group: string, where: string) => `
  SELECT
    coalesce(${group}, '') AS name,
    count(*) AS calls,
    sum(json ->> '$.outcome' <> 'ok') AS failed,
    sum(json ->> '$.input') AS input,
    sum(json ->> '$.output') AS output,
    sum(json ->> '$.cacheRead') AS cacheRead,
    sum(json ->> '$.cacheWrite') AS cacheWrite,
    coalesce(sum(json ->> '$.costMicros'), 0) AS costMicros,
    sum(json ->> '$.outcome' = 'ok' AND json ->> '$.costMicros' IS NULL) AS unpriced
  FROM ledger ${where} GROUP BY name ORDER BY costMicros DESC, calls DESC, name`

function chosen({ since, until, session, turn, call }: Omit<LedgerFilter, 'limit'>) {
  const { where, values } = conditions(
    { session, turn, call },
    ...(since === undefined ? [] : ['at >= :since']),
    ...(until === undefined ? [] : ['at < :until']),
  )
  return { where, values: { ...values, ...(since !== undefined && { since }), ...(until !== undefined && { until }) } }
}

function asSum(row: Record<string, unknown>): LedgerSum {
  return {
    group: String(row['name']),
    calls: Number(row['calls']),
    failed: Number(row['failed']),
    input: Number(row['input']),
    output: Number(row['output']),
    cacheRead: Number(row['cacheRead']),
    cacheWrite: Number(row['cacheWrite']),
    costMicros: Number(row['costMicros']),
    unpriced: Number(row['unpriced']),
  }
}
