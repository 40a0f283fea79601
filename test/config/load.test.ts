import assert from 'node:assert/strict'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { environment } from '../../src/config/environment.ts'
import { loadConfig, type Loaded } from '../../src/config/load.ts'
import type { ModelRow } from '../../src/models/row.ts'
import { problemOf } from './load-text.ts'

async function load(text: string, vars: Record<string, string> = {}): Promise<Loaded> {
  const home = await mkdtemp(join(tmpdir(), 'picoclaw-config-'))
  await writeFile(join(home, 'config.json'), text, { mode: 0o600 })
  return loadConfig(environment({ HOME: home, PICOCLAW_HOME: home, ...vars }))
}

const problem = (...given: Parameters<typeof load>) => problemOf(load(...given))

test('without a file the defaults count', async () => {
  const loaded = await loadConfig(environment({ PICOCLAW_HOME: '/nowhere/at/all' }))
  assert.equal(loaded.config.gateway.host, '127.0.0.1')
  assert.equal(loaded.config.gateway.port, 18790)
  assert.equal(loaded.config.agents.defaults.workspace, '/nowhere/at/all/workspace')
  assert.equal(loaded.config.session.dm_scope, 'per-channel-peer')
  assert.deepEqual(loaded.warnings, [])
  assert.deepEqual(loaded.files, [])
})

test('rows of the model list fit the models floor', async () => {
  const { config, secrets } = await load(
    '{"model_list": [{"model_name": "a", "model": "openai/gpt-5.4", "api_key": "sk-secret", "api_keys": ["sk-2", "sk-secret"]}]}',
  )
  const rows: readonly ModelRow[] = config.model_list
  assert.deepEqual(rows[0]?.api_keys, ['sk-secret', 'sk-2'])
  assert.deepEqual(secrets, ['sk-secret', 'sk-2'])
})

test('comments, trailing commas and a byte order mark are fine', async () => {
  const { config, warnings } = await load('\uFEFF// mine\n{ "gateway": { "port": 1, }, /* x */ }\n')
  assert.equal(config.gateway.port, 1)
  assert.deepEqual(warnings, [])
})

test('a missing comma is read with a warning at its place', async () => {
  const { config, warnings } = await load('{\n  "gateway": {\n    "port": 1\n    "host": "x"\n  }\n}\n')
  assert.equal(config.gateway.host, 'x')
  assert.match(warnings[0]?.at ?? '', /config\.json:3:14$/)
})

test('a mistake names its line and column and shows the line', async () => {
  const { at, text } = await problem('{\n  "gateway": {\n    "port": 1,,\n  }\n}\n')
  assert.match(at, /config\.json:3:15$/)
  assert.match(text, /3 \| {5}"port": 1,,\n {4}\| {15}\^/)
})

test('a wrong type names the key, what was expected and what stood there', async () => {
  const { at, text } = await problem('{"gateway": {"port": "abc"}}')
  assert.match(at, /config\.json:1:22$/)
  assert.match(text, /gateway\.port must be a whole number, but the text "abc" stands there/)
})

test('a time zone is an IANA name; a wrong one is told with its place and the nearest, wherever it stands', async () => {
  assert.equal((await load('{"timezone": " Europe/Berlin "}')).config.timezone, 'Europe/Berlin')
  for (const none of ['{}', '{"timezone": ""}']) assert.equal((await load(none)).config.timezone, undefined)
  const misspelt = await problem('{\n  "timezone": "Europe/Berln"\n}')
  assert.match(misspelt.at, /config\.json:2:15$/)
  assert.match(
    misspelt.text,
    /^timezone must be a time zone such as Europe\/Berlin, but the text "Europe\/Berln" stands there\./,
  )
  assert.equal(misspelt.mend, 'Did you mean Europe/Berlin?')
  assert.equal((await problem('{"timezone": "new york"}')).mend, 'Did you mean America/New_York?')
  assert.equal(
    (await problem('{"timezone": "the far side of the moon"}')).mend,
    'Write an IANA name, in double quotes.',
  )
  const variable = await problem('{}', { PICOCLAW_TIMEZONE: 'Berlin' })
  assert.deepEqual([variable.at, variable.mend], ['environment PICOCLAW_TIMEZONE', 'Did you mean Europe/Berlin?'])
})

test('an unknown key is one warning with the nearest key', async () => {
  const { warnings } = await load('{"gateway": {\n "prot": 1}, "constructor": 1}')
  assert.equal(warnings.length, 2)
  assert.match(warnings[0]?.at ?? '', /:2:2$/)
  assert.match(warnings[0]?.mend ?? '', /port/)
})

test('variables are put in anywhere, once, and an unset one is an error at its line', async () => {
  const { config } = await load(
    '{"voice": {"model_name": "x-${A}-${B:-b}-$${A}", "tts_model_name": "$A"}, "gateway": {"port": "${PORT}"}}',
    { A: '${B}', PORT: '8080' },
  )
  assert.equal(config.voice.model_name, 'x-${B}-b-${A}')
  assert.equal(config.voice.tts_model_name, '${B}')
  assert.equal(config.gateway.port, 8080)
  const { at, text } = await problem('{\n"voice": {"model_name": "${MISSING}"}}')
  assert.match(at, /:2:25$/)
  assert.match(text, /MISSING is not set/)
})

test('the environment beats the file', async () => {
  const { config, source } = await load('{"gateway": {"port": 1}}', {
    PICOCLAW_GATEWAY_PORT: '2',
    PICOCLAW_LOG_LEVEL: 'WARNING',
    PICOCLAW_CHANNELS_TELEGRAM_TOKEN: 'abcd',
    PICOCLAW_CHANNELS_TELEGRAM_ALLOW_FROM: '1，2',
    PICOCLAW_TOOLS_WEB_ENABLED: '',
  })
  assert.equal(config.gateway.port, 2)
  assert.equal(source(['gateway', 'port']), 'environment PICOCLAW_GATEWAY_PORT')
  assert.equal(config.gateway.log_level, 'warn')
  const telegram = config.channel_list['telegram']
  assert.deepEqual(telegram?.allow_from, ['1', '2'])
  assert.ok(telegram?.type === 'telegram' && telegram.settings.token === 'abcd')
})

test('no secret is shown in an error', async () => {
  for (const text of [
    '{"model_list": [{"model_name": "a", "api_key": "sk-canary-1" "x" }]}',
    '{"model_list": [{"model_name": "a", "api_key": sk-canary-1}]}',
    '{"model_list": [{"model_name": "a", "api_key: "sk-canary-1"}]}',
    '{"providers": {"openai": {"api_kye": "sk-canary-1", "api_base": 1}}}',
    '{"gateway": {"static_token": {"sk-canary-1": 1}}}',
  ]) {
    const found = await problem(text)
    assert.doesNotMatch(found.text, /canary/, text)
  }
})
