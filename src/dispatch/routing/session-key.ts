import { normalizeAccountId, normalizeAgentId, plain } from './ids.ts'
import { type IdentityLinks, linkedName } from './person.ts'

/**
 * What tells direct chats apart. `main`: nothing, everybody speaks in one. `per-peer`: the person, over all channels. `per-channel-peer`: the
 * person in each channel. `per-account-channel-peer`: also by the bot's own account.
 */
export type DmScope = 'main' | 'per-peer' | 'per-channel-peer' | 'per-account-channel-peer'

/** The other side of a conversation: a person, or a chat of many. */
export interface Peer {
  readonly kind: 'direct' | 'group' | 'channel' | 'space'
  readonly id: string
}
export interface Conversation {
  readonly agent: string
  readonly channel: string
  readonly account?: string | undefined
  readonly peer?: Peer | undefined
  /** Topic or thread of the chat. */
  readonly thread?: string | undefined
  /** The person, where members of one chat have conversations of their own. */
  readonly member?: string | undefined
}

/** The key of the conversation in which an agent's owner speaks to it. */
export const mainSessionKey = (agent: string): string => `agent:${normalizeAgentId(agent)}:main`

/** The key of a conversation. An unknown scope is `main`. */
export function sessionKey(conversation: Conversation, scope: string, links: IdentityLinks = {}): string {
  const { agent, peer } = conversation
  const channel = plain(conversation.channel) || 'unknown'
  if (peer === undefined) return mainSessionKey(agent)
  const start = `agent:${normalizeAgentId(agent)}`
  const name = (id: string) => linkedName(links, channel, id) ?? plain(id)
  const thread = conversation.thread ? `/${plain(conversation.thread)}` : ''
  if (peer.kind !== 'direct') {
    const member = conversation.member ? `:sender:${name(conversation.member)}` : ''
    return `${start}:${channel}:${peer.kind}:${plain(peer.id) || 'unknown'}${thread}${member}`
  }
  const account = normalizeAccountId(conversation.account ?? '')
  const place = isScope(scope) ? places[scope](channel, account) : undefined
  if (place === undefined || plain(peer.id) === '') return mainSessionKey(agent)
  return `${start}:${place}direct:${name(peer.id)}${thread}`
}

/** What stands before the person in a key; undefined when the person does not stand in it. */
const places: Readonly<Record<DmScope, (channel: string, account: string) => string | undefined>> = {
  main: () => undefined,
  'per-peer': () => '',
  'per-channel-peer': (channel) => `${channel}:`,
  'per-account-channel-peer': (channel, account) => `${channel}:${account}:`,
}
const isScope = (scope: string): scope is DmScope => Object.hasOwn(places, scope)

/** The agent of a key, as it stands there, and what follows it; undefined for a key of another form. */
export function parseSessionKey(key: string): { readonly agent: string; readonly rest: string } | undefined {
  const [, agent, rest] = /^agent:([^:]+):(.+)$/s.exec(key.trim()) ?? []
  return agent !== undefined && rest !== undefined ? { agent, rest } : undefined
}

/** The agent whose conversation it is; `main` when the key does not tell. */
export const agentOfSession = (key: string): string => normalizeAgentId(parseSessionKey(key)?.agent ?? '')

/** True for a conversation in which several people may speak. */
export function isShared(key: string): boolean {
  const rest = parseSessionKey(key)?.rest ?? key
  return !/(?:^|:)(?:direct|sender):/.test(rest)
}

/** True for the conversation of a chat of many people. */
export const isGroup = (key: string): boolean =>
  /^[^:]*:(?:group|channel|space):/.test(parseSessionKey(key)?.rest ?? key)

/** True for a conversation at the terminal, and for the direct chat of a person. */
export function isOwn(key: string, channel: string, person: string): boolean {
  const rest = parseSessionKey(key)?.rest ?? key
  if (!rest.includes(':')) return true
  return rest.startsWith(`${plain(channel)}:`) && rest.endsWith(`direct:${plain(person)}`)
}

/** True for the conversation of a sub-agent. */
export const isSubagentSession = (key: string): boolean =>
  (parseSessionKey(key)?.rest ?? key.trim()).toLowerCase().startsWith('subagent:')
