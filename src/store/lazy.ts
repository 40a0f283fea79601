import type { LedgerRow, Store } from '../core/store.ts'

type PortName = Exclude<keyof Store, 'close'>

/** Every method of every port, by name. The compiler sees to it that none is left out. */
const methods = {
  sessions: { append: 1, read: 1, list: 1, info: 1, remove: 1, ofTurn: 1, search: 1, state: 1, change: 1 },
  turns: { begin: 1, join: 1, finish: 1, get: 1, list: 1 },
  inbox: { add: 1, open: 1, begin: 1, unbegin: 1, replace: 1, done: 1, setAside: 1, aside: 1, takeBack: 1 },
  outbox: { add: 1, open: 1, mark: 1, list: 1 },
  jobs: { put: 1, get: 1, list: 1, remove: 1, fire: 1 },
  blobs: { put: 1, get: 1, prune: 1 },
  grants: { put: 1, get: 1, find: 1, move: 1, remove: 1 },
  notes: { get: 1, put: 1, remove: 1, list: 1 },
  budget: { reserve: 1, settle: 1, spent: 1 },
  rests: { get: 1, put: 1, clear: 1, all: 1 },
  counters: { next: 1 },
  ledger: { add: 1, flush: 1, rows: 1, sums: 1 },
  leases: { take: 1, release: 1, holder: 1, releaseAll: 1 },
} satisfies { readonly [Name in PortName]: Readonly<Record<keyof Store[Name], 1>> }

type Method = (...args: readonly unknown[]) => Promise<unknown>

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
  const port = <Name extends PortName>(name: Name): Store[Name] => {
    const call =
      (method: string) =>
      async (...args: readonly unknown[]) =>
        ((await store())[name] as unknown as Record<string, Method>)[method]?.(...args)
    return Object.fromEntries(
      Object.keys(methods[name]).map((method) => [method, call(method)]),
    ) as unknown as Store[Name]
  }
  return {
    sessions: port('sessions'),
    turns: port('turns'),
    inbox: port('inbox'),
    outbox: port('outbox'),
    jobs: port('jobs'),
    blobs: port('blobs'),
    grants: port('grants'),
    notes: port('notes'),
    budget: port('budget'),
    rests: port('rests'),
    counters: port('counters'),
    ledger: {
      ...port('ledger'),
      add(row) {
        early.push(row)
        // An unopened store is told of at the next call that can tell; a row alone must not fail a turn.
        store().catch(() => undefined)
      },
      flush: async () => (opened || early.length > 0 ? (await store()).ledger.flush() : undefined),
    },
    leases: port('leases'),
    async close() {
      // One that could not be opened has told so to whoever used it.
      const ready = opened && (await store().catch(() => undefined))
      await ready?.close()
    },
  }
}
