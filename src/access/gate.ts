import type { InboundMessage, Sender } from '../core/channel.ts'
import type { Role } from '../core/tool.ts'
import { isListed, isOnlyEntry, knownBy } from './allow-list.ts'
import { groupTrigger, type GroupTrigger } from './group-trigger.ts'
import { clearText, clip } from './clear-text.ts'

/** Somebody who was let in by pairing. */
export interface Member {
  readonly channel: string
  readonly id: string
  readonly role: Role
}

/** Who may talk on one channel. */
export interface People {
  /** The channel's name in the configuration. */
  readonly channel: string
  /** Its kind, when its name is another. */
  readonly kind?: string
  readonly allowFrom: readonly string[]
  /** `channel:id` of each owner. While nobody is named, an allow list of one id names its owner. */
  readonly owners: readonly string[]
  readonly members: readonly Member[]
  /** True for the terminal: whoever sits there is the owner. Set by whoever builds the channel, never by its name. */
  readonly local?: boolean
}

export interface GateQuestion extends Omit<People, 'channel'> {
  readonly message: Pick<InboundMessage, 'from' | 'at' | 'kind' | 'text' | 'addressed' | 'due'>
  readonly groupTrigger?: GroupTrigger
}

export type GateAnswer =
  | { readonly pass: true; readonly role: Role; readonly text: string }
  | {
      readonly pass: false
      readonly why: 'stranger' | 'not-addressed' | 'bot'
      /** What to change in the configuration to let the like of it in. */
      readonly line?: string
    }

/** The first thing that happens to a message: may it come in, whose rights has it, what are its words. Changes nothing. */
export function gate({ message, groupTrigger: trigger = {}, ...people }: GateQuestion): GateAnswer {
  const { at, from, text, due } = message
  if (due) return { pass: true, role: due.role, text }
  const where = { ...people, channel: at.channel }
  const role = roleOf(where, from)
  if (role === undefined || (from.bot === true && !isInvited(where, from)))
    return { pass: false, why: from.bot === true ? 'bot' : 'stranger', line: lineFor(at.channel, from) }
  // A program decides nothing, whatever list it is on.
  const rights = from.bot === true ? 'member' : role
  if (message.kind === 'direct' || people.local === true) return { pass: true, role: rights, text }
  const { respond, text: words } = groupTrigger(trigger, message.addressed, text)
  if (respond) return { pass: true, role: rights, text: words }
  return { pass: false, why: 'not-addressed', line: triggerLine(at.channel, trigger) }
}

/** The rights of a person on a channel; undefined for a stranger. Rights of an owner go by id alone, never by a name. */
export function roleOf(people: People, person: Pick<Sender, 'id' | 'username'>): Role | undefined {
  const { allowFrom, owners, members, local = false } = people
  const names = namesOf(people)
  if (local || isListed(owners, person.id, names)) return 'owner'
  const paired = members.find(({ channel, id }) => channel === people.channel && id === person.id)
  if (paired?.role === 'owner') return 'owner'
  if (owners.length === 0 && isOnlyEntry(allowFrom, person.id, names)) return 'owner'
  return paired?.role ?? (knownBy(allowFrom, person, names) && 'member')
}

/** A bot must be meant: a list that lets everybody in does not let bots in, or two of them would talk for ever. */
function isInvited(people: People, sender: Sender): boolean {
  return knownBy(people.allowFrom, sender, namesOf(people)) === 'id'
}

const namesOf = ({ channel, kind }: People) => (kind === undefined ? [channel] : [channel, kind])

function lineFor(channel: string, { id }: Sender): string {
  return `add ${clip(clearText(JSON.stringify(id)), 100)} to channel_list.${channel}.allow_from`
}

function triggerLine(channel: string, { mention_only: mentionOnly = false, prefixes = [] }: GroupTrigger): string {
  const section = `channel_list.${channel}.group_trigger`
  if (mentionOnly) return `set ${section}.mention_only to false`
  return `start the message with ${prefixes.filter(Boolean).join(' or ')}, or empty ${section}.prefixes`
}
