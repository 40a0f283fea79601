import { type UsageGroup, type UsageReport, sinceOf, usageReport } from '../ledger/usage.ts'
import { type HouseOptions, openHouse } from './house.ts'

/** What models were used for and what that cost, as `picoclaw usage` tells it. */
export async function usage(
  options: Pick<HouseOptions, 'redactor' | 'write'>,
  { by, since }: { readonly by: UsageGroup; readonly since: string },
): Promise<UsageReport> {
  const house = await openHouse({ ...options, debug: false })
  try {
    const { clock, store, zone } = house
    const now = clock.now()
    return await usageReport(store, { by, since: sinceOf(since, now, zone), until: now + 1, zone })
  } finally {
    await house.close()
  }
}
export { usageGroups, costText, groupName } from '../ledger/usage.ts'
export type { UsageGroup, UsageReport } from '../ledger/usage.ts'
