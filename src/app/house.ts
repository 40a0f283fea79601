import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Loaded } from '../config/load.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { Problem } from '../core/problem.ts'
import type { Store } from '../core/store.ts'
import { closeConnections, fetchThrough } from '../kit/network.ts'
import { type Redactor, redactor } from '../kit/redact.ts'
import { registry, type Registry } from '../models/registry.ts'
import { rowFor } from '../models/vendor-lookup.ts'
import { type Fleet, fleet } from '../providers/fleet.ts'
import { protocols } from '../providers/protocols.ts'
import { lazyStore } from '../store/lazy.ts'
import { jsonLog, plainLog } from './log.ts'
import { guideProtocol } from './guide.ts'
import { type ModelSources, modelSources } from './model-sources.ts'

/** The rooms that every command shares, opened and closed together. */
export interface House {
  readonly clock: Clock
  readonly log: Log
  readonly store: Store
  readonly redact: Redactor
  readonly sources: ModelSources
  readonly registry: Registry
  readonly fleet: Fleet
  close(): Promise<void>
}

interface HouseOptions {
  readonly clock: Clock
  readonly debug: boolean
  write(text: string): void
}

/** Opens the house over a loaded configuration. The database and the vendors' SDKs wait for their first use. */
export async function house(loaded: Loaded, { clock, debug, write }: HouseOptions): Promise<House> {
  const redact = redactor(loaded.secrets)
  const log = debug
    ? (await import('./json-log.ts')).jsonLog({ write, level: 'debug', redact: redact.text })
    : plainLog(write, redact.text)
  for (const warning of loaded.warnings)
    log.warn([`${warning.at ?? loaded.path}: ${warning.text}`, warning.mend].filter(Boolean).join(' '))
  const proxy = loaded.environment.proxy
  const sources = await modelSources(loaded, { fetch: await fetchThrough({}), clock })
  return { clock, log }
}
