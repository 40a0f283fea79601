import type { BudgetStore } from '../../src/core/budget.ts'
import { memoryBudget as plainBudget } from '../fakes/store/facts.ts'

/** The budget store in memory; `writes` counts what would touch the disk. */
export function memoryBudget(): BudgetStore & { readonly writes: number } {
  const budget = plainBudget()
  let writes = 0
  return {
    ...budget,
    get writes() {
      return writes
    },
    reserve(reservation) {
      writes += 1
      return budget.reserve(reservation)
    },
    settle(...args) {
      writes += 1
      return budget.settle(...args)
    },
  }
}
