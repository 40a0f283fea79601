import type { InboundMessage } from '../../src/core/channel.ts'
import type { InboxItem } from '../../src/core/store.ts'
import { silent } from '../../src/core/log.ts'
import type { Log } from '../../src/core/log.ts'
import type { Store } from '../../src/core/store.ts'
import { zoneOf } from '../../src/kit/zone.ts'
import { jobEditor } from '../../src/schedule/editor.ts'
import { schedule } from '../../src/schedule/loop.ts'
import type { Outcome } from '../../src/schedule/outcome.ts'
import type { ScheduleParts } from '../../src/schedule/ports.ts'
import { fakeClock } from '../fakes/clock.ts'
import { memoryStore } from '../fakes/store.ts'

/** Monday, 30 November 2026, 08:00 UTC. */
export const morning = Date.parse('2026-11-30T08:00:00Z')
export const creator = { channel: 'telegram', id: '7', role: 'owner' } as const
export const chat = { channel: 'telegram', chat: '7' } as const

/** A house with a schedule whose clock stands still. `process()` is another process on the same store. */
export function scheduleHouse(more: Partial<ScheduleParts> & { readonly store?: Store; readonly start?: number } = {}) {
  const { store: given, start = morning, ...parts } = more
  const clock = fakeClock(start)
  const store = given ?? memoryStore(clock)
  const sent: { readonly chat: string; readonly text: string; readonly key: string }[] = []
  const log: string[] = []
  const note = (message: string) => void log.push(message)
  let id = 0
  const all: ScheduleParts = {
    ...store,
    clock,
    log: { ...silent, warn: note, error: note } satisfies Log,
    zone: zoneOf('UTC'),
    newId: () => `id-${(id += 1)}`,
    stored: async (message) => ({ session: `agent:main:${message.at.chat}`, payload: JSON.stringify(message) }),
    async deliverTo(to, text, key) {
      if (!sent.some((item) => item.key === key)) sent.push({ chat: to.chat, text, key })
    },
    ownerChats: async () => [{ channel: 'telegram', chat: 'owner' }, chat],
    commandLimitMs: () => 300_000,
    ...parts,
  }
  const editor = jobEditor({ ...all, newId: () => crypto.randomUUID() })
  const main = schedule(all)
  const waiting = async () => (await store.inbox.open()).filter(({ channel }) => channel !== 'schedule')
  return {
    clock,
    store,
    sent,
    log,
    parts: all,
    editor,
    schedule: main,
    process: (other: Partial<ScheduleParts> = {}) => schedule({ ...all, ...other }),
    /** The messages that wait for the agent. */
    async messages(): Promise<readonly InboundMessage[]> {
      return (await waiting()).map(messageOf)
    },
    /** The agent answers what waits for it. Resolves to that. */
    async answered(outcome: Outcome = { ok: true }): Promise<readonly InboundMessage[]> {
      const items = await waiting()
      await store.inbox.done(items.map((item) => item.id))
      for (const { platformId } of items) await main.report(platformId, outcome)
      return items.map(messageOf)
    },
  }
}

const messageOf = ({ payload }: Pick<InboxItem, 'payload'>) => JSON.parse(payload) as InboundMessage
