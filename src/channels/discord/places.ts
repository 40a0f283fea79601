import type { APIChannel, Client, GuildBasedChannel } from 'discord.js'
import type { ChatRef } from '../../core/place.ts'
import type { Rest } from './rest.ts'

/** Where a message was written. */
export interface Place {
  readonly id: string
  readonly kind: 'direct' | 'group'
  readonly guild?: string
  /** The channel that a thread hangs on. */
  readonly parent?: string
}

/** What is known of guilds and their channels. */
export interface Places {
  /** Asks Discord where the caches do not know. Rejects when Discord does not know either. */
  of(channel: string): Promise<Place>
  /** As `of`, without asking; undefined when not known. */
  known(channel: string): Place | undefined
  name(channel: string): string | undefined
  /** Roles that the bot has in a guild. */
  ownRoles(guild: string): readonly string[]
  /** True when everybody in its guild may read the channel. */
  open(channel: string): boolean
  /** False when the bot surely may not read what was written in the channel. */
  readable(channel: string): boolean
}

/** The most places asked for that are remembered. */
const remembered = 500

export function placesOf(client: () => Client | undefined, rest: Rest): Places {
  const asked = new Map<string, Place>()
  const cached = (id: string): GuildBasedChannel | undefined => {
    const channel = client()?.channels.cache.get(id)
    return channel && 'guildId' in channel && channel.guildId !== null ? channel : undefined
  }
  const known = (id: string): Place | undefined => {
    const channel = cached(id)
    if (!channel) return asked.get(id)
    return placed(id, channel.guildId, channel.isThread() ? (channel.parentId ?? undefined) : undefined)
  }
  return {
    known,
    async of(id) {
      const found = known(id)
      if (found) return found
      const channel = await rest.request<APIChannel>('GET', `/channels/${id}`)
      const guild = 'guild_id' in channel ? channel.guild_id : undefined
      const thread =
        threadTypes.has(channel.type) && 'parent_id' in channel ? (channel.parent_id ?? undefined) : undefined
      const place = placed(id, guild, thread)
      asked.set(id, place)
      const [oldest] = asked.keys()
      if (asked.size > remembered && oldest !== undefined) asked.delete(oldest)
      return place
    },
    name: (id) => cached(id)?.name,
    ownRoles(guildId) {
      const guild = client()?.guilds.cache.get(guildId)
      const own = client()?.user
      if (!guild || !own) return []
      const managed = guild.roles.botRoleFor(own)
      const had = [...(guild.members.me?.roles.cache.keys() ?? [])].filter((role) => role !== guildId)
      return managed ? [managed.id, ...had] : had
    },
    open(id) {
      const channel = cached(id)
      return channel?.permissionsFor(channel.guild.roles.everyone).has(viewChannel) ?? false
    },
    readable(id) {
      const channel = cached(id)
      const own = channel?.guild.members.me
      return !channel || !own || channel.permissionsFor(own).has(viewChannel | readHistory)
    },
  }
}

const viewChannel = 1n << 10n
const readHistory = 1n << 16n
/** Threads of announcements, public and private ones. */
const threadTypes = new Set<number>([10, 11, 12])

function placed(id: string, guild: string | undefined, parent: string | undefined): Place {
  return {
    id,
    kind: guild === undefined ? 'direct' : 'group',
    ...(guild !== undefined && { guild }),
    ...(parent !== undefined && { parent }),
  }
}

/** A thread is told apart from the channel it hangs on. */
export function refOf(channel: string, place: Place): ChatRef {
  return place.parent === undefined ? { channel, chat: place.id } : { channel, chat: place.parent, thread: place.id }
}

/** Discord's id of the place that a reference means. */
export const targetOf = (at: ChatRef): string => at.thread ?? at.chat
