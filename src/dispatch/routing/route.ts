import type { InboundMessage } from '../../core/channel.ts'
import { normalizeAgentId, plain } from './ids.ts'
import type { IdentityLinks } from './person.ts'
import { fits, peerOf, type Rule } from './rules.ts'
import { type DmScope, mainSessionKey, type Peer, sessionKey } from './session-key.ts'

/** What the configuration says about who answers. Old bindings are among the rules already. */
export interface RoutingConfig {
  readonly agents: {
    readonly list: readonly { readonly id: string; readonly default?: boolean | undefined }[]
    readonly dispatch: { readonly rules: readonly Rule[] }
  }
  readonly session: {
    readonly dm_scope: DmScope
    readonly dimensions?: readonly string[] | undefined
    readonly identity_links: IdentityLinks
  }
}
export interface Route {
  /** The agent's id as the configuration spells it. */
  readonly agent: string
  readonly session: string
  /** `dispatch.rule:NAME`, or `default`. */
  readonly matchedBy: string
}
type Routed = Omit<InboundMessage, 'id' | 'text' | 'attachments'>

/** Channels on which there is but one person, the owner at this machine. */
const ownChannels: ReadonlySet<string> = new Set(['console', 'cli'])

/**
 * Who answers a message, and the conversation it belongs to. The first rule that fits decides, else the default agent does; it also stands in
 * for an agent that does not exist. A chat that has another id now than at `firstChat` fits under both, and keeps the conversation it had.
 */
export function route(message: Routed, { agents, session }: RoutingConfig, firstChat = message.at.chat): Route {
  const links = session.identity_links
  const first = { ...message, at: { ...message.at, chat: firstChat } }
  const index = agents.dispatch.rules.findIndex((rule) => fits(rule, message, links) || fits(rule, first, links))
  const rule = agents.dispatch.rules[index]
  const agent = agentOf(rule?.agent, agents.list)
  return {
    agent,
    session: keyOf(first, agent, rule?.session_dimensions ?? session.dimensions, rule, session),
    matchedBy: rule ? `dispatch.rule:${rule.name ?? index + 1}` : 'default',
  }
}

function agentOf(wanted: string | undefined, list: RoutingConfig['agents']['list']): string {
  const named = wanted && list.find(({ id }) => normalizeAgentId(id) === normalizeAgentId(wanted))
  return (named || list.find((agent) => agent.default) || list[0])?.id ?? 'main'
}

function keyOf(
  message: Routed,
  agent: string,
  dimensions: readonly string[] = [],
  rule: Rule | undefined,
  { dm_scope: scope, identity_links: links }: RoutingConfig['session'],
): string {
  const { from, at, account } = message
  if (ownChannels.has(plain(at.channel))) return mainSessionKey(agent)
  const peer = peerOf(message)
  const where = { agent, channel: at.channel, account, thread: at.thread }
  if (peer.kind === 'direct') return sessionKey({ ...where, peer }, scopeOf(rule?.session_dimensions) ?? scope, links)
  const member = dimensions.includes('sender') ? from.id : undefined
  const wide = wholeSpace(message, dimensions)
  return wide
    ? sessionKey({ agent, channel: at.channel, peer: wide, member }, scope, links)
    : sessionKey({ ...where, peer, member }, scope, links)
}

/** A rule's own dimensions for direct chats, where the chat is the person. */
function scopeOf(dimensions: readonly string[] | undefined): DmScope | undefined {
  if (dimensions === undefined) return undefined
  if (dimensions.includes('chat') || dimensions.includes('topic')) return 'per-channel-peer'
  return dimensions.includes('sender') ? 'per-peer' : 'main'
}

/** The guild or team, where dimensions say that all of its chats are one conversation. */
function wholeSpace({ space }: Routed, dimensions: readonly string[]): Peer | undefined {
  const chats = dimensions.includes('chat') || dimensions.includes('topic')
  return space && dimensions.includes('space') && !chats
    ? { kind: 'space', id: `${space.kind}:${space.id}` }
    : undefined
}
