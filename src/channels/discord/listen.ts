import type { APIMessage, GatewayDispatchPayload } from 'discord.js'
import type { InboundMessage, Receiver } from '../../core/channel.ts'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import { Lanes } from '../../kit/lanes.ts'
import { apiCode, deliveryFailure } from './failures.ts'
import { commandOf, inboundOf, isWritten } from './inbound.ts'
import type { Interaction, Reader, WrittenMessage } from './inbound.ts'
import { linkedLines } from './links.ts'
import { refOf } from './places.ts'
import type { Place, Places } from './places.ts'
import type { Rest } from './rest.ts'
import type { Seen } from './seen.ts'

export interface ListenOptions {
  readonly library: typeof import('./library.ts')
  readonly receiver: Receiver
  readonly rest: Rest
  readonly places: Places
  readonly seen: Seen
  readonly clock: Clock
  readonly log: Log
  readonly life: AbortSignal
  readonly mentionOnly: () => boolean
  /** Undefined before the first session. */
  reader(): Reader | undefined
}
export interface Listener {
  event(event: GatewayDispatchPayload): void
  /** A fresh session stands: what came in direct chats meanwhile is asked for. Servers follow by their own events. */
  session(): void
  /** Resolves when nothing heard is still being handed on. */
  idle(): Promise<void>
}

/** What is read of a server. */
interface Guild {
  readonly id: string
  readonly channels?: readonly WithLast[]
  /** Those that are not archived. */
  readonly threads?: readonly WithLast[]
}
interface WithLast {
  readonly id: string
  readonly last_message_id?: string | null
}

/** Messages of one request, and the most requests for one channel. */
const pageSize = 100
const pages = 20
/** Ids of messages that were handed on; a resumed connection may repeat some. */
const rememberedIds = 2_000
const retryMs = [1_000, 2_000, 5_000, 15_000, 30_000] as const

/** Hands on what is written, channel by channel in order. */
export function listening(options: ListenOptions): Listener {
  const { library, receiver, rest, places, seen, clock, log, life } = options
  const lanes = new Lanes()
  const running = new Set<Promise<void>>()
  const handled = new Set<string>()

  const inLane = (channel: string, work: () => Promise<void>) => {
    const done = lanes
      .run(channel, work)
      .catch((error: unknown) => {
        if (!life.aborted) log.error('A message of Discord could not be handed on.', { channel, why: String(error) })
      })
      .finally(() => running.delete(done))
    running.add(done)
  }
  const placeOf = (message: WrittenMessage): Promise<Place> => {
    const direct = 'channel_type' in message && message.channel_type === 1
    if (direct) return Promise.resolve({ id: message.channel_id, kind: 'direct' })
    return places.of(message.channel_id).catch((error: unknown) => {
      if (message.guild_id === undefined) throw error
      return { id: message.channel_id, kind: 'group', guild: message.guild_id }
    })
  }
  /** Tries until it is stored: before that it does not count as heard. */
  async function handOn(message: InboundMessage): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await receiver.message(message)
      } catch (error) {
        life.throwIfAborted()
        log.error('A message could not be stored; trying again.', { id: message.id, why: String(error) })
        await clock.sleep(retryMs[Math.min(tries, retryMs.length - 1)] ?? 0, life)
      }
    }
  }
  const remember = (id: string) => {
    handled.add(id)
    const [oldest] = handled
    if (handled.size > rememberedIds && oldest !== undefined) handled.delete(oldest)
  }
  async function written(message: WrittenMessage): Promise<void> {
    const reader = options.reader()
    if (!reader || handled.has(message.id) || life.aborted) return
    const { channel_id: channel, id } = message
    const place = await placeOf(message)
    const last = { last: id, ...(place.guild !== undefined && { guild: place.guild }) }
    const inbound = isWritten(message) ? inboundOf(message, place, reader) : undefined
    if (!inbound || (options.mentionOnly() && !inbound.addressed)) return seen.glance(channel, last)
    const linked = await linkedLines(message, place, { rest, places, reader })
    await handOn(linked.length === 0 ? inbound : { ...inbound, text: [inbound.text, ...linked].join('\n') })
    remember(id)
    await seen.mark(channel, last)
  }
  async function edited(message: WrittenMessage): Promise<void> {
    const reader = options.reader()
    // Discord also tells of a change when it adds the preview of a link.
    const isEdit = typeof message.edited_timestamp === 'string' && typeof message.content === 'string'
    if (!reader || !receiver.edited || !isEdit || !isWritten(message)) return
    const place = await placeOf(message)
    const { text } = inboundOf(message, place, reader)
    await receiver.edited(refOf(reader.name, place), message.id, text)
  }
  async function deleted(channel: string, ids: readonly string[]): Promise<void> {
    const reader = options.reader()
    if (!reader || !receiver.deleted) return
    const place = await places.of(channel).catch((): Place => ({ id: channel, kind: 'direct' }))
    for (const id of ids) await receiver.deleted(refOf(reader.name, place), id)
  }
  async function command(interaction: Interaction): Promise<void> {
    const reader = options.reader()
    const channel = interaction.channel?.id
    if (!reader || channel === undefined || handled.has(interaction.id)) return
    const place: Place = interaction.guild_id === undefined ? { id: channel, kind: 'direct' } : await places.of(channel)
    const inbound = commandOf(interaction, place, reader)
    if (!inbound) return
    await handOn(inbound)
    remember(interaction.id)
  }
  /** Discord shows an error to the person unless it is answered within three seconds. The answer itself is a message of its own. */
  function acknowledge(interaction: Interaction): void {
    const name = interaction.data?.name ?? ''
    const body = { type: 4, data: { content: `/${name} …`, flags: 1 << 6 } }
    const path = `/interactions/${interaction.id}/${interaction.token}/callback`
    rest
      .request('POST', path, { body, auth: false })
      .catch((error: unknown) => log.warn('A command could not be acknowledged.', { name, why: errorName(error) }))
  }
  async function patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await work()
      } catch (error) {
        life.throwIfAborted()
        const { kind, retryAfterMs } = deliveryFailure(library, error)
        const wait = retryAfterMs ?? retryMs[tries]
        if (wait === undefined || !['rate-limit', 'not-sent', 'uncertain'].includes(kind)) throw error
        await clock.sleep(wait, life)
      }
    }
  }
  async function catchUp(channel: string, from?: string): Promise<void> {
    try {
      for (let page = 0; page < pages && !life.aborted; page += 1) {
        const after = seen.get(channel)?.last ?? from
        if (after === undefined) return
        const query = { after, limit: String(pageSize) }
        const messages = await patiently(() =>
          rest.request<readonly APIMessage[]>('GET', `/channels/${channel}/messages`, { query }),
        )
        for (const message of [...messages].reverse()) await written(message)
        if (messages.length < pageSize) return
      }
    } catch (error) {
      life.throwIfAborted()
      const code = apiCode(library, error)
      if (code === unknownChannel || code === missingAccess) return seen.forget(channel)
      log.error('What came in a channel meanwhile could not be asked for.', { channel, why: String(error) })
    }
  }
  /**
   * A server is there, for the first time or again, and says which message is the last of each channel: those that have newer ones than
   * were heard are asked. A channel that nothing was ever heard in counts from the last message heard anywhere, but not in a new server.
   */
  function guildThere({ id: guild, channels = [], threads = [] }: Guild): void {
    const known = new Map(seen.channels().filter(([, each]) => each.guild === guild))
    if (known.size === 0) return
    const latest = seen.latest()
    const listed = [...channels, ...threads]
    for (const { id, last_message_id: last } of listed) {
      const from = known.get(id)?.last ?? latest
      if (typeof last === 'string' && from !== undefined && BigInt(last) > BigInt(from))
        inLane(id, async () => {
          if (places.readable(id)) await catchUp(id, from)
        })
    }
    // An archived thread, or a channel that was deleted.
    for (const id of known.keys()) if (!listed.some((channel) => channel.id === id)) inLane(id, () => catchUp(id))
  }
  return {
    event(event) {
      switch (event.t as string) {
        case 'GUILD_CREATE':
          return guildThere(event.d as unknown as Guild)
        case 'MESSAGE_CREATE': {
          const message = event.d as WrittenMessage
          return inLane(message.channel_id, () => written(message))
        }
        case 'MESSAGE_UPDATE': {
          const message = event.d as WrittenMessage
          return inLane(message.channel_id, () => edited(message))
        }
        case 'MESSAGE_DELETE': {
          const { channel_id: channel, id } = event.d as { channel_id: string; id: string }
          return inLane(channel, () => deleted(channel, [id]))
        }
        case 'MESSAGE_DELETE_BULK': {
          const { channel_id: channel, ids } = event.d as { channel_id: string; ids: string[] }
          return inLane(channel, () => deleted(channel, ids))
        }
        case 'INTERACTION_CREATE': {
          const interaction = event.d as unknown as Interaction
          if (interaction.type === 2) acknowledge(interaction)
          return inLane(interaction.channel?.id ?? '', () => command(interaction))
        }
      }
    },
    session() {
      for (const [channel, { guild }] of seen.channels())
        if (guild === undefined) inLane(channel, () => catchUp(channel))
    },
    async idle() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}

const unknownChannel = 10_003
const missingAccess = 50_001
/** The text of an error about a command holds the command's own token. */
const errorName = (error: unknown) => (error instanceof Error ? error.name : 'unknown')
