import type { LedgerRow, Store } from '../core/store.ts'

/** A store that is opened at its first use: a process that stores nothing makes no file. */
export function lazyStore(open: () => Promise<Store>): Store {
  let opened: Promise<Store> | undefined
  let early: LedgerRow[] = []
  const store = async () => {
    opened ??= open()
    const ready = await opened
    for (const row of early) ready.ledger.add(row)
    early = []
    return ready
  }
  return {
    sessions: {
      append: async (...args) => (await store()).sessions.append(...args),
      read: async (...args) => (await store()).sessions.read(...args),
      list: async (...args) => (await store()).sessions.list(...args),
      info: async (...args) => (await store()).sessions.info(...args),
      remove: async (...args) => (await store()).sessions.remove(...args),
    },
    rests: {
      get: async (...args) => (await store()).rests.get(...args),
      put: async (...args) => (await store()).rests.put(...args),
      clear: async (...args) => (await store()).rests.clear(...args),
      all: async () => (await store()).rests.all(),
    },
    counters: { next: async (...args) => (await store()).counters.next(...args) },
    ledger: {
      add(row) {
        early.push(row)
        // An unopened store is told of at the next call that can tell; a row alone must not fail a turn.
        store().catch(() => undefined)
      },
      flush: async () => (opened || early.length > 0 ? (await store()).ledger.flush() : undefined),
      rows: async (...args) => (await store()).ledger.rows(...args),
    },
    leases: {
      take: async (...args) => (await store()).leases.take(...args),
      release: async (...args) => (await store()).leases.release(...args),
    },
    async close() {
      // One that could not be opened has told so to whoever used it.
      const ready = opened && (await store().catch(() => undefined))
      await ready?.close()
    },
  }
}
