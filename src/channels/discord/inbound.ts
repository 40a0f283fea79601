import type { APIGuildMember, APIMessage, APIUser } from 'discord.js'
import type { Attachment, InboundMessage, Sender } from '../../core/channel.ts'
import type { Place } from './places.ts'
import { refOf } from './places.ts'
import { readable } from './references.ts'
import type { Names } from './references.ts'

export type WrittenMessage = APIMessage & { readonly guild_id?: string; readonly member?: Pick<APIGuildMember, 'nick'> }

export interface Reader {
  /** The channel's name in the configuration. */
  readonly name: string
  /** The bot's own id. */
  readonly own: string
  ownRoles(guild: string): readonly string[]
  channelName(id: string): string | undefined
  files(message: APIMessage): readonly Attachment[]
}

/** Messages that people write: plain ones and replies. The rest are notices, such as that somebody joined. */
const writtenTypes = new Set<number>([0, 19])

/** True for what a person wrote; bots, webhooks and notices are not answered. */
export const isWritten = ({ type, author, webhook_id }: APIMessage): boolean =>
  writtenTypes.has(type) && author.bot !== true && webhook_id === undefined

export function inboundOf(message: WrittenMessage, place: Place, reader: Reader): InboundMessage {
  const referenced = message.referenced_message
  const own = new Set([reader.own, ...(place.guild === undefined ? [] : reader.ownRoles(place.guild))])
  const mentioned =
    message.mentions.some(({ id }) => id === reader.own) || message.mention_roles.some((role) => own.has(role))
  return {
    id: message.id,
    from: senderOf(message.author, message.member),
    at: refOf(reader.name, place),
    kind: place.kind,
    text: wordsOf(message, own, reader),
    attachments: reader.files(message),
    addressed: place.kind === 'direct' || mentioned || referenced?.author.id === reader.own,
    ...(place.guild !== undefined && { space: { kind: 'guild', id: place.guild } }),
    ...(place.parent !== undefined && { parent: place.parent }),
    ...(referenced && { replyTo: replyOf(referenced, own, reader) }),
    // Who wrote it first is not told.
    ...(message.message_snapshots?.length && { forwardedFrom: 'somebody' }),
  }
}

function replyOf(
  message: APIMessage,
  own: ReadonlySet<string>,
  reader: Reader,
): NonNullable<InboundMessage['replyTo']> {
  const attachments = reader.files(message)
  return {
    id: message.id,
    text: wordsOf(message, own, reader),
    ...(attachments.length > 0 && { attachments }),
    from: senderOf(message.author).name,
    fromId: message.author.id,
    own: message.author.id === reader.own,
  }
}

/** What is read of an interaction. */
export interface Interaction {
  readonly id: string
  readonly token: string
  /** 2 is a command. */
  readonly type: number
  readonly guild_id?: string
  readonly channel?: { readonly id: string }
  /** In a direct chat. */
  readonly user?: APIUser
  readonly member?: { readonly user: APIUser; readonly nick?: string | null }
  readonly data?: {
    readonly name: string
    /** 1 is one that is written with a slash. */
    readonly type: number
    readonly options?: readonly { readonly value?: string | number | boolean }[]
  }
}

/** A command of the menu, as the message it stands for. */
export function commandOf(
  interaction: Interaction,
  place: Place,
  reader: Pick<Reader, 'name'>,
): InboundMessage | undefined {
  const { data, member } = interaction
  if (interaction.type !== 2 || data?.type !== 1) return undefined
  const user = member?.user ?? interaction.user
  if (!user) return undefined
  const values = (data.options ?? []).flatMap(({ value }) => (value === undefined ? [] : [String(value)]))
  return {
    id: interaction.id,
    from: senderOf(user, member),
    at: refOf(reader.name, place),
    kind: place.kind,
    text: [`/${data.name}`, ...values].join(' '),
    attachments: [],
    addressed: true,
    ...(place.guild !== undefined && { space: { kind: 'guild', id: place.guild } }),
    ...(place.parent !== undefined && { parent: place.parent }),
  }
}

/** What a message says: its own words, what it passes on, and the names of its stickers. */
export function wordsOf(message: APIMessage, own: ReadonlySet<string>, reader: Pick<Reader, 'channelName'>): string {
  const names: Names = {
    own,
    person(id) {
      const person = message.mentions.find((mentioned) => mentioned.id === id)
      return person && senderOf(person).name
    },
    channel: reader.channelName,
  }
  const passedOn = (message.message_snapshots ?? []).map(({ message: { content } }) => content)
  return [
    readable(message.content, names),
    ...passedOn.filter(Boolean).map((content) => `[forwarded message]: ${readable(content, names)}`),
    ...(message.sticker_items ?? []).map(({ name }) => `[sticker: ${name}]`),
  ]
    .filter(Boolean)
    .join('\n')
}

export function senderOf(user: APIUser, member?: { readonly nick?: string | null }): Sender {
  return { id: user.id, name: member?.nick ?? user.global_name ?? user.username, username: user.username }
}
