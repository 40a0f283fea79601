import type { Channel, Receiver } from '../../core/channel.ts'
import type { Road } from '../../dispatch/road.ts'
import { menu } from '../../dispatch/commands/commands.ts'
import type { House } from '../house.ts'
import { redactedChannel } from '../redacted-channel.ts'
import { type ChannelAround, type Entry, makeChannel, unbuiltChannels, wantedChannels } from './channels.ts'
import { keepChannel, type KeptChannel } from './keep-channel.ts'

/** The channels of the configuration in use, each kept up on its own. */
export interface ChannelSet {
  /** Starts, restarts and stops channels so that they are those of the configuration. Resolves when each came up or told why not. */
  settle(): Promise<void>
  list(): readonly KeptChannel[]
  /** Channels that are on, but of a kind that is not built. */
  unbuilt(): readonly string[]
  /** Receives nothing more; what is on its way out still goes. */
  pause(): Promise<void>
  stop(): Promise<void>
}

export interface ChannelSetParts {
  readonly house: House
  readonly around: ChannelAround
  readonly road: Road
  received(): void
}

/** The channel with what its entry says of every kind of channel. */
function asWanted({ typing, ...channel }: Channel, entry: Entry): Channel {
  const fileAbove = entry.file_above_chars
  return {
    ...channel,
    ...(typing && entry.typing.enabled && { typing }),
    ...(fileAbove > 0 && { limits: { ...channel.limits, fileAbove } }),
  }
}

/** Fields that are asked anew for each message. */
const askedAnew: ReadonlySet<string> = new Set(['allow_from', 'group_trigger', 'reasoning_channel_id', 'placeholder'])

/** What a channel is made of: it is made anew when this changes. */
const printOf = (entry: Entry): string =>
  JSON.stringify(Object.entries(entry).filter(([field]) => !askedAnew.has(field)))

export function channelSet({ house, around, road, received }: ChannelSetParts): ChannelSet {
  const { clock, log } = house
  const kept = new Map<string, { readonly print: string; readonly channel: KeptChannel }>()
  const configured = () => house.current.loaded.config.channel_list
  let settling: Promise<void> = Promise.resolve()

  function keep(name: string, entry: Entry): KeptChannel {
    return keepChannel({
      name,
      kind: entry.type,
      clock,
      log,
      async make() {
        return redactedChannel(asWanted(await makeChannel(name, entry, around), entry), house.redactor)
      },
      async open(channel) {
        await road.open(channel)
        channel.menu?.(menu).catch((error: unknown) => log.warn(`The menu of ${name} was not set: ${String(error)}`))
        return counted(road.receiver(channel))
      },
      close: (channel) => road.close(channel),
    })
  }

  const counted = (receiver: Receiver): Receiver => ({
    ...receiver,
    async message(message) {
      await receiver.message(message)
      received()
    },
  })

  async function adjust(): Promise<void> {
    const wanted = new Map(wantedChannels(configured()))
    const gone = [...kept].filter(([name, { print }]) => {
      const entry = wanted.get(name)
      return !entry || printOf(entry) !== print
    })
    await Promise.all(
      gone.map(async ([name, { channel }]) => {
        kept.delete(name)
        await channel.stop()
      }),
    )
    const fresh = [...wanted].filter(([name]) => !kept.has(name))
    const begun = fresh.map(([name, entry]) => {
      const channel = keep(name, entry)
      kept.set(name, { print: printOf(entry), channel })
      return channel.first
    })
    await Promise.all(begun)
  }

  return {
    // One after another: two changes shortly after one another must not start a channel twice.
    settle: () => (settling = settling.then(adjust)),
    list: () => [...kept.values()].map(({ channel }) => channel),
    unbuilt: () => unbuiltChannels(configured()).map(([name]) => name),
    async pause() {
      await settling
      await Promise.all([...kept.values()].map(({ channel }) => channel.pause()))
    },
    async stop() {
      await settling
      await Promise.all([...kept.values()].map(({ channel }) => channel.stop()))
      kept.clear()
    },
  }
}
