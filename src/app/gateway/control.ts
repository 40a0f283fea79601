import { join } from 'node:path'
import { environment as processEnvironment } from '../../config/environment.ts'
import { Problem } from '../../core/problem.ts'
import type { LedgerRow } from '../../core/store.ts'
import type { Check } from '../../gateway/ports.ts'
import { readRefusals, type Refusal } from '../../access/refusals.ts'
import { type HouseOptions, openHouse } from '../house.ts'
import { packageRoot } from '../paths.ts'
import { askGateway } from './ask-gateway.ts'
import { addressOf, runningInstance } from './instance.ts'
import { isAlive } from './process.ts'
import { type ServicePlan, servicePlan } from './service.ts'

/** What other processes know of the gateway of this home. */
export interface GatewayStatus {
  readonly running: boolean
  readonly pid?: number
  readonly version?: string
  /** Epoch milliseconds. */
  readonly startedAt?: number
  readonly url?: string
  /** What it says of itself: checks by name. */
  readonly checks?: Readonly<Record<string, Check>>
  readonly model: LastCalls
  readonly refused: readonly Refusal[]
  /** Epoch milliseconds of this answer. */
  readonly askedAt: number
}

/** When a model last answered, and when one failed since. */
interface LastCalls {
  readonly answered?: { readonly at: number; readonly model: string }
  readonly failed?: { readonly at: number; readonly model: string; readonly kind: string }
}

/** Asks the running gateway how it is. */
export async function gatewayStatus(options: Pick<HouseOptions, 'redactor' | 'write'>): Promise<GatewayStatus> {
  const house = await openHouse({ ...options, debug: false })
  try {
    const known = {
      refused: await readRefusals(house.store.notes),
      model: lastCalls(await house.store.ledger.rows({ limit: 100 })),
      askedAt: house.clock.now(),
    }
    const facts = await runningInstance(house.store, isAlive)
    if (!facts) return { running: false, ...known }
    const { pid, version, startedAt } = facts
    const url = addressOf(facts)
    const checks = url === undefined ? undefined : await askReady(url)
    return {
      running: true,
      pid,
      version,
      startedAt,
      ...known,
      ...(url !== undefined && { url }),
      ...(checks && { checks }),
    }
  } finally {
    await house.close()
  }
}

/** From the newest calls; one that a person stopped says nothing. */
function lastCalls(rows: readonly LedgerRow[]): LastCalls {
  const calls = rows.filter(({ outcome }) => outcome !== 'aborted')
  const answered = calls.find(({ outcome }) => outcome === 'ok')
  const failed = calls[0] === answered ? undefined : calls[0]
  return {
    ...(answered && { answered: { at: answered.at, model: answered.endpoint } }),
    ...(failed && { failed: { at: failed.at, model: failed.endpoint, kind: failed.outcome } }),
  }
}

async function askReady(url: string): Promise<GatewayStatus['checks']> {
  try {
    const answer = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(5_000) })
    const { checks } = (await answer.json()) as Required<Pick<GatewayStatus, 'checks'>>
    return checks
  } catch {
    return { http: { ok: false, message: `${url} does not answer` } }
  }
}

/** Tells the running gateway to read its configuration again. A Problem when none runs, or the configuration cannot be used. */
export async function reloadGateway(options: Pick<HouseOptions, 'redactor' | 'write'>): Promise<void> {
  const house = await openHouse({ ...options, debug: false })
  try {
    if (await askGateway(house, '/reload')) return
    throw new Problem('No gateway with HTTP runs on this home.', { mend: 'Start one with "picoclaw gateway".' })
  } finally {
    await house.close()
  }
}

/** The service that would keep the gateway running here. */
export function plannedService(): ServicePlan {
  const { userHome, home, configPath } = processEnvironment()
  return servicePlan({
    platform: process.platform,
    userHome,
    home,
    ...(configPath !== join(home, 'config.json') && { config: configPath }),
    node: process.execPath,
    program: join(packageRoot(), 'dist', 'main.js'),
  })
}
