import type { InboundMessage } from '../../core/channel.ts'
import { normalizeAccountId, plain } from './ids.ts'
import { type IdentityLinks, linkedName, spellingsOf } from './person.ts'
import type { Peer } from './session-key.ts'

/** Which agent gets a message: all that is given must fit. */
export interface Rule {
  readonly name?: string | undefined
  readonly agent: string
  readonly when: {
    readonly channel?: string | undefined
    readonly account?: string | undefined
    readonly space?: string | undefined
    readonly chat?: string | undefined
    readonly topic?: string | undefined
    readonly sender?: string | undefined
    readonly mentioned?: boolean | undefined
  }
  readonly session_dimensions?: readonly string[] | undefined
}

type Heard = Pick<InboundMessage, 'from' | 'at' | 'kind' | 'addressed' | 'account' | 'space' | 'parent'>

/** True when everything that a rule says is so. */
export function fits({ when }: Rule, message: Heard, links: IdentityLinks): boolean {
  const said = Object.entries(when).filter(([, value]) => value !== undefined && value !== '')
  return said.every(([name, value]) =>
    name === 'mentioned' ? value === message.addressed : fitsText(name, plain(String(value)), message, links),
  )
}

function fitsText(name: string, value: string, message: Heard, links: IdentityLinks): boolean {
  switch (name) {
    case 'channel':
      return value === plain(message.at.channel)
    case 'account':
      return value === '*' || normalizeAccountId(value) === normalizeAccountId(message.account ?? '')
    case 'space':
      return spacesOf(message).includes(value)
    case 'chat':
      return chatsOf(message).includes(value)
    case 'topic':
      return (
        message.at.thread !== undefined && [0, 'topic:'.length].some((cut) => topicOf(message).slice(cut) === value)
      )
    case 'sender':
      return sendersOf(message, links).includes(value)
    default:
      return false
  }
}

const topicOf = ({ at }: Heard) => `topic:${plain(at.thread ?? '')}`

/** Old files say `team` where the platform says `workspace`. */
function spacesOf({ space }: Heard): readonly string[] {
  if (!space) return []
  const kinds = ['team', 'workspace'].includes(plain(space.kind)) ? ['team', 'workspace'] : [plain(space.kind)]
  return kinds.map((kind) => `${kind}:${plain(space.id)}`)
}

/** The chat with its topic, the chat, and the chat that a thread hangs on; of many people under either name for such a chat. */
function chatsOf({ from, at, kind, parent }: Heard): readonly string[] {
  const ids = [...(at.thread === undefined ? [] : [`${at.chat}/${at.thread}`]), at.chat, ...(parent ? [parent] : [])]
  // Rules name a direct chat by the person in it.
  if (kind === 'direct') return [...ids, from.id].map((id) => `direct:${plain(id)}`)
  return ids.flatMap((id) => [`group:${plain(id)}`, `channel:${plain(id)}`])
}

function sendersOf({ from, at }: Heard, links: IdentityLinks): readonly string[] {
  const name = linkedName(links, at.channel, from.id)
  return [...spellingsOf(at.channel, from.id), ...(name === undefined ? [] : [name])]
}

/** The other side of a message. A place within a guild or team is a channel, any other place of many people a group. */
export function peerOf({ from, at, kind, space }: Heard): Peer {
  // Somebody whose id is not told still has a chat of their own.
  if (kind === 'direct') return { kind, id: from.id.trim() === '' ? at.chat : from.id }
  return { kind: space ? 'channel' : 'group', id: at.chat }
}
