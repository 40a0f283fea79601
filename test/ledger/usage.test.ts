import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../src/core/problem.ts'
import type { LedgerSum } from '../../src/core/store.ts'
import { zoneOf } from '../../src/kit/zone.ts'
import { costText, sinceOf, usageReport, usageText } from '../../src/ledger/usage.ts'

const zone = zoneOf('America/New_York')
const now = Date.parse('2026-11-30T12:00:00Z')

const sum = (group: string, fields: Partial<LedgerSum> = {}): LedgerSum => ({
  group,
  calls: 1,
  failed: 0,
  input: 100,
  output: 10,
  cacheRead: 0,
  cacheWrite: 0,
  costMicros: 0,
  unpriced: 0,
  ...fields,
})

/** A ledger that knows only what a reading asks for. */
const ledger = (sums: readonly LedgerSum[]) => {
  const asked: unknown[] = []
  return { asked, ledger: { flush: async () => {}, sums: async (...args: unknown[]) => (asked.push(args), sums) } }
}

test('a reading asks the ledger for its time and adds the groups up', async () => {
  const store = ledger([
    sum('chat', { costMicros: 800_000, calls: 3, failed: 1 }),
    sum('cron', { costMicros: 320_000, cacheRead: 50 }),
  ])
  const report = await usageReport(store, { by: 'cause', since: 5, until: 9, session: 's', zone })
  assert.deepEqual(store.asked, [['cause', { since: 5, until: 9, session: 's', zone: 'America/New_York' }]])
  assert.deepEqual(report.total, {
    calls: 4,
    failed: 1,
    input: 200,
    output: 20,
    cacheRead: 50,
    cacheWrite: 0,
    costMicros: 1_120_000,
    unpriced: 0,
  })
  assert.equal(
    usageText(report, 'Today'),
    'Today: $1.12, 4 calls, 1 of them failed, 250 in (50 from cache), 20 out.\n- chat: $0.80, 3 calls\n- cron: $0.32, 1 call',
  )
})

test('days come newest first, groups of nothing have a name, and long readings are cut', async () => {
  const days = await usageReport(ledger([sum('2026-11-01'), sum('2026-11-03'), sum('2026-11-02')]), {
    by: 'day',
    since: 0,
    until: 1,
    zone,
  })
  assert.deepEqual(
    days.groups.map(({ group }) => group),
    ['2026-11-03', '2026-11-02', '2026-11-01'],
  )
  const many = await usageReport(
    ledger(Array.from({ length: 15 }, (_, index) => sum(index === 0 ? '' : `a${index}`))),
    {
      by: 'agent',
      since: 0,
      until: 1,
      zone,
    },
  )
  const lines = usageText(many, 'Now').split('\n')
  assert.equal(lines[1], '- (no agent): $0, 1 call')
  assert.equal(lines.at(-1), '- and 3 more')
})

test('what nobody knows the price of is never called free', async () => {
  assert.equal(costText({ costMicros: 0, unpriced: 2 }), 'unknown')
  assert.equal(costText({ costMicros: 5_000, unpriced: 2 }), '$0.0050 +')
  assert.equal(costText({ costMicros: 0, unpriced: 0 }), '$0')
  const report = await usageReport(ledger([sum('chat', { unpriced: 1 })]), { by: 'cause', since: 0, until: 1, zone })
  assert.match(usageText(report, 'Today'), /^Today: unknown, 1 call[^]*The price of 1 of these calls is not known/)
  assert.equal(
    usageText(await usageReport(ledger([]), { by: 'cause', since: 0, until: 1, zone }), 'Today'),
    'Today: no model was asked.',
  )
})

test('a time to count from is a span, a word or a date', () => {
  assert.equal(sinceOf('7d', now, zone), now - 7 * 86_400_000)
  assert.equal(sinceOf('12h', now, zone), now - 12 * 3_600_000)
  assert.equal(sinceOf('today', now, zone), Date.parse('2026-11-30T05:00:00Z'))
  assert.equal(sinceOf('month', now, zone), Date.parse('2026-11-01T04:00:00Z'))
  assert.equal(sinceOf('2026-07-04', now, zone), Date.parse('2026-07-04T04:00:00Z'))
  for (const text of ['', 'soon', '7', '7y', '2026-13-01', '2026-02-30', '-3d'])
    assert.throws(() => sinceOf(text, now, zone), Problem, text)
})
