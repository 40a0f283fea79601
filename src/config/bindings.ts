import type { Binding, DispatchRule } from './schema/agents.ts'

type Links = Readonly<Record<string, readonly string[]>>

/** Old bindings as dispatch rules: the more exactly one says who, the earlier it comes. */
export function rulesFromBindings(bindings: readonly Binding[], links: Links): DispatchRule[] {
  return bindings
    .map((binding, index) => ({ binding, name: `legacy-binding-${index + 1}` }))
    .sort((one, other) => rank(one.binding) - rank(other.binding))
    .map(({ binding, name }) => ({ name, agent: binding.agent_id ?? '', when: conditions(binding, links) }))
}

/** Who or what chat, then guild, team, account, any account. */
function rank({ match }: Binding): number {
  if (match.peer?.id !== undefined) return 0
  if (match.guild_id !== undefined) return 1
  if (match.team_id !== undefined) return 2
  return match.account_id === '*' ? 4 : 3
}

function conditions({ match }: Binding, links: Links): DispatchRule['when'] {
  const { channel, account_id: account = 'default', peer, guild_id: guild, team_id: team } = match
  const space =
    guild === undefined ? (team === undefined ? {} : { space: `team:${team}` }) : { space: `guild:${guild}` }
  return {
    ...(channel === undefined ? {} : { channel }),
    ...(account === '*' ? {} : { account }),
    ...space,
    ...person(peer, channel ?? '', links),
  }
}

function person(peer: Binding['match']['peer'], channel: string, links: Links): DispatchRule['when'] {
  if (peer?.id === undefined) return {}
  if (peer.kind !== 'direct') return { chat: `${peer.kind ?? 'group'}:${peer.id}` }
  return { sender: canonical(peer.id, channel, links) }
}

/** The person's name in `identity_links`, else the id. */
function canonical(id: string, channel: string, links: Links): string {
  const spellings = new Set([id.toLowerCase(), `${channel}:${id}`.toLowerCase()])
  const found = Object.entries(links).find(([, ids]) => ids.some((known) => spellings.has(known.trim().toLowerCase())))
  return found?.[0] ?? id
}
