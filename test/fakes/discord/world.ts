import type { APIAttachment, APIChannel, APIMessage, APIUser } from 'discord.js'

/** Discord's epoch. */
const epoch = 1_420_070_400_000n

/** Ids as Discord makes them: they grow with time, and no two are the same. */
function snowflakes(): () => string {
  let last = 0n
  return () => {
    const next = (BigInt(Date.now()) - epoch) << 22n
    last = next > last ? next : last + 1n
    return String(last)
  }
}

export interface World {
  readonly id: () => string
  readonly bot: APIUser
  readonly alice: APIUser
  readonly guild: string
  readonly botRole: string
  readonly general: string
  readonly secret: string
  readonly thread: string
  readonly dm: string
  readonly channels: Map<string, APIChannel>
  /** By channel, oldest first. */
  readonly messages: Map<string, APIMessage[]>
  readonly files: Map<string, Buffer>
  /** Channels that the bot may not see, which are listed all the same. */
  readonly closed: APIChannel[]
  guildCreate(): object
  /** A message as Discord sends it, stored. */
  message(channel: string, author: APIUser, more?: Partial<APIMessage>): APIMessage
  attachment(
    base: string,
    name: string,
    mime: string | undefined,
    bytes: Buffer,
    more?: Partial<APIAttachment>,
  ): APIAttachment
}

function user(id: string, username: string, more: object = {}): APIUser {
  const fields: object = {
    id,
    username,
    discriminator: '0',
    global_name: null,
    avatar: null,
    public_flags: 0,
    flags: 0,
    primary_guild: null,
    ...more,
  }
  return fields as APIUser
}

/** What a forwarded message carries of the first one. */
export const forwarded = (content: string, attachments: readonly APIAttachment[] = []) =>
  ({
    message: {
      type: 0,
      content,
      mentions: [],
      mention_roles: [],
      attachments,
      embeds: [],
      timestamp: new Date().toISOString(),
      edited_timestamp: null,
      flags: 0,
      components: [],
    },
  }) as never

export function world(): World {
  const id = snowflakes()
  const [guild, botRole, general, secret, thread, dm] = [id(), id(), id(), id(), id(), id()]
  const bot = user(id(), 'clawbot', { bot: true })
  const alice = user(id(), 'alice', { global_name: 'Alice' })
  const text = { type: 0, guild_id: guild, position: 0, nsfw: false, parent_id: null, topic: null, flags: 0 }
  const hidden = [
    { id: guild, type: 0, allow: '0', deny: String(1 << 10) },
    { id: botRole, type: 0, allow: String(1 << 10), deny: '0' },
  ]
  const channels = new Map<string, APIChannel>(
    [
      { ...text, id: general, name: 'general', permission_overwrites: [] },
      { ...text, id: secret, name: 'secret', permission_overwrites: hidden },
      {
        id: thread,
        type: 11,
        guild_id: guild,
        name: 'a thread',
        parent_id: general,
        owner_id: alice.id,
        message_count: 0,
        member_count: 1,
        flags: 0,
        thread_metadata: {
          archived: false,
          auto_archive_duration: 1440,
          archive_timestamp: new Date().toISOString(),
          locked: false,
        },
      },
      { id: dm, type: 1, last_message_id: null, flags: 0, recipients: [alice] },
    ].map((channel) => [channel.id, channel as unknown as APIChannel]),
  )
  const messages = new Map<string, APIMessage[]>()
  const files = new Map<string, Buffer>()
  const closed: APIChannel[] = []
  const member = (who: APIUser, roles: readonly string[] = []) => ({
    user: who,
    roles,
    joined_at: new Date().toISOString(),
    deaf: false,
    mute: false,
    flags: 0,
  })
  const role = (roleId: string, name: string, more: object = {}) => ({
    id: roleId,
    name,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    position: 0,
    permissions: String(0x7fffffffffffn & ~8n),
    managed: false,
    mentionable: false,
    flags: 0,
    ...more,
  })
  const withLast = (channel: string) => ({
    ...channels.get(channel),
    last_message_id: messages.get(channel)?.at(-1)?.id ?? null,
  })
  return {
    id,
    bot,
    alice,
    guild,
    botRole,
    general,
    secret,
    thread,
    dm,
    channels,
    messages,
    files,
    closed,
    guildCreate: () => ({
      id: guild,
      name: 'house',
      icon: null,
      owner_id: alice.id,
      unavailable: false,
      member_count: 2,
      large: false,
      joined_at: new Date().toISOString(),
      roles: [role(guild, '@everyone'), role(botRole, 'clawbot', { managed: true, tags: { bot_id: bot.id } })],
      emojis: [],
      stickers: [],
      features: [],
      channels: [withLast(general), withLast(secret), ...closed],
      threads: [withLast(thread)],
      members: [member(bot, [botRole]), member(alice)],
      voice_states: [],
      presences: [],
      stage_instances: [],
      guild_scheduled_events: [],
      soundboard_sounds: [],
      verification_level: 0,
      default_message_notifications: 0,
      explicit_content_filter: 0,
      mfa_level: 0,
      system_channel_flags: 0,
      premium_tier: 0,
      nsfw_level: 0,
      preferred_locale: 'en-US',
      afk_timeout: 300,
      premium_progress_bar_enabled: false,
    }),
    message(channel, author, more = {}) {
      const made = {
        id: id(),
        type: 0,
        channel_id: channel,
        author,
        content: '',
        timestamp: new Date().toISOString(),
        edited_timestamp: null,
        tts: false,
        mention_everyone: false,
        mentions: [],
        mention_roles: [],
        attachments: [],
        embeds: [],
        pinned: false,
        flags: 0,
        components: [],
        ...more,
      } as unknown as APIMessage
      messages.set(channel, [...(messages.get(channel) ?? []), made])
      return made
    },
    attachment(base, name, mime, bytes, more = {}) {
      const attachmentId = id()
      const path = `/attachments/${attachmentId}/${encodeURIComponent(name)}`
      files.set(path, bytes)
      const url = `${base}${path}?ex=1`
      return {
        id: attachmentId,
        filename: name,
        size: bytes.length,
        url,
        proxy_url: url,
        ...(mime !== undefined && { content_type: mime }),
        ...more,
      }
    },
  }
}
