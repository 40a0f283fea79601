import { channelKind, isChannelKind } from '../accepted.ts'
import { originText } from '../faults.ts'
import { nearest } from '../../kit/nearest.ts'
import { channelKinds, sharedByChannels } from '../schema/channels.ts'
import { ensureTable, isWithin, scalar, table, tableAt, textAt, type Origin, type Table } from '../tree.ts'
import type { UnknownKey } from '../unknown-keys.ts'
import type { Warning } from '../warning.ts'
import { move, tablesOf } from './move.ts'

/** `channels` and flat channels become `channel_list` with `settings`; a channel of a kind nobody knows is reported and left out. */
export function channelForms(root: Table): readonly Warning[] {
  const old = tableAt(root, 'channels')
  const warnings = tablesOf(old).flatMap(([name, channel]) =>
    tableAt(root, 'channel_list', name) === undefined ? [] : [twice(channel, name)],
  )
  for (const [name] of tablesOf(old)) move(old, name, root, 'channel_list', name)
  root.members.delete('channels')
  const all = tableAt(root, 'channel_list')
  for (const [name, channel] of tablesOf(all)) {
    const kind = channelKind(channel, name)
    if (isChannelKind(kind)) nest(channel, kind)
    else {
      all?.members.delete(name)
      warnings.push(unknownKind(channel, name, kind))
    }
  }
  return warnings
}

/** Brings a channel into the present layout: a type, and what only its kind has under `settings`. */
export function nest(channel: Table, kind: string): void {
  channel.members.set('type', channel.members.get('type') ?? scalar(kind))
  move(channel, 'mention_only', channel, 'group_trigger', 'mention_only')
  move(channel, 'group_trigger_prefix', channel, 'group_trigger', 'prefixes')
  const settings = ensureTable(channel, 'settings') ?? table(channel.origin)
  channel.members.set('settings', settings)
  for (const key of channel.members.keys()) if (!sharedByChannels.has(key)) move(channel, key, settings, key)
}

function twice(channel: Table, name: string): Warning {
  return {
    at: originText(channel.origin, ['channels', name], 'key'),
    text: `The channel ${name} stands under channels and under channel_list; the latter counts.`,
    mend: 'Remove one of them.',
  }
}

function unknownKind(channel: Table, name: string, kind: string): Warning {
  const near = nearest(kind, Object.keys(channelKinds))
  return {
    at: originText(channel.members.get('type')?.origin ?? channel.origin, ['channel_list', name], 'key'),
    text: `There is no channel of the type “${kind}”; ${name} was left out.`,
    mend: near === undefined ? `Set type to one of ${Object.keys(channelKinds).join(', ')}.` : `Did you mean ${near}?`,
  }
}

/** What a channel cannot work without. */
const needs: Readonly<Record<string, readonly string[]>> = {
  telegram: ['token'],
  discord: ['token'],
  slack: ['bot_token', 'app_token'],
  feishu: ['app_id', 'app_secret'],
  dingtalk: ['client_id', 'client_secret'],
  qq: ['app_id', 'app_secret'],
  matrix: ['user_id', 'access_token'],
  line: ['channel_secret', 'channel_access_token'],
  wecom: ['bot_id', 'secret'],
  weixin: ['token'],
  pico: ['token'],
  pico_client: ['url', 'token'],
  irc: ['server'],
  vk: ['token'],
  mqtt: ['broker'],
}

/** An enabled channel that cannot work is switched off and reported. `blanks` are lists that held an empty text. */
export function skipUnusable(
  root: Table,
  blanks: ReadonlySet<Origin>,
  unknown: readonly UnknownKey[],
): readonly Warning[] {
  return tablesOf(root.members.get('channel_list')).flatMap(([name, channel]) => {
    if (!isOn(channel)) return []
    const settings = tableAt(channel, 'settings')
    const missing = (needs[textAt(channel, 'type') ?? ''] ?? []).filter((key) => settings?.members.has(key) !== true)
    const allowed = channel.members.get('allow_from')
    const nobody =
      allowed !== undefined && blanks.has(allowed.origin) && allowed.kind === 'list' && allowed.items.length === 0
    if (missing.length === 0 && !nobody) return []
    const origin = channel.members.get('enabled')?.origin ?? channel.origin
    channel.members.set('enabled', scalar(false, origin))
    const why = [...missing.map((key) => `${key} is empty`), ...(nobody ? ['allow_from holds only an empty text'] : [])]
    return [
      {
        at: originText(cause(channel, missing, unknown), ['channel_list', name], 'key'),
        text: `The channel ${name} is switched on, but ${why.join(' and ')}; it was skipped.`,
        mend: 'Fill it in, or set enabled to false.',
      },
    ]
  })
}

/** The misspelt key that the channel misses, else the channel. */
function cause(channel: Table, missing: readonly string[], unknown: readonly UnknownKey[]): Origin {
  const within = unknown.filter(({ value }) => isWithin(value.origin, channel.origin))
  const misspelt = within.find(({ meant = '' }) => [...missing, 'settings', 'allow_from'].includes(meant)) ?? within[0]
  return misspelt?.value.origin ?? channel.origin
}

function isOn(channel: Table): boolean {
  const enabled = channel.members.get('enabled')
  return enabled?.kind === 'scalar' && enabled.value === true
}
