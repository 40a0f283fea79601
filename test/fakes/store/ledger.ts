import type { LedgerFilter, LedgerRow, LedgerStore, LedgerSum } from '../../../src/core/store.ts'

const groupOf = {
  cause: (row) => row.cause,
  agent: (row) => row.agent ?? '',
  endpoint: (row) => row.endpoint,
  model: (row) => row.modelAsked,
  session: (row) => row.session ?? '',
  day: (row, zone) => new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(row.at),
} satisfies Record<Parameters<LedgerStore['sums']>[0], (row: LedgerRow, zone: string) => string>

export function memoryLedger(): LedgerStore {
  const ledger: LedgerRow[] = []
  const chosen = ({ since = 0, until = Number.MAX_SAFE_INTEGER, ...same }: Omit<LedgerFilter, 'limit'>) =>
    ledger
      .toReversed()
      .filter((row) => row.at >= since && row.at < until)
      .filter((row) =>
        (['session', 'turn', 'call'] as const).every((name) => same[name] === undefined || row[name] === same[name]),
      )
      .sort((left, right) => right.at - left.at)
  return {
    add: (row) => void ledger.push(structuredClone(row)),
    async flush() {},
    rows: async ({ limit = 1_000, ...filter } = {}) => chosen(filter).slice(0, limit),
    sums: async (by, { zone = 'UTC', ...filter } = {}) =>
      [...Map.groupBy(chosen(filter), (row) => groupOf[by](row, zone))]
        .map(([group, rows]): LedgerSum => {
          const sum = (value: (row: LedgerRow) => number) => rows.reduce((total, row) => total + value(row), 0)
          return {
            group,
            calls: rows.length,
            failed: sum((row) => Number(row.outcome !== 'ok')),
            input: sum((row) => row.input),
            output: sum((row) => row.output),
            cacheRead: sum((row) => row.cacheRead),
            cacheWrite: sum((row) => row.cacheWrite),
            costMicros: sum((row) => row.costMicros ?? 0),
            unpriced: sum((row) => Number(row.outcome === 'ok' && row.costMicros === undefined)),
          }
        })
        .sort(
          (left, right) =>
            right.costMicros - left.costMicros || right.calls - left.calls || (left.group < right.group ? -1 : 1),
        ),
  }
}
