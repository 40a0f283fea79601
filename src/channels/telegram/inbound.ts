import type { InboundMessage, Sender } from '../../core/channel.ts'
import type { ChatRef } from '../../core/place.ts'
import { attachmentsOf } from './attachments.ts'
import { wordsTo } from './mention.ts'
import type { Chat, Message, Origin, Place, User } from './wire.ts'

export interface Reader {
  /** The channel's name. */
  readonly channel: string
  readonly me: User
  readonly load: (ref: string, signal?: AbortSignal) => Promise<Uint8Array>
}

export const placeOf = ({ chat, is_topic_message: topic, message_thread_id: thread }: Message, channel: string) =>
  ({
    channel,
    chat: String(chat.id),
    ...(topic && thread !== undefined && { thread: String(thread) }),
  }) satisfies ChatRef

/** A message of the Bot API as ours; undefined for what no person says to us. */
export function readMessage(message: Message, { channel, me, load }: Reader): InboundMessage | undefined {
  const from = senderOf(message)
  if (!from) return undefined
  const { text, mentioned, foreign } = wordsTo(me, message)
  const attachments = attachmentsOf(message, load)
  const origin = forwardedFrom(message.forward_origin, from)
  const whole = [message.forward_origin && `[forwarded from ${origin ?? from.name}]`, text, ...extrasOf(message)]
    .filter(Boolean)
    .join('\n')
  const something = mentioned || [whole, ...attachments].some(Boolean)
  if (foreign || !something) return undefined
  const at: ChatRef = placeOf(message, channel)
  const replyTo = replyOf(message, me, load)
  return {
    id: String(message.message_id),
    from,
    at,
    ...addressing(message, mentioned || replyTo?.own === true),
    text: whole,
    attachments,
    ...(replyTo && { replyTo }),
    ...(origin !== undefined && { forwardedFrom: origin }),
    ...partOf(message, at),
  }
}

const partOf = ({ media_group_id: album }: Message, { thread, chat }: ChatRef) => ({
  ...(thread !== undefined && { parent: chat }),
  ...(album !== undefined && { album }),
})

const addressing = ({ chat }: Message, called: boolean): Pick<InboundMessage, 'kind' | 'addressed'> =>
  chat.type === 'private' ? { kind: 'direct', addressed: true } : { kind: 'group', addressed: called }

/** Who wrote: a person, or an administrator who hides behind the group. Bots and channels are not listened to. */
function senderOf({ from, sender_chat: hidden, chat, author_signature: signature, ...rest }: Message) {
  if (chat.type === 'channel' || rest.is_automatic_forward) return undefined
  return hidden ? administrator(hidden, chat, signature) : person(from)
}

function administrator(hidden: Chat, chat: Chat, signature: string | undefined): Sender | undefined {
  if (hidden.id !== chat.id) return undefined
  return { id: String(hidden.id), name: signature ?? hidden.title ?? 'Administrator' }
}

function person(from: User | undefined): Sender | undefined {
  if (!from || from.is_bot) return undefined
  return { id: String(from.id), name: nameOf(from), ...(from.username !== undefined && { username: from.username }) }
}

const nameOf = ({
  first_name: first = '',
  last_name: last = '',
  username = '',
}: Pick<User, 'first_name' | 'last_name' | 'username'>): string => [first, last].filter(Boolean).join(' ') || username

function replyOf(
  { reply_to_message: reply, quote }: Message,
  me: User,
  load: Reader['load'],
): InboundMessage['replyTo'] {
  // In a forum each message answers the one that made its topic.
  if (!reply || reply.forum_topic_created) return undefined
  const attachments = attachmentsOf(reply, load)
  const words = quote?.text ?? reply.text ?? reply.caption ?? ''
  return {
    id: String(reply.message_id),
    text: [words, ...extrasOf(reply)].filter(Boolean).join('\n'),
    ...(attachments.length > 0 && { attachments }),
    ...authorOf(reply, me),
  }
}

/** Who wrote what is quoted. Somebody's words that the sender has passed on are not the sender's. */
function authorOf({ from, sender_chat: chat, forward_origin: origin }: Message, me: User) {
  if (!from) return { from: chat?.title ?? '', own: false }
  const known = !chat && !origin
  return { from: nameOf(from), ...(known && { fromId: String(from.id) }), own: from.id === me.id }
}

/** Whose words are passed on; undefined for the sender's own. */
function forwardedFrom(origin: Origin | undefined, sender: Sender): string | undefined {
  if (!origin) return undefined
  const { sender_user: user, sender_user_name: hidden, sender_chat: group, chat } = origin
  if (user && String(user.id) === sender.id) return undefined
  return user ? nameOf(user) : (hidden ?? group?.title ?? chat?.title ?? 'somebody')
}

/** What is neither text nor file, in words. */
function extrasOf({ location, venue, contact, sticker, poll, dice }: Message): readonly string[] {
  return [
    venue
      ? `[venue: ${venue.title}, ${venue.address}, ${where(venue.location)}]`
      : location && `[location: ${where(location)}]`,
    contact && `[contact: ${nameOf(contact)}, ${contact.phone_number}]`,
    sticker && (sticker.emoji === undefined ? '[sticker]' : `[sticker ${sticker.emoji}]`),
    poll && `[poll: ${poll.question} (${poll.options.map(({ text }) => text).join(' / ')})]`,
    dice && `[${dice.emoji} shows ${dice.value}]`,
  ].filter((line) => line !== undefined)
}

const where = ({ latitude, longitude }: Place) => `latitude ${latitude}, longitude ${longitude}`
