import { test } from 'node:test'
import type { Store } from '../../src/core/store.ts'
import { type FakeClock, fakeClock } from '../fakes/clock.ts'
import { conversations } from './store/conversations.ts'
import { facts } from './store/facts.ts'
import { money } from './store/money.ts'
import { queues } from './store/queues.ts'
import { turns } from './store/turns.ts'

/** What a check gets: a store, and the same store as another process would have opened it. */
export interface Opened {
  readonly store: Store
  readonly other: Store
  readonly clock: FakeClock
}
export type Each = (title: string, check: (store: Store, opened: Opened) => Promise<void>) => void

/** What every store must do. */
export function storeContract(name: string, open: (clock: FakeClock) => Promise<Omit<Opened, 'clock'>>): void {
  const each: Each = (title, check) =>
    void test(`${name}: ${title}`, async () => {
      const clock = fakeClock()
      const { store, other } = await open(clock)
      try {
        await check(store, { store, other, clock })
      } finally {
        await store.close()
        if (other !== store) await other.close()
      }
    })
  conversations(each)
  turns(each)
  queues(each)
  facts(each)
  money(each)
}
