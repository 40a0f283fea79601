import type { InboundMessage, Sender } from '../../core/channel.ts'
import type { ChatRef } from '../../core/place.ts'
import { attachmentsOf } from './attachments.ts'
import { wordsTo } from './mention.ts'
import type { Message, Origin, User } from './wire.ts'

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
  if (!from || message.chat.type === 'channel' || message.is_automatic_forward) return undefined
  const { text, mentioned, foreign } = wordsTo(me, message)
  const attachments = attachmentsOf(message, load)
  const whole = [forwarded(message.forward_origin), text, ...extrasOf(message)].filter(Boolean).join('\n')
  if (foreign || (whole === '' && attachments.length === 0 && !mentioned)) return undefined
  const at = placeOf(message, channel)
  const direct = message.chat.type === 'private'
  const replyTo = replyOf(message, me)
  return {
    id: String(message.message_id),
    from,
    at,
    kind: direct ? 'direct' : 'group',
    text: whole,
    attachments,
    addressed: direct || mentioned || replyTo?.own === true,
    ...('thread' in at && { parent: at.chat }),
    ...(replyTo && { replyTo }),
    ...(message.media_group_id !== undefined && { album: message.media_group_id }),
  }
}

/** Who wrote: a person, or an administrator who hides behind the group. Bots and channels are not listened to. */
function senderOf({ from, sender_chat: hidden, chat, author_signature: signature }: Message): Sender | undefined {
  if (hidden)
    return hidden.id === chat.id
      ? { id: String(hidden.id), name: signature ?? hidden.title ?? 'Administrator' }
      : undefined
  if (!from || from.is_bot) return undefined
  return {
    id: String(from.id),
    name: nameOf(from),
    ...(from.username !== undefined && { username: from.username }),
  }
}

const nameOf = ({ first_name: first = '', last_name: last = '', username = '' }: User): string =>
  [first, last].filter(Boolean).join(' ') || username

function replyOf({ reply_to_message: reply, quote }: Message, me: User): InboundMessage['replyTo'] {
  // In a forum each message answers the one that made its topic.
  if (!reply || reply.forum_topic_created) return undefined
  const files = attachmentsOf(reply, () => Promise.reject(new Error('Only looked at.')))
  const words = quote?.text ?? reply.text ?? reply.caption ?? ''
  const name = reply.from ? nameOf(reply.from) : (reply.sender_chat?.title ?? '')
  return {
    id: String(reply.message_id),
    text: [words, ...extrasOf(reply), ...files.map((file) => `[${file.kind}: ${file.name}]`)]
      .filter(Boolean)
      .join('\n'),
    from: name,
    own: reply.from?.id === me.id,
  }
}

function forwarded(origin: Origin | undefined): string {
  if (!origin) return ''
  const { sender_user: user, sender_user_name: hidden, sender_chat: group, chat } = origin
  return `[forwarded from ${user ? nameOf(user) : (hidden ?? group?.title ?? chat?.title ?? 'somebody')}]`
}

/** What is neither text nor file, in words. */
function extrasOf({ location, venue, contact, sticker, poll, dice }: Message): readonly string[] {
  const place = venue?.location ?? location
  const where = place && `latitude ${place.latitude}, longitude ${place.longitude}`
  const person = contact && [contact.first_name, contact.last_name].filter(Boolean).join(' ')
  return [
    where && venue ? `[venue: ${venue.title}, ${venue.address}, ${where}]` : '',
    where && !venue ? `[location: ${where}]` : '',
    contact ? `[contact: ${person}, ${contact.phone_number}]` : '',
    sticker ? `[sticker ${sticker.emoji ?? ''}]`.replace(' ]', ']') : '',
    poll ? `[poll: ${poll.question} (${poll.options.map(({ text }) => text).join(' / ')})]` : '',
    dice ? `[${dice.emoji} shows ${dice.value}]` : '',
  ].filter(Boolean)
}
