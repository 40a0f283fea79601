import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type Environment, environment as processEnvironment } from '../config/environment.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import type { Warning } from '../config/warning.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { exitCodes, Problem } from '../core/problem.ts'
import type { Store } from '../core/store.ts'
import { systemClock } from '../kit/clock.ts'
import { type Network, network } from '../kit/network.ts'
import { type Redactor, redactor } from '../kit/redact.ts'
import { localZone, type Zone } from '../kit/zone.ts'
import { purse } from '../ledger/purse.ts'
import type { ProtocolId } from '../models/vendor.ts'
import type { Protocol } from '../providers/endpoint.ts'
import { fleet, type Fleet } from '../providers/fleet.ts'
import { protocols } from '../providers/protocols.ts'
import { openStore } from '../store/open.ts'
import { redactedStore } from './redacted-store.ts'
import { type Catalogue, catalogue } from './catalogue.ts'
import { guideProtocol } from './guide.ts'
import { learnSecrets, learnVariables } from './known-secrets.ts'
import { plainLog } from './log.ts'

/** The rooms that every command shares, opened and closed together. */
export interface House {
  readonly environment: Environment
  readonly clock: Clock
  readonly log: Log
  /** Knows every secret of this house. */
  readonly redactor: Redactor
  readonly store: Store
  /** The way outside, through the proxies of this machine. */
  readonly network: Network
  /** The clocks of the people: what they call today, this month and eight o’clock. */
  readonly zone: Zone
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
  /** The log is JSON lines at the level of `gateway.log_level`, as a service writes it. */
  readonly service?: boolean
  readonly environment?: Environment
  /** Time; that of the machine when absent. */
  readonly clock?: Clock
  /** Learns the secrets of the house; its own when absent. */
  readonly redactor?: Redactor
}

/** Opens the house. The database and the vendors' SDKs wait for their first use. */
export async function openHouse(options: HouseOptions): Promise<House> {
  const { write, debug, redactor: known = redactor() } = options
  const started = options.environment ?? processEnvironment()
  learnVariables(known, started.vars)
  const loaded = await loadConfig(started)
  learnSecrets(known, loaded)
  const level = debug ? 'debug' : options.service ? loaded.config.gateway.log_level : undefined
  const log =
    level === undefined
      ? plainLog(write, known.text)
      : (await import('./json-log.ts')).jsonLog({ write, level, redact: known.text })
  tell(loaded.warnings, log)
  // With what .env beside the configuration adds.
  const { environment } = loaded
  const { vars, home } = environment
  const outside = network({
    http: vars['http_proxy'] ?? vars['HTTP_PROXY'],
    https: vars['https_proxy'] ?? vars['HTTPS_PROXY'],
    none: vars['no_proxy'] ?? vars['NO_PROXY'],
  })
  const { clock = systemClock } = options
  const around = { environment, fetch: outside.fetch(), clock, log }
  const store = redactedStore(openStore(join(home, 'picoclaw.db'), { clock, log }), known)
  let current = await catalogue(loaded, around)
  const zone = localZone(() => current.loaded.config.timezone)
  const candidates = fleet({
    purse: purse({
      settings() {
        const { budget, gateway } = current.loaded.config
        return { budget, keys: gateway.keys }
      },
      budget: store.budget,
      notes: store.notes,
      clock,
      log,
      zone,
      newId: randomUUID,
    }),
    retries() {
      const { max_llm_retries: rounds, llm_retry_backoff_secs: seconds } = current.loaded.config.agents.defaults
      return { rounds, waitMs: seconds * 1_000 }
    },
    clock,
    log,
    rests: store.rests,
    counters: store.counters,
    ledger: store.ledger,
    keyTag: (key) => createHash('sha256').update(key).digest('hex').slice(0, 12),
    protocol: (id) => protocol(id, current),
    fetchFor: (entry) => outside.fetch(entry.proxy),
    blob: async (id) => (await store.blobs.get(id))?.bytes,
    redact: known.text,
    credential: noCredential,
  })
  return {
    environment,
    clock,
    log,
    redactor: known,
    store,
    network: outside,
    zone,
    fleet: candidates,
    get current() {
      return current
    },
    async adopt(next) {
      learnSecrets(known, next)
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

/** Sign-ins are stored from `auth login` on. */
async function noCredential({ name, vendor }: { readonly name: string; readonly vendor: string }): Promise<never> {
  throw new Problem(`${name} signs in with an account, and none is stored for ${vendor}.`, {
    mend: 'Give the row an api_key instead of auth_method.',
    exitCode: exitCodes.config,
  })
}
