import { readFileSync } from 'node:fs'
import { silent } from '../../src/core/log.ts'
import { zoneOf } from '../../src/kit/zone.ts'
import { heartbeat } from '../../src/schedule/heartbeat.ts'
import { isTimes } from '../../src/schedule/job.ts'
import { nextRun } from '../../src/schedule/times.ts'
import { fakeClock } from '../fakes/clock.ts'
import { memoryStore } from '../fakes/store.ts'
import type { Adapters } from './adapters.ts'

export const adapters: Adapters = {
  nextRun: async ({ schedule, nowMs }: { schedule: unknown; nowMs: number }) =>
    (isTimes(schedule) ? await nextRun(schedule, nowMs, 'UTC') : undefined) ?? null,
  /** The first look at our own template with the text added to it. */
  heartbeatCallsModel({ appendToTemplate }: { appendToTemplate: string }) {
    const { inbox, notes } = memoryStore()
    return heartbeat({
      settings: () => ({ enabled: true, minutes: 30 }),
      readFile: async () => readFileSync('workspace/HEARTBEAT.md', 'utf8') + appendToTemplate,
      notes,
      inbox,
      clock: fakeClock(),
      log: silent,
      zone: zoneOf('UTC'),
      newId: () => crypto.randomUUID(),
      stored: async (message) => ({ session: 'agent:main:main', payload: JSON.stringify(message) }),
      ownerChats: async () => [{ channel: 'telegram', chat: '1' }],
    }).beat()
  },
}
