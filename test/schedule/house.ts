import type { InboundMessage } from '../../src/core/channel.ts'
import { silent } from '../../src/core/log.ts'
import type { Log } from '../../src/core/log.ts'
import type { Store } from '../../src/core/store.ts'
import { jobEditor } from '../../src/schedule/editor.ts'
import { schedule } from '../../src/schedule/loop.ts'
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
    zone: 'UTC',
    newId: () => `id-${(id += 1)}`,
    stored: async (message) => ({ session: `agent:main:${message.at.chat}`, payload: JSON.stringify(message) }),
    async deliverTo(to, text, key) {
      if (!sent.some((item) => item.key === key)) sent.push({ chat: to.chat, text, key })
    },
    ownerChat: async () => ({ channel: 'telegram', chat: 'owner' }),
    commandLimitMs: () => 300_000,
    ...parts,
  }
  const editor = jobEditor({ ...all, newId: () => crypto.randomUUID() })
  return {
    clock,
    store,
    sent,
    log,
    parts: all,
    editor,
    schedule: schedule(all),
    process: (other: Partial<ScheduleParts> = {}) => schedule({ ...all, ...other }),
    /** The messages that wait for the agent. */
    async messages(): Promise<readonly InboundMessage[]> {
      const open = await store.inbox.open()
      return open
        .filter(({ channel }) => channel !== 'schedule')
        .map(({ payload }) => JSON.parse(payload) as InboundMessage)
    },
  }
}
