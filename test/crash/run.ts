import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { silent } from '../../src/core/log.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { openStore } from '../../src/store/open.ts'
import { fakeTelegram, type FakeTelegram } from '../fakes/telegram/server.ts'
import type { Call } from '../fakes/telegram/state.ts'
import { killedGateway, type KilledGateway } from './child.ts'
import { judge, type Verdict } from './law.ts'
import { firstChat, people } from './people.ts'
import { type StepName, stepNames, stepOf } from './steps.ts'
import { scriptedVendor } from './vendor.ts'

export interface RunOptions {
  readonly step: StepName
  readonly seed: number
  /** Messages of people, in all waves together. */
  readonly messages: number
  /** In each of them the process is killed once. */
  readonly waves: number
  /** The passing at which it is killed; absent: chance decides. */
  readonly passing?: number
}

export interface RunResult extends Verdict, RunOptions {
  readonly kills: number
  /** Messages that people sent, commands and approvals included. */
  readonly said: number
  /** What the process wrote last, when something is wrong. */
  readonly log: string
}

/** People, a platform and a vendor around a gateway that is killed at one step again and again. */
export async function crashRun({ step, seed, messages, waves, passing: fixed }: RunOptions): Promise<RunResult> {
  const random = randomOf(seed * 1_000 + stepNames.indexOf(step))
  const around: { gateway?: KilledGateway; look?: () => void } = {}
  const passing = (name: StepName) => around.gateway?.passing(name)
  await using vendor = await scriptedVendor(passing)
  await using fake = await fakeTelegram({
    onCall(call, when) {
      const name = wireStep(call, when)
      if (name) passing(name)
      if (when === 'done') queueMicrotask(() => around.look?.())
    },
  })
  const crowd = Math.max(2, Math.min(16, Math.floor(messages / waves / 2)))
  const all = people(fake, vendor, crowd)
  around.look = () => all.look()
  await using gateway = killedGateway(configOf(fake, vendor.url, crowd))
  around.gateway = gateway

  for (let wave = 0; wave < waves; wave += 1) {
    const chance = 1 + Math.floor(random() * 4)
    gateway.arm(step, fixed ?? (stepOf(step).rare ? 1 : chance))
    if (stepOf(step).cuts) fake.fault('sendMessage', { cut: 'after' })
    await all.wave(Math.floor(messages / waves))
    gateway.disarm()
  }
  await atRest(gateway.home)
  await gateway.end()
  const verdict = await judge({ fake, vendor, people: all, home: gateway.home })
  const broken = verdict.lost.length + verdict.doubled.length + verdict.silent.length > 0
  return {
    step,
    seed,
    messages,
    waves,
    ...verdict,
    kills: gateway.kills,
    said: all.said.length,
    log: broken ? gateway.log() : '',
  }
}

/** Waits until nothing is worked on and nothing is on its way out, at most half a minute: what is left then is the law's to judge. */
async function atRest(home: string): Promise<void> {
  const store = openStore(join(home, 'picoclaw.db'), { clock: systemClock, log: silent })
  try {
    for (let looks = 0; looks < 150; looks += 1) {
      const left = await Promise.all([store.inbox.open(), store.outbox.open(), store.turns.list({ state: 'running' })])
      if (left.every(({ length }) => length === 0)) return
      await sleep(200)
    }
  } finally {
    await store.close()
  }
}

function wireStep({ method, values }: Call, when: 'arrived' | 'done'): StepName | undefined {
  if (method === 'sendMessage') return when === 'arrived' ? 'send-arrived' : 'send-done'
  if (method === 'editMessageText' && when === 'arrived') return 'edit-arrived'
  // The next poll confirms what the last one brought.
  if (method === 'getUpdates' && when === 'arrived' && values['offset'] !== undefined) return 'poll-answered'
  return undefined
}

const configOf = (fake: FakeTelegram, vendor: string, crowd: number) => ({
  version: 3,
  model_list: [
    {
      model_name: 'scripted',
      model: 'openai/scripted',
      api_base: vendor,
      api_key: 'sk-loopback-scripted-key',
      price: { input: 0, output: 0 },
    },
  ],
  agents: { defaults: { model_name: 'scripted', restrict_to_workspace: true } },
  owners: Array.from({ length: crowd }, (_, person) => `telegram:${firstChat + person}`),
  sandbox: { mode: 'off' },
  heartbeat: { enabled: false },
  gateway: { log_level: 'warn' },
  channel_list: {
    telegram: {
      enabled: true,
      type: 'telegram',
      allow_from: ['*'],
      settings: {
        token: fake.token,
        base_url: fake.url,
        streaming: { enabled: true, throttle_seconds: 1, min_growth_chars: 100 },
      },
    },
  },
})

/** Numbers from 0 to 1, the same for each seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
