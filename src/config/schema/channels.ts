import * as z from 'zod/mini'
import * as f from './fields.ts'

const on = (meaning: string, value: boolean) => f.section(meaning, { enabled: f.flag(value, 'Do it.') })

interface Extras {
  readonly mentionOnly?: boolean
}

const base = (extras: Extras) => ({
  enabled: f.flag(false, 'Start this channel.'),
  allow_from: f.list('Who may write: ids, @names, channel:id; "*" is everybody; empty is nobody but by pairing.'),
  reasoning_channel_id: f.text('A chat that gets the model’s reasoning.'),
  group_trigger: f.section('When the bot answers in groups.', {
    mention_only: f.flag(extras.mentionOnly ?? false, 'Only when addressed.'),
    prefixes: f.list('Only messages that start so.'),
  }),
  file_above_chars: f.whole(0, 'Answers with more characters come as a beginning and a file; 0: in many messages.'),
  typing: on('The typing notice.', true),
  placeholder: f.section('A message that is replaced by the answer.', {
    enabled: f.flag(false, 'Send it; a phone then rings for it and not for the answer.'),
    text: f.list('Its text; one of several is picked.', ['Thinking...']),
  }),
})

/** What every channel has; everything else stands under `settings`. */
export const sharedByChannels: ReadonlySet<string> = new Set(['type', 'settings', ...Object.keys(base({}))])

function channel<const T extends string, S extends z.core.$ZodShape>(type: T, settings: S, extras: Extras = {}) {
  return f.item(`A ${type} channel.`, {
    type: f.key(z.literal(type), 'Its kind.'),
    ...base(extras),
    settings: f.section(`What only ${type} has.`, settings),
  })
}

const proxy = () => f.text('HTTP or SOCKS proxy.')
const streaming = (value: boolean) =>
  f.section('The answer grows while it is written.', {
    enabled: f.flag(value, 'Do it.'),
    throttle_seconds: f.whole(3, 'Seconds between two edits.'),
    min_growth_chars: f.whole(200, 'Characters between two edits.'),
  })
const webhooks = (meaning: string, more: Record<string, z.ZodMiniOptional<z.ZodMiniString>>) =>
  f.named(meaning, f.item('One of them.', { webhook_url: f.secret('Its address.'), ...more }))

export const channelKinds = {
  telegram: channel('telegram', {
    token: f.secret('The bot’s token.'),
    base_url: f.text('Address of your own Bot API server.'),
    proxy: proxy(),
    streaming: streaming(true),
    use_markdown_v2: f.flag(false, 'Write MarkdownV2.'),
    media_group_delay_ms: f.whole(500, 'Milliseconds to wait for the rest of an album.'),
    mode: f.choice(['polling', 'webhook'], 'polling', 'How updates arrive.'),
  }),
  discord: channel('discord', {
    token: f.secret('The bot’s token.'),
    base_url: f.text('Address of another API than Discord’s own.'),
    proxy: proxy(),
    streaming: streaming(true),
  }),
  slack: channel('slack', { bot_token: f.secret('xoxb token.'), app_token: f.secret('xapp token.') }),
  feishu: channel('feishu', {
    app_id: f.text('App id.'),
    app_secret: f.secret('App secret.'),
    encrypt_key: f.secret('Encrypt key.'),
    verification_token: f.secret('Verification token.'),
    random_reaction_emoji: f.list('Reactions to pick from.'),
    is_lark: f.flag(false, 'Lark instead of Feishu.'),
  }),
  dingtalk: channel('dingtalk', { client_id: f.text('Client id.'), client_secret: f.secret('Client secret.') }),
  qq: channel('qq', {
    app_id: f.text('App id.'),
    app_secret: f.secret('App secret.'),
    max_message_length: f.positive(2000, 'Characters per message.'),
    max_base64_file_size_mib: f.maybeWhole('Largest file in MiB.'),
    send_markdown: f.flag(false, 'Write markdown.'),
  }),
  whatsapp: channel('whatsapp', {
    bridge_url: f.textOr('ws://localhost:3001', 'Address of the bridge.'),
    use_native: f.flag(false, 'Speak WhatsApp without a bridge.'),
    session_store_path: f.path('Where the native sign-in is kept.'),
  }),
  matrix: channel(
    'matrix',
    {
      homeserver: f.textOr('https://matrix.org', 'The server.'),
      user_id: f.text('The bot’s user id.'),
      access_token: f.secret('Access token.'),
      device_id: f.text('Device id.'),
      join_on_invite: f.flag(true, 'Accept invitations.'),
      message_format: f.text('Format of the messages.'),
      crypto_database_path: f.path('Where the keys are kept.'),
      crypto_passphrase: f.secret('Passphrase of the keys.'),
    },
    { mentionOnly: true },
  ),
  line: channel(
    'line',
    {
      channel_secret: f.secret('Channel secret.'),
      channel_access_token: f.secret('Channel access token.'),
      webhook_host: f.textOr('0.0.0.0', 'Address to listen on.'),
      webhook_port: f.whole(18791, 'Port to listen on.', 0, 65535),
      webhook_path: f.textOr('/webhook/line', 'Path of the webhook.'),
    },
    { mentionOnly: true },
  ),
  onebot: channel('onebot', {
    ws_url: f.textOr('ws://127.0.0.1:3001', 'Address.'),
    access_token: f.secret('Access token.'),
    reconnect_interval: f.positive(5, 'Seconds before connecting again.'),
  }),
  wecom: channel('wecom', {
    bot_id: f.text('Bot id.'),
    secret: f.secret('Secret.'),
    websocket_url: f.textOr('wss://openws.work.weixin.qq.com', 'Address.'),
    send_thinking_message: f.flag(true, 'Say that the answer is coming.'),
    streaming: streaming(false),
  }),
  weixin: channel('weixin', {
    token: f.secret('Token.'),
    account_id: f.text('Account.'),
    base_url: f.textOr('https://ilinkai.weixin.qq.com/', 'Address.'),
    cdn_base_url: f.textOr('https://novac2c.cdn.weixin.qq.com/c2c', 'Address of files.'),
    proxy: proxy(),
  }),
  pico: channel('pico', {
    token: f.secret('Token of the clients.'),
    allow_token_query: f.flag(false, 'The token may stand in the address.'),
    allow_origins: f.list('Web pages that may connect.'),
    streaming: f.section('The answer comes as it is written.', { enabled: f.flag(true, 'Do it.') }),
    ping_interval: f.positive(30, 'Seconds between two pings.'),
    read_timeout: f.positive(60, 'Seconds without a sign of life.'),
    write_timeout: f.positive(10, 'Seconds to write.'),
    max_connections: f.positive(100, 'Clients at a time.'),
  }),
  pico_client: channel('pico_client', {
    url: f.text('Address of the other picoclaw.'),
    token: f.secret('Its token.'),
    session_id: f.text('Session there.'),
    ping_interval: f.positive(30, 'Seconds between two pings.'),
    read_timeout: f.positive(60, 'Seconds without a sign of life.'),
  }),
  irc: channel('irc', {
    server: f.text('host:port.'),
    tls: f.flag(true, 'Encrypt.'),
    nick: f.textOr('picoclaw', 'Nick.'),
    user: f.text('User.'),
    real_name: f.text('Real name.'),
    password: f.secret('Server password.'),
    nickserv_password: f.secret('NickServ password.'),
    sasl_user: f.text('SASL user.'),
    sasl_password: f.secret('SASL password.'),
    channels: f.list('Channels to join.'),
    request_caps: f.list('Capabilities to ask for.'),
  }),
  maixcam: channel('maixcam', {
    host: f.textOr('0.0.0.0', 'Address to listen on.'),
    port: f.whole(18790, 'Port to listen on.', 0, 65535),
  }),
  vk: channel('vk', { token: f.secret('Token.'), group_id: f.text('Group id.') }),
  mqtt: channel('mqtt', {
    broker: f.text('Address of the broker.'),
    agent_id: f.text('Name of this agent in the topics.'),
    topic_prefix: f.text('First part of the topics.'),
    username: f.secret('User.'),
    password: f.secret('Password.'),
    client_id: f.text('Client id.'),
    keep_alive: f.maybeWhole('Seconds between two signs of life.'),
    qos: f.maybeWhole('0, 1 or 2.'),
  }),
  teams_webhook: channel('teams_webhook', {
    webhooks: webhooks('Addresses by name.', { title: f.text('Title of the cards.') }),
  }),
  slack_webhook: channel('slack_webhook', {
    webhooks: webhooks('Addresses by name.', { username: f.text('Shown name.'), icon_emoji: f.text('Shown icon.') }),
  }),
  web: channel('web', {
    streaming: f.section('The answer comes as it is written.', { enabled: f.flag(true, 'Do it.') }),
  }),
}
export type ChannelKind = keyof typeof channelKinds

const k = channelKinds
const entry = z.discriminatedUnion('type', [
  k.telegram,
  k.discord,
  k.slack,
  k.feishu,
  k.dingtalk,
  k.qq,
  k.whatsapp,
  k.matrix,
  k.line,
  k.onebot,
  k.wecom,
  k.weixin,
  k.pico,
  k.pico_client,
  k.irc,
  k.maixcam,
  k.vk,
  k.mqtt,
  k.teams_webhook,
  k.slack_webhook,
  k.web,
])
export type ChannelEntry = z.output<typeof entry>

export const channels = {
  channel_list: f.named('The chat channels, by name.', entry),
}
