import type { Vendor } from './vendor.ts'
import { china } from './vendors/china.ts'
import { clouds } from './vendors/clouds.ts'
import { hosts } from './vendors/hosts.ts'
import { labs } from './vendors/labs.ts'
import { local } from './vendors/local.ts'

/** THE TABLE: one row per vendor. Adding a vendor is adding a row. Its order is the order in which keys in the environment are used. */
export const vendors = { ...labs, ...hosts, ...china, ...clouds, ...local } as const satisfies Record<string, Vendor>

export type VendorId = keyof typeof vendors
