import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type Environment, environment as processEnvironment } from '../config/environment.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import type { Warning } from '../config/warning.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { exitCodes, Problem } from '../core/problem.ts'
import type { Store } from '../core/store.ts'
import { systemClock } from '../kit/clock.ts'
import { network } from '../kit/network.ts'
import { type Redactor, redactor } from '../kit/redact.ts'
import type { ProtocolId } from '../models/vendor.ts'
import type { Protocol } from '../providers/endpoint.ts'
import { fleet, type Fleet } from '../providers/fleet.ts'
import { protocols } from '../providers/protocols.ts'
import { openStore } from '../store/open.ts'
import { type Catalogue, catalogue } from './catalogue.ts'
import { guideProtocol } from './guide.ts'
import { plainLog } from './log.ts'

/** The rooms that every command shares, opened and closed together. */
export interface House {
  readonly environment: Environment
  readonly clock: Clock
  readonly log: Log
  readonly redact: Redactor
  readonly store: Store
  readonly fleet: Fleet
  /** What the configuration in use says. */
  readonly current: Catalogue
  /** Takes another version of the configuration over. Rests, pacing and turns of candidates that still exist go on. */
  adopt(loaded: Loaded): Promise<void>
  close(): Promise<void>
}

export interface HouseOptions {
  /** Where warnings go. */
  write(text: string): unknown
  readonly debug: boolean
  readonly environment?: Environment
}

/** Opens the house. The database and the vendors' SDKs wait for their first use. */
export async function openHouse({ write, debug, environment = processEnvironment() }: HouseOptions): Promise<House> {
  const loaded = await loadConfig(environment)
  const redact = redactor(loaded.secrets)
  const log = debug
    ? (await import('./json-log.ts')).jsonLog({ write, level: 'debug', redact: redact.text })
    : plainLog(write, redact.text)
  tell(loaded.warnings, log)
  const { vars, home } = environment
  const outside = network({
    http: vars['http_proxy'] ?? vars['HTTP_PROXY'],
    https: vars['https_proxy'] ?? vars['HTTPS_PROXY'],
    none: vars['no_proxy'] ?? vars['NO_PROXY'],
  })
  const clock = systemClock
  const around = { environment, fetch: outside.fetch(), clock, log }
  const store = openStore(join(home, 'picoclaw.db'), { clock, log })
  let current = await catalogue(loaded, around)
  const candidates = fleet({
    clock,
    log,
    rests: store.rests,
    counters: store.counters,
    ledger: store.ledger,
    keyTag: (key) => createHash('sha256').update(key).digest('hex').slice(0, 12),
    protocol: (id) => protocol(id, current),
    fetchFor: (entry) => outside.fetch(entry.proxy),
    blob: noBlob,
    redact: redact.text,
    credential: noCredential,
  })
  return {
    environment,
    clock,
    log,
    redact,
    store,
    fleet: candidates,
    get current() {
      return current
    },
    async adopt(next) {
      for (const secret of next.secrets) redact.add(secret)
      tell(next.warnings, log)
      current = await catalogue(next, around)
      candidates.prune(current.sources.entries)
    },
    async close() {
      await Promise.all([store.close(), outside.close()])
    },
  }
}

function tell(warnings: readonly Warning[], log: Log): void {
  for (const { at, text, mend } of warnings) log.warn([`${at}: ${text}`, mend].filter(Boolean).join(' '))
}

async function protocol(id: ProtocolId, { sources }: Catalogue): Promise<Protocol> {
  if (id === 'guide') return guideProtocol(sources.found)
  const load = protocols[id]
  if (!load) throw new Problem(`The protocol ${id} is not built yet.`, { mend: 'Choose a model of another vendor.' })
  return (await load()).default
}

/** Attachments are stored from the first channel on that carries them. */
async function noBlob(id: string): Promise<never> {
  throw new Problem(`The attachment ${id} is not stored.`)
}

/** Sign-ins are stored from `auth login` on. */
async function noCredential({ name, vendor }: { readonly name: string; readonly vendor: string }): Promise<never> {
  throw new Problem(`${name} signs in with an account, and none is stored for ${vendor}.`, {
    mend: 'Give the row an api_key instead of auth_method.',
    exitCode: exitCodes.config,
  })
}
