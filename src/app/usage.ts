import { localZone } from '../kit/zone.ts'
import { type UsageGroup, type UsageReport, sinceOf, usageReport } from '../ledger/usage.ts'
import { type HouseOptions, openHouse } from './house.ts'

/** What models were used for and what that cost, as `picoclaw usage` tells it. */
export async function usage(
  options: Pick<HouseOptions, 'redactor' | 'write'>,
  { by, since }: { readonly by: UsageGroup; readonly since: string },
): Promise<UsageReport> {
  const house = await openHouse({ ...options, debug: false })
  try {
    const now = house.clock.now()
    return await usageReport(house.store, { by, since: sinceOf(since, now, localZone()), until: now + 1 })
  } finally {
    await house.close()
  }
}
export { usageGroups, costText, groupName } from '../ledger/usage.ts'
export type { UsageGroup, UsageReport } from '../ledger/usage.ts'
