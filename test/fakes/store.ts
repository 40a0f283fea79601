import type { Store } from '../../src/core/store.ts'
import { fakeClock } from './clock.ts'
import { memorySessions } from './store/conversations.ts'
import {
  memoryBlobs,
  memoryBudget,
  memoryCounters,
  memoryGrants,
  memoryLeases,
  memoryNotes,
  memoryRests,
} from './store/facts.ts'
import { memoryLedger } from './store/ledger.ts'
import { memoryQueues } from './store/queues.ts'

/** The store's twin in memory. The clock dates the use of blobs. */
export function memoryStore(clock: { now(): number } = fakeClock()): Store {
  const { sessions, write } = memorySessions()
  return {
    sessions,
    ...memoryQueues(write),
    blobs: memoryBlobs(() => clock.now()),
    grants: memoryGrants(),
    notes: memoryNotes(),
    budget: memoryBudget(),
    rests: memoryRests(),
    counters: memoryCounters(),
    ledger: memoryLedger(),
    leases: memoryLeases(),
    async close() {},
  }
}
