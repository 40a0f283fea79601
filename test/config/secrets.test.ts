import assert from 'node:assert/strict'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { words } from '../../src/config/command.ts'
import { environment } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'
import { decrypt, encrypt } from '../../src/config/secret-box.ts'
import { inHome, loadText, problemOf } from './load-text.ts'

const withToken = (value: string) => JSON.stringify({ gateway: { static_token: value } }, null, 1)
const tokenOf = async (value: string, vars = {}, files = {}, options = {}) =>
  (await loadText(withToken(value), vars, files, options)).config.gateway.static_token

test('a secret may stand in a file beside the config, and nowhere else', async () => {
  assert.equal(await tokenOf('file://my.key', {}, { 'my.key': ' abc\n' }), 'abc')
  for (const bad of ['file://../x', 'file:///etc/hostname', 'file://none', 'file://']) {
    assert.equal((await problemOf(tokenOf(bad))).line, 3, bad)
  }
  await inHome({ 'config.json': withToken('file://link') }, async (home) => {
    await symlink('/etc/hostname', join(home, 'link'))
    await problemOf(loadConfig(environment({ HOME: home, PICOCLAW_HOME: home })))
  })
})

test('a secret may be what a command prints', async () => {
  assert.equal(await tokenOf("exec://printf '%s\\n' 'a b'"), 'a b')
  assert.deepEqual(words(`op read "a b" 'c"d' e\\f g"h i"`), ['op', 'read', 'a b', 'c"d', 'e\\f', 'gh i'])
  assert.match((await problemOf(tokenOf('exec://false'))).text, /false ended with code 1/)
  assert.match((await problemOf(tokenOf('exec://no-such-program-here'))).text, /could not be started/)
  assert.match((await problemOf(tokenOf('exec://true'))).text, /printed nothing/)
  assert.match((await problemOf(tokenOf('exec://echo x', {}, {}, { trust: 'remote' }))).text, /refused/)
})

test('a command that hangs is ended with all it started', async () => {
  const hanging = 'exec://sh -c "sleep 60 & sleep 60"'
  const started = performance.now()
  const { text } = await problemOf(tokenOf(hanging, {}, {}, { commandTimeoutMs: 100 }))
  assert.match(text, /did not answer within 0\.1 s/)
  assert.ok(performance.now() - started < 30_000)
})

test('a command runs once in a load, however often it is named', async () => {
  await inHome({}, async (home) => {
    const command = `exec://sh -c "echo x >> ${home}/runs; echo secret"`
    await writeFile(
      join(home, 'config.json'),
      JSON.stringify({ gateway: { static_token: command }, voice: { elevenlabs_api_key: command } }),
    )
    const { config } = await loadConfig(
      environment({ PATH: process.env['PATH'] ?? '', HOME: home, PICOCLAW_HOME: home }),
    )
    assert.equal(config.voice.elevenlabs_api_key, 'secret')
    const { readFileSync } = await import('node:fs')
    assert.equal(readFileSync(join(home, 'runs'), 'utf8'), 'x\n')
  })
})

test('an encrypted secret opens with its passphrase and key, and with no other', async () => {
  const lock = { passphrase: 'horse', keyFile: Buffer.from('key file') }
  const written = encrypt(lock, 'sk-secret')
  assert.notEqual(written, encrypt(lock, 'sk-secret'))
  assert.throws(() => decrypt({ ...lock, passphrase: 'cow' }, written), /cannot be opened/)
  await inHome({ 'config.json': withToken(written) }, async (home) => {
    await mkdir(join(home, '.ssh'))
    await writeFile(join(home, '.ssh', 'picoclaw_ed25519.key'), 'key file')
    const vars = { HOME: home, PICOCLAW_HOME: home }
    const opened = await loadConfig(environment({ ...vars, PICOCLAW_KEY_PASSPHRASE: 'horse' }))
    assert.equal(opened.config.gateway.static_token, 'sk-secret')
    assert.deepEqual(opened.secrets, ['sk-secret'])
    assert.match((await problemOf(loadConfig(environment(vars)))).text, /passphrase/)
  })
})

test('.env adds variables, and the real environment wins', async () => {
  const files = { '.env': 'A=from-file\nB=from-file\nPICOCLAW_GATEWAY_PORT=7\n' }
  const {
    config,
    source,
    environment: merged,
  } = await loadText('{"voice": {"model_name": "${A}", "tts_model_name": "$B"}}', { B: 'real' }, files)
  assert.deepEqual(
    [config.voice.model_name, config.voice.tts_model_name, config.gateway.port],
    ['from-file', 'real', 7],
  )
  assert.match(source(['gateway', 'port']), /\.env \(PICOCLAW_GATEWAY_PORT\)$/)
  assert.equal(merged.vars['A'], 'from-file')
})

test('what is a reference only where a secret may stand is plain text elsewhere', async () => {
  const { config } = await loadText('{"voice": {"model_name": "file://x", "tts_model_name": "$$NAME"}}')
  assert.equal(config.voice.model_name, 'file://x')
  assert.equal(config.voice.tts_model_name, '$NAME')
})

test('secrets of headers, variables and addresses are known for redaction', async () => {
  const { secrets } = await loadText(
    JSON.stringify({
      model_list: [
        {
          model_name: 'a',
          model: 'openai/a',
          proxy: 'http://me:pa%20ss@proxy:1',
          custom_headers: { Authorization: 'Bearer canary-1', 'X-Team': 'operations' },
        },
      ],
      tools: { mcp: { servers: { x: { env: { DEBUG: 'plain', OTHER: '${CANARY}' } } } } },
    }),
    { CANARY: 'canary-2' },
  )
  assert.deepEqual([...secrets].sort(), ['Bearer canary-1', 'canary-1', 'canary-2', 'pa ss', 'pa%20ss'])
})

test('.security.yml wins over the config, and a difference is told', async () => {
  const files = {
    '.security.yml':
      'channels:\n  telegram:\n    token: from-yaml\nmodle_list: {}\nmodel_list:\n  none:0: {api_keys: [x]}\n',
  }
  const { config, warnings } = await loadText('{"channels": {"telegram": {"token": "from-json"}}}', {}, files)
  const telegram = config.channel_list['telegram']
  assert.ok(telegram?.type === 'telegram' && telegram.settings.token === 'from-yaml')
  assert.deepEqual(
    warnings.map(({ at }) => at.replace(/.*\//, '')),
    ['.security.yml:3:12', '.security.yml:4:1', '.security.yml:6:3'],
  )
  const { at } = await problemOf(loadText('{}', {}, { '.security.yml': 'a: [1\nb: {' }))
  assert.match(at, /\.security\.yml:\d+:\d+$/)
})

test('files with secrets that others may read are reported', { skip: process.platform === 'win32' }, async () => {
  await inHome({ 'config.json': withToken('plain-secret'), '.env': 'A=1\n' }, async (home) => {
    const place = environment({ HOME: home, PICOCLAW_HOME: home })
    assert.deepEqual((await loadConfig(place)).warnings, [])
    await chmod(join(home, 'config.json'), 0o644)
    await chmod(join(home, '.env'), 0o640)
    await chmod(home, 0o755)
    const { warnings } = await loadConfig(place)
    assert.deepEqual(
      warnings.map(({ mend }) => mend?.replaceAll(home, '~')),
      ['Run chmod 600 ~/config.json', 'Run chmod 600 ~/.env', 'Run chmod 700 ~'],
    )
    await writeFile(join(home, 'config.json'), withToken('${A}'))
    assert.ok((await loadConfig(place)).warnings.every(({ at }) => !at.endsWith('config.json')))
  })
})
