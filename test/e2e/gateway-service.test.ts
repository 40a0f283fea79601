import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { emptyHome, picoclaw, writeConfig } from './program.ts'

/** A home whose bot's token and model's key stand in the shell alone, and service managers that write down what they are told. */
function machine({ lingers = true } = {}) {
  const home = emptyHome()
  const programs = join(home, 'programs')
  mkdirSync(programs)
  const asked = join(home, 'asked')
  for (const [name, code] of [
    ['systemctl', 0],
    ['loginctl', lingers ? 0 : 1],
  ] as const) {
    writeFileSync(
      join(programs, name),
      `#!/bin/sh\necho "${name} $*" >> ${asked}\necho "not allowed" >&2\nexit ${code}\n`,
    )
    chmodSync(join(programs, name), 0o755)
  }
  writeConfig(home, {
    version: 3,
    model_list: [{ model_name: 'm', model: 'openai/gpt-x' }],
    channel_list: {
      telegram: { type: 'telegram', enabled: true, allow_from: ['1'], settings: { token: '${BOT_TOKEN}' } },
    },
    agents: { defaults: { model_name: 'm', workspace: '${HOME}/work' } },
  })
  const env = {
    BOT_TOKEN: '123456:SECRET-of-the-bot',
    OPENAI_API_KEY: "sk-secret 'of' the #shell",
    GROQ_API_KEY: 'gsk-of-no-model-here',
    PATH: `${programs}:${process.env['PATH'] ?? ''}`,
  }
  return {
    service: join(home, '.config/systemd/user/picoclaw.service'),
    file: join(home, '.env'),
    asked: () => (existsSync(asked) ? readFileSync(asked, 'utf8').trim().split('\n') : []),
    run: (args: readonly string[], vars: Readonly<Record<string, string>> = env) =>
      picoclaw(['gateway', ...args], { home, env: vars }),
  }
}

const secrets = /SECRET|sk-secret/
const skip = process.platform !== 'linux'

test(
  'a service is not installed while it would miss what only this shell has; the names are told',
  { skip },
  async () => {
    const { run, service, asked } = machine()
    const { code, stdout, stderr } = await run(['install'])
    assert.equal(code, 1)
    assert.match(stderr, /only this shell has: BOT_TOKEN, OPENAI_API_KEY\.\n/)
    assert.match(stderr, /\.env \(mode 600\), or run "picoclaw gateway install --env"/)
    assert.doesNotMatch(stdout + stderr, secrets)
    assert.equal(existsSync(service), false)
    assert.deepEqual(asked(), [])
  },
)

test(
  '--env copies them beside the configuration, for the owner alone, and the service outlives the login',
  { skip },
  async () => {
    const { run, service, file, asked } = machine()
    writeFileSync(file, 'OTHER=kept', { mode: 0o644 })
    const { code, stdout, stderr } = await run(['install', '--env'])
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(stdout + stderr, secrets)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.match(
      readFileSync(file, 'utf8'),
      /^OTHER=kept\nBOT_TOKEN='123456:SECRET-of-the-bot'\nOPENAI_API_KEY="sk-secret /,
    )
    assert.doesNotMatch(readFileSync(service, 'utf8'), secrets)
    assert.deepEqual(asked(), [
      'systemctl --user daemon-reload',
      'systemctl --user enable --now picoclaw.service',
      'loginctl enable-linger',
    ])
    // As the service starts: without anything of the shell.
    const { PATH } = process.env
    const later = await run(['status'], { PATH: PATH ?? '' })
    assert.match(later.stdout, /No gateway runs/, later.stderr)
    const again = await run(['install'])
    assert.equal(again.code, 0, again.stderr)
  },
)

test('where lingering is not allowed it is said what follows', { skip }, async () => {
  const { run } = machine({ lingers: false })
  const { code, stderr } = await run(['install', '--env'])
  assert.equal(code, 0)
  assert.match(stderr, /"loginctl enable-linger" did not work: not allowed\nThe service ends when you log out/)
})
