import type { LedgerStore, LedgerSum } from '../core/store.ts'
import { Problem, exitCodes } from '../core/problem.ts'
import { readWall, type Zone } from '../kit/zone.ts'
import { dollars, grouped } from './money.ts'

export const usageGroups = ['cause', 'agent', 'endpoint', 'model', 'session', 'day'] as const
export type UsageGroup = (typeof usageGroups)[number]

/** What was used and what it cost, in groups. */
export interface UsageReport {
  readonly by: UsageGroup
  readonly since: number
  readonly until: number
  /** Largest cost first; days newest first. */
  readonly groups: readonly LedgerSum[]
  readonly total: Omit<LedgerSum, 'group'>
}

/** Sums of the ledger from `since` up to, not including, `until`. */
export async function usageReport(
  { ledger }: { readonly ledger: Pick<LedgerStore, 'sums' | 'flush'> },
  question: {
    readonly by: UsageGroup
    readonly since: number
    readonly until: number
    readonly session?: string
    /** Where days begin. */
    readonly zone: Pick<Zone, 'name'>
  },
): Promise<UsageReport> {
  const { by, since, until, session, zone } = question
  await ledger.flush()
  const sums = await ledger.sums(by, { since, until, zone: zone.name, ...(session !== undefined && { session }) })
  const groups = by === 'day' ? [...sums].sort((left, right) => (left.group < right.group ? 1 : -1)) : sums
  return { by, since, until, groups, total: totalOf(groups) }
}

function totalOf(groups: readonly LedgerSum[]): UsageReport['total'] {
  const sum = (pick: (group: LedgerSum) => number) => groups.reduce((all, group) => all + pick(group), 0)
  return {
    calls: sum((group) => group.calls),
    failed: sum((group) => group.failed),
    input: sum((group) => group.input),
    output: sum((group) => group.output),
    cacheRead: sum((group) => group.cacheRead),
    cacheWrite: sum((group) => group.cacheWrite),
    costMicros: sum((group) => group.costMicros),
    unpriced: sum((group) => group.unpriced),
  }
}

/**
 * Where a reading begins: `7d`, `12h`, `2w`, `90m` back from now, `today`, `month`, or a date `2026-11-30`; days and months as the zone
 * has them. A Problem for anything else.
 */
export function sinceOf(text: string, now: number, zone: Zone): number {
  const [, count, unit = ''] = /^(\d{1,4})\s*([mhdw])$/.exec(text.trim()) ?? []
  if (count !== undefined) return now - Number(count) * (unitMs[unit] ?? 0)
  if (text === 'today') return zone.startOf('day', now)
  if (text === 'month') return zone.startOf('month', now)
  const wall = readWall(text)
  if (wall) return zone.moment(wall)
  throw new Problem(`"${text}" is no time to count from.`, {
    mend: 'Use for example 7d, 12h, today, month or 2026-11-01.',
    exitCode: exitCodes.usage,
  })
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

/** What a group is called where nothing is said of it. */
export function groupName(by: UsageGroup, group: string): string {
  return group === '' ? `(no ${by})` : group
}

/** What answered calls cost; a `+` where some of them have no known price. Never $0 for what nobody knows. */
export function costText({ costMicros, unpriced }: Pick<LedgerSum, 'costMicros' | 'unpriced'>): string {
  if (unpriced === 0) return dollars(costMicros)
  return costMicros === 0 ? 'unknown' : `${dollars(costMicros)} +`
}

/** `1,234 in, 56 out`, with what came from a cache. */
export function tokensText({
  input,
  output,
  cacheRead,
  cacheWrite,
}: Omit<LedgerSum, 'group' | 'calls' | 'failed' | 'costMicros' | 'unpriced'>): string {
  const cached = cacheRead > 0 ? ` (${grouped(cacheRead)} from cache)` : ''
  return `${grouped(input + cacheRead + cacheWrite)} in${cached}, ${grouped(output)} out`
}

/** The reading as a chat shows it: a line for the whole, a line for each of the largest groups. */
export function usageText(report: UsageReport, title: string, longest = 12): string {
  const { groups, total, by } = report
  if (total.calls === 0) return `${title}: no model was asked.`
  const failed = total.failed > 0 ? `, ${grouped(total.failed)} of them failed` : ''
  const head = `${title}: ${costText(total)}, ${grouped(total.calls)} ${total.calls === 1 ? 'call' : 'calls'}${failed}, ${tokensText(total)}.`
  const lines = groups
    .slice(0, longest)
    .map(
      (group) =>
        `- ${groupName(by, group.group)}: ${costText(group)}, ${grouped(group.calls)} ${group.calls === 1 ? 'call' : 'calls'}`,
    )
  const rest = groups.length > longest ? [`- and ${groups.length - longest} more`] : []
  const unknown =
    total.unpriced > 0
      ? [`The price of ${grouped(total.unpriced)} of these calls is not known; give their rows a price to count them.`]
      : []
  return [head, ...lines, ...rest, ...unknown].join('\n')
}
