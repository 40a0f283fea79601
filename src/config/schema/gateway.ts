import * as z from 'zod/mini'
import * as f from './fields.ts'

const caps = (meaning: string) =>
  f.item(meaning, { day: f.amount('Dollars a day.'), month: f.amount('Dollars a month.') })

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const clientKey = f.item('A client of the gateway.', {
  key: f.secret('Its key.'),
  admin: f.maybeFlag('May do everything.'),
  models: f.maybeList('The models it may ask; unset is all.'),
  day: f.amount('Dollars a day.'),
  month: f.amount('Dollars a month.'),
})

const launchMode = f.item('A named way to start a coding CLI.', {
  cli: f.text('The CLI, for example claude.'),
  model: f.text('The model it asks for.'),
  provider: f.text('Where it asks: a model_list name, a vendor, bedrock or vertex.'),
  env: f.holders('Environment variables for it.'),
  timeout_ms: f.maybeWhole('API_TIMEOUT_MS.'),
})

const exposed = f.item('A folder that sandboxed commands see.', {
  source: f.path('The folder.'),
  target: f.text('Where they see it; unset is the same path.'),
  mode: f.choice(['ro', 'rw'], 'ro', 'Read only, or read and write.'),
})

export const gateway = {
  gateway: f.section('The HTTP server and what it listens on.', {
    host: f.host('127.0.0.1', 'Address to listen on.'),
    port: f.whole(18790, 'Port to listen on.', 0, 65535),
    hot_reload: f.flag(false, 'Accepted for old files: a changed config is always taken up.'),
    log_level: f.choice(logLevels, 'warn', 'What goes into the log.', {
      also: { warning: 'warn', err: 'error', panic: 'fatal', off: 'silent', none: 'silent' },
      forgiving: true,
    }),
    static_token: f.secret('What every client must send.'),
    keys: f.named('Keys of single clients, by name.', clientKey),
    tokens: f.secretsByComma('Claude OAuth tokens that take turns.'),
    token_mode: f.choice(['rotate', 'passthrough'], 'rotate', 'Our tokens in turn, or the client’s own.'),
    webhook_host: f.host('127.0.0.1', 'Address of the webhook listener.'),
    webhook_port: f.whole(18791, 'Port of the webhook listener.', 0, 65535),
    public_url: f.text('How the outside reaches this machine.'),
    path_prefix: f.textOr('', 'Path before everything, behind a proxy.'),
  }),
  budget: f.section('Caps in dollars.', {
    day: f.amount('For a day.'),
    month: f.amount('For a month.'),
    turn: f.amount('For one turn, with all its calls, tools and sub-agents.'),
    per_agent: f.named('For single agents.', caps('Caps of one agent.')),
    per_cause: f.named('For single causes: chat, cron, heartbeat …', caps('Caps of one cause.')),
    unpriced: f.choice(['refuse', 'allow'], 'refuse', 'Models without a known price while a cap is set.'),
  }),
  sessions: f.section('The sessions API.', {
    roots: f.paths('Folders under which sessions may work; none means the API is off.'),
    default_env: f.holders('Environment of every session.'),
    env_allow: f.list('More variable names that a session may set.'),
    engine: f.text('What runs a session.'),
  }),
  launch: f.section('Coding CLIs on our models.', { modes: f.named('Named ways to start one.', launchMode) }),
  sandbox: f.section('What commands of the agent may touch.', {
    mode: f.choice(['auto', 'bwrap', 'off'], 'auto', 'auto uses bubblewrap where it is installed.'),
    network: f.flag(true, 'Commands may use the network.'),
    expose: f.items('More folders that commands see.', exposed),
  }),
  store: f.section('Where everything durable is kept.', { url: f.text('Unset is an SQLite file in the home.') }),
  auth: f.named(
    'Other addresses for sign-in, by provider: private clouds and tests.',
    z
      .record(z.string(), z.string().register(f.facts, { meaning: 'An address or id of the sign-in.' }))
      .register(f.facts, { meaning: 'Addresses of one provider.' }),
  ),
  heartbeat: f.section('A look at HEARTBEAT.md from time to time.', {
    enabled: f.flag(true, 'Do it.'),
    interval: f.atLeast(30, 5, 'Minutes between two looks; at least 5.'),
  }),
  voice: f.section('Speech.', {
    model_name: f.text('The model that turns voice into text.'),
    command: f.list('A program that turns a WAV file into text, word by word; {file} stands for the file.'),
    tts_model_name: f.text('The model that speaks.'),
    echo_transcription: f.flag(false, 'Show what was understood.'),
    elevenlabs_api_key: f.secret('ElevenLabs key.'),
  }),
}
