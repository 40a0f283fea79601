import type { Config } from '../../config/schema/config.ts'
import type { Channel } from '../../core/channel.ts'
import { Problem } from '../../core/problem.ts'
import type { Webhooks } from '../../gateway/webhooks.ts'
import type { House } from '../house.ts'
import { proxiesOf } from '../proxies.ts'
import { webhookPlace } from './webhook-place.ts'

type Entries = Config['channel_list']
export type Entry = Entries[string]
type Kind = Entry['type']

/** What a channel may be made with. */
export interface ChannelAround {
  readonly house: House
  readonly webhooks: Webhooks
  /** Names this process among others on the same store. */
  readonly owner: string
}

type Maker<K extends Kind> = (
  name: string,
  entry: Extract<Entry, { readonly type: K }>,
  around: ChannelAround,
) => Promise<Channel>

/** Every platform that is built, loaded when a channel of its kind is on. */
const makers: { readonly [K in Kind]?: Maker<K> } = {
  async discord(name, { settings }, { house }) {
    const { discordChannel } = await import('../../channels/discord/index.ts')
    const { clock, log, store, network } = house
    const { base_url: base } = settings
    return discordChannel({
      name,
      settings,
      mentionOnly: () => house.current.loaded.config.channel_list[name]?.group_trigger.mention_only ?? false,
      clock,
      log,
      notes: store.notes,
      fetch: network.fetch(settings.proxy),
      ...(base && { base: { api: base, cdn: base } }),
    })
  },
  async telegram(name, { settings }, { house, webhooks, owner }) {
    const { telegramChannel } = await import('../../channels/telegram/index.ts')
    const { environment, clock, log, store } = house
    const webhook = settings.mode === 'webhook' ? webhookPlace(name, house, webhooks) : undefined
    return telegramChannel({
      name,
      settings,
      clock,
      log,
      proxies: proxiesOf(environment.vars),
      lease: { store: store.leases, owner },
      ...(webhook && { webhook }),
    })
  },
}

/** The channels of a configuration that are on and built. */
export function wantedChannels(list: Entries): readonly (readonly [string, Entry])[] {
  return Object.entries(list).filter(([, entry]) => entry.enabled && isBuilt(entry.type))
}

/** Those that are on, but of a kind that is not built yet. */
export function unbuiltChannels(list: Entries): readonly (readonly [string, Entry])[] {
  return Object.entries(list).filter(([, entry]) => entry.enabled && !isBuilt(entry.type))
}

const isBuilt = (kind: Kind): boolean => makers[kind] !== undefined

/** Makes a channel. A Problem when its kind is not built. */
export function makeChannel(name: string, entry: Entry, around: ChannelAround): Promise<Channel> {
  const make = makers[entry.type] as Maker<Kind> | undefined
  if (make) return make(name, entry, around)
  throw new Problem(`Channels of the kind ${entry.type} are not built yet.`, {
    at: `channel_list.${name}`,
    mend: 'Set enabled to false.',
  })
}
