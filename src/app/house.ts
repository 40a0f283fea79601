import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type Environment, environment as processEnvironment } from '../config/environment.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { exitCodes, Problem } from '../core/problem.ts'
import type { Store } from '../core/store.ts'
import { systemClock } from '../kit/clock.ts'
import { network } from '../kit/network.ts'
import { type Redactor, redactor } from '../kit/redact.ts'
import { environmentKey } from '../models/environment.ts'
import { registry, type Registry } from '../models/registry.ts'
import type { ProtocolId } from '../models/vendor.ts'
import { vendors } from '../models/vendors.ts'
import type { Protocol } from '../providers/endpoint.ts'
import { fleet, type Fleet } from '../providers/fleet.ts'
import { protocols } from '../providers/protocols.ts'
import { openStore } from '../store/open.ts'
import { guideProtocol } from './guide.ts'
import { learnSecrets, learnVariables } from './known-secrets.ts'
import { plainLog } from './log.ts'
import { type ModelSources, modelSources } from './model-sources.ts'
import { redactedStore } from './redacted.ts'

/** The rooms that every command shares, opened and closed together. */
export interface House {
  readonly environment: Environment
  readonly loaded: Loaded
  readonly clock: Clock
  readonly log: Log
  readonly store: Store
  readonly sources: ModelSources
  readonly registry: Registry
  readonly fleet: Fleet
  /** Knows every secret of this house. */
  readonly redactor: Redactor
  close(): Promise<void>
}

export interface HouseOptions {
  /** Where warnings go. */
  write(text: string): unknown
  readonly debug: boolean
  readonly environment?: Environment
  /** Learns the secrets of the house; its own when absent. */
  readonly redactor?: Redactor
}

/** Opens the house. The database and the vendors' SDKs wait for their first use. */
export async function openHouse({
  write,
  debug,
  environment = processEnvironment(),
  redactor: known = redactor(),
}: HouseOptions): Promise<House> {
  learnVariables(known, environment.vars)
  const loaded = await loadConfig(environment)
  learnSecrets(known, loaded)
  const redact = (text: string) => known.text(text)
  const log = debug
    ? (await import('./json-log.ts')).jsonLog({ write, level: 'debug', redact })
    : plainLog(write, redact)
  for (const { at, text, mend } of loaded.warnings) log.warn([`${at}: ${text}`, mend].filter(Boolean).join(' '))
  const { vars, home } = environment
  const outside = network({
    http: vars['http_proxy'] ?? vars['HTTP_PROXY'],
    https: vars['https_proxy'] ?? vars['HTTPS_PROXY'],
    none: vars['no_proxy'] ?? vars['NO_PROXY'],
  })
  const clock = systemClock
  const sources = await modelSources(loaded, { environment, fetch: outside.fetch(), clock, log })
  for (const key of sources.entries.flatMap((entry) => entry.keys)) known.add(key)
  const store = redactedStore(openStore(join(home, 'picoclaw.db'), { clock, log }), known)
  const { aliases, fallback_rules, tiers, agents } = loaded.config
  return {
    environment,
    loaded,
    clock,
    log,
    store,
    sources,
    registry: registry({
      entries: sources.entries,
      aliases,
      tiers: Object.fromEntries(Object.entries(tiers).filter(([, name]) => name)),
      fallbackRules: fallback_rules.flatMap(({ match, to }) => to.map((name) => ({ match, to: name }))),
      defaultModel: sources.defaultModel,
      ...(agents.defaults.provider && { defaultVendor: agents.defaults.provider }),
      keyFor: (vendor) => environmentKey(vars, vendor),
      unbuilt: unbuilt(),
    }),
    fleet: fleet({
      clock,
      log,
      rests: store.rests,
      counters: store.counters,
      ledger: store.ledger,
      keyTag: (key) => createHash('sha256').update(key).digest('hex').slice(0, 12),
      protocol: (id) => protocol(id, sources),
      fetchFor: (entry) => outside.fetch(entry.proxy),
      blob: async (id) => {
        throw new Problem(`The attachment ${id} is not stored.`)
      },
      redact,
      credential: async ({ name, vendor }) => {
        throw new Problem(`${name} signs in with an account, and none is stored for ${vendor}.`, {
          mend: 'Give the row an api_key instead of auth_method.',
          exitCode: exitCodes.config,
        })
      },
    }),
    redactor: known,
    async close() {
      await Promise.all([store.close(), outside.close()])
    },
  }
}

/** Protocols that rows may name and nobody speaks yet. */
function unbuilt(): ReadonlySet<ProtocolId> {
  return new Set(Object.values(vendors).flatMap(({ protocol: id }) => (id === 'guide' || id in protocols ? [] : [id])))
}

async function protocol(id: ProtocolId, { found }: ModelSources): Promise<Protocol> {
  if (id === 'guide') return guideProtocol(found)
  const load = protocols[id]
  if (!load) throw new Problem(`The protocol ${id} is not built yet.`, { mend: 'Choose a model of another vendor.' })
  return (await load()).default
}
