import { join } from 'node:path'
import { environment as processEnvironment } from '../../config/environment.ts'
import { Problem } from '../../core/problem.ts'
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
  readonly checks?: Readonly<Record<string, { readonly ok: boolean; readonly message?: string }>>
  readonly refused: readonly Refusal[]
}

/** Asks the running gateway how it is. */
export async function gatewayStatus(options: Pick<HouseOptions, 'redactor' | 'write'>): Promise<GatewayStatus> {
  const house = await openHouse({ ...options, debug: false })
  try {
    const refused = await readRefusals(house.store.notes)
    const facts = await runningInstance(house.store, isAlive)
    if (!facts) return { running: false, refused }
    const { pid, version, startedAt } = facts
    const url = addressOf(facts)
    const checks = url === undefined ? undefined : await askReady(url)
    return {
      running: true,
      pid,
      version,
      startedAt,
      refused,
      ...(url !== undefined && { url }),
      ...(checks && { checks }),
    }
  } finally {
    await house.close()
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
