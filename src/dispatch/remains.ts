import type { InboxItem, InboxStore } from '../core/store.ts'

type Arrived = Omit<InboxItem, 'tries' | 'turn'>

/** What waits in the inbox for a channel to open. A channel may be closed and opened again: each message is given out once in a process. */
export interface Remains {
  /** A message that somebody else put into the inbox: true when it may go on now. Otherwise its channel gets it when it opens. */
  mayGo(item: Arrived): boolean
  /** A channel opens: what a former process left of it, and what came while it was closed. Oldest first. */
  opened(channel: string): Promise<readonly InboxItem[]>
  closed(channel: string): void
}

export function remains(inbox: Pick<InboxStore, 'open'>): Remains {
  const known = new Set<string>()
  /** Channels that are open, with what was given out when they opened. */
  const given = new Map<string, ReadonlySet<string>>()
  const waiting = new Map<string, Arrived>()

  return {
    mayGo(item) {
      const found = given.get(item.channel)
      if (!found) waiting.set(item.id, item)
      return found ? !found.has(item.id) : false
    },
    async opened(channel) {
      const stored = (await inbox.open()).filter((item) => item.channel === channel)
      const late = [...waiting.values()].filter((item) => item.channel === channel)
      // Later on, what else stands in the inbox is being worked on here.
      const found = stored.filter(({ id }) => !known.has(channel) || waiting.has(id))
      const missing = late.filter(({ id }) => !stored.some((item) => item.id === id))
      known.add(channel)
      for (const { id } of late) waiting.delete(id)
      const all = [...found, ...missing.map((item) => ({ ...item, tries: 0 }))]
      given.set(channel, new Set(all.map(({ id }) => id)))
      return all
    },
    closed(channel) {
      given.delete(channel)
    },
  }
}
