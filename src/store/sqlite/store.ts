import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Store } from '../../core/store.ts'
import { blobs } from './blobs.ts'
import { budget } from './budget.ts'
import { counters } from './counters.ts'
import { grants } from './grants.ts'
import { inbox } from './inbox.ts'
import { jobs } from './jobs.ts'
import { leases } from './leases.ts'
import { ledger } from './ledger.ts'
import { notes } from './notes.ts'
import { outbox } from './outbox.ts'
import { rests } from './rests.ts'
import { sessions } from './sessions.ts'
import { explained } from './trouble.ts'
import { turns } from './turns.ts'

export interface SqliteOptions {
  readonly clock: Clock
  readonly log: Log
}

/**
 * The store in an open database whose schema is up to date. Each port prepares its statements at its first use. What SQLite throws
 * becomes a Problem.
 */
export function sqliteStore(database: DatabaseSync, file: string, { clock, log }: SqliteOptions): Store {
  const port = <Port extends object>(make: () => Port): (() => Port) => once(() => told(make(), file))
  const ports = {
    sessions: port(() => sessions(database)),
    turns: port(() => turns(database)),
    inbox: port(() => inbox(database, clock)),
    outbox: port(() => outbox(database)),
    jobs: port(() => jobs(database)),
    blobs: port(() => blobs(database, join(dirname(file), 'blobs'), clock)),
    grants: port(() => grants(database)),
    notes: port(() => notes(database)),
    budget: port(() => budget(database)),
    rests: port(() => rests(database)),
    counters: port(() => counters(database)),
    ledger: port(() => ledger(database, clock, log)),
    leases: port(() => leases(database)),
  } satisfies { readonly [Name in Exclude<keyof Store, 'close'>]: () => Store[Name] }
  const store = {
    async close() {
      await ports.ledger().flush()
      database.close()
    },
  }
  for (const [name, get] of Object.entries(ports)) Object.defineProperty(store, name, { get, enumerable: true })
  return store as Store
}

function once<Made>(make: () => Made): () => Made {
  let made: { readonly value: Made } | undefined
  return () => (made ??= { value: make() }).value
}

type Method = (...args: readonly unknown[]) => unknown

/** The same port; what its methods reject with is told for people. */
function told<Port extends object>(port: Port, file: string): Port {
  const methods = Object.entries(port as Record<string, Method>).map(([name, method]) => [
    name,
    (...args: readonly unknown[]) => {
      const result = method(...args)
      return result instanceof Promise ? result.catch((error) => Promise.reject(explained(error, file))) : result
    },
  ])
  return Object.fromEntries(methods) as Port
}
