import type { Sender } from '../core/channel.ts'

/** The names that a channel answers to in an entry such as `telegram:123`: its own name and its kind. */
export type ChannelNames = readonly string[]

/**
 * How an allow list knows a sender: by the platform's id, by a username (which its holder can give up and another can take), or because
 * it lets everybody in. Undefined when it does not.
 *
 * Entries: `123` and any other id, `@name`, `id|name`, `channel:id`, `*`. Names compare exactly, channels without regard to case.
 */
export function knownBy(
  allowFrom: readonly string[],
  sender: Pick<Sender, 'id' | 'username'>,
  channels: ChannelNames,
): 'id' | 'name' | 'everybody' | undefined {
  const entries = entriesOf(allowFrom)
  const by = entries.map((entry) => matchOf(entry, sender, channels))
  if (by.includes('id')) return 'id'
  if (by.includes('name')) return 'name'
  return entries.includes('*') ? 'everybody' : undefined
}

/** What an allow list opens, for people to look at. */
export function allowListSummary(allowFrom: readonly string[]) {
  const entries = entriesOf(allowFrom)
  return {
    nobody: entries.length === 0,
    everybody: entries.includes('*'),
    /** Entries that go by a username alone: whoever takes the name is let in. */
    names: entries.filter((entry) => entry.startsWith('@')),
  }
}

/** True when the list is one entry and that entry is this very id: a list of one person is its owner's. */
export function isOnlyEntry(allowFrom: readonly string[], id: string, channels: ChannelNames): boolean {
  const entries = entriesOf(allowFrom)
  return entries.length === 1 && matchOf(entries[0] ?? '', { id }, channels) === 'id'
}

/** True when `channel:id` is in the list. An id without its channel is nobody: on another channel it may be somebody else. */
export function isListed(list: readonly string[], id: string, channels: ChannelNames): boolean {
  return entriesOf(list).some((entry) => withoutChannel(entry, channels) === id)
}

const entriesOf = (list: readonly string[]) => list.map((entry) => entry.trim()).filter(Boolean)

function matchOf(
  entry: string,
  { id, username }: Pick<Sender, 'id' | 'username'>,
  channels: ChannelNames,
): 'id' | 'name' | undefined {
  if (id === '' || entry === '*') return undefined
  const named = (text: string) => username !== undefined && username !== '' && text === username
  // Some platforms have ids with @, : or | in them, so the whole entry is tried first.
  if (entry === id) return 'id'
  const local = withoutChannel(entry, channels) ?? entry
  if (local === id) return 'id'
  const bar = local.indexOf('|')
  if (bar >= 0) {
    if (local.slice(0, bar).trim() === id) return 'id'
    return named(withoutAt(local.slice(bar + 1).trim())) ? 'name' : undefined
  }
  return local.startsWith('@') && named(withoutAt(local)) ? 'name' : undefined
}

const withoutAt = (text: string) => text.replace(/^@/, '')

function withoutChannel(entry: string, channels: ChannelNames): string | undefined {
  const colon = entry.indexOf(':')
  if (colon < 1) return undefined
  const channel = entry.slice(0, colon).toLowerCase()
  return channels.some((name) => name.toLowerCase() === channel) ? entry.slice(colon + 1).trim() : undefined
}
