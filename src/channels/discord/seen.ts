import { isJsonObject } from '../../core/json.ts'
import type { NoteStore } from '../../core/store.ts'

export interface LastSeen {
  /** The platform's id of the last message that was heard. */
  readonly last: string
  /** Absent for a direct chat. */
  readonly guild?: string
}

/** The last message heard in each channel, so that what comes while nobody listens can be asked for. */
export interface Seen {
  load(): Promise<void>
  get(channel: string): LastSeen | undefined
  channels(): readonly (readonly [channel: string, seen: LastSeen])[]
  /** The last message heard anywhere: ids of all channels grow with time. */
  latest(): string | undefined
  /** Kept at once. */
  mark(channel: string, seen: LastSeen): Promise<void>
  /** Kept now and then, and by `flush`: for messages that are not handed on. */
  glance(channel: string, seen: LastSeen): Promise<void>
  forget(channel: string): Promise<void>
  flush(): Promise<void>
}

/** Glances between two that are kept. */
const glances = 50

export function seenIn(notes: Pick<NoteStore, 'put' | 'remove' | 'list'>, name: string): Seen {
  const prefix = `discord:${name}:seen:`
  const held = new Map<string, LastSeen>()
  /** Glances since the last one that was kept. */
  const loose = new Map<string, number>()
  const keep = async (channel: string) => {
    loose.delete(channel)
    const seen = held.get(channel)
    if (seen) await notes.put(`${prefix}${channel}`, { ...seen })
  }
  /** False for one that is older than what was seen: Discord does not promise an order. */
  const advance = (channel: string, seen: LastSeen): boolean => {
    const former = held.get(channel)
    if (former && BigInt(former.last) >= BigInt(seen.last)) return false
    held.set(channel, seen)
    return true
  }
  return {
    async load() {
      held.clear()
      for (const { name: note, value } of await notes.list(prefix)) {
        if (!isJsonObject(value) || typeof value['last'] !== 'string') continue
        const { last, guild } = value
        held.set(note.slice(prefix.length), { last, ...(typeof guild === 'string' && { guild }) })
      }
    },
    get: (channel) => held.get(channel),
    channels: () => [...held],
    latest() {
      const ids = [...held.values()].map(({ last }) => last)
      return ids.length === 0 ? undefined : ids.reduce((one, other) => (BigInt(other) > BigInt(one) ? other : one))
    },
    async mark(channel, seen) {
      if (advance(channel, seen)) await keep(channel)
    },
    async glance(channel, seen) {
      const known = held.has(channel)
      if (!advance(channel, seen)) return
      const count = (loose.get(channel) ?? 0) + 1
      loose.set(channel, count)
      if (!known || count >= glances) await keep(channel)
    },
    async forget(channel) {
      held.delete(channel)
      loose.delete(channel)
      await notes.remove(`${prefix}${channel}`)
    },
    async flush() {
      for (const channel of loose.keys()) await keep(channel)
    },
  }
}
