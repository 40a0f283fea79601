import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Store } from '../core/store.ts'
import { lazyStore } from './lazy.ts'

/** The store in a file of the home. Neither the file nor SQLite is touched before the first use. */
export function openStore(file: string, options: { readonly clock: Clock; readonly log: Log }): Store {
  return lazyStore(async () => (await import('./sqlite/open.ts')).openSqlite(file, options))
}
