import assert from 'node:assert/strict'
import { chmodSync, cpSync, globSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { environment } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'
import { loadText } from './load-text.ts'

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'config')

for (const file of globSync(join(fixtures, 'seed', '*.json')).sort()) {
  const text = readFileSync(file, 'utf8')
  test(`the documented example ${basename(file)} loads as printed`, async () => {
    const { config, converted, warnings, secrets } = await loadText(text)
    assert.deepEqual(
      warnings.flatMap(({ unknownKey }) => unknownKey ?? []),
      [],
    )
    const expected =
      Number(/missing-comma/.test(file)) + Number(/^\{\s*"model_name"/.test(text)) + Number(/full/.test(file))
    assert.equal(warnings.length, expected, JSON.stringify(warnings))
    assert.ok(config.model_list.length + converted.length > 0)
    for (const [, key = ''] of text.matchAll(/"api_key": "([^"]+)"/g)) assert.ok(secrets.includes(key), key)
  })
}

test('the full example skips the channel without a token and keeps the rest', async () => {
  const { config, converted } = await loadText(readFileSync(join(fixtures, 'seed', '18-full.json'), 'utf8'))
  assert.equal(config.channel_list['telegram']?.enabled, true)
  assert.equal(config.channel_list['discord']?.enabled, false)
  assert.deepEqual(
    converted.map(({ model_name, model, api_keys }) => [model_name, model, api_keys]),
    [
      ['anthropic/claude-opus-4-5', 'openrouter/anthropic/claude-opus-4-5', ['sk-or-v1-xxx']],
      ['groq', 'groq/llama-3.1-70b-versatile', ['gsk_xxx']],
    ],
  )
})

for (const file of globSync(join(fixtures, 'pilot', '*.yaml')).sort()) {
  test(`the executor block of ${basename(file)} is understood`, async () => {
    const text = JSON.stringify(parse(readFileSync(file, 'utf8')))
    const vars = Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, `canary-${name}`]))
    const { config, warnings, secrets } = await loadText(text, vars)
    assert.deepEqual(warnings, [])
    assert.ok(config.executor)
    for (const value of Object.values(vars)) assert.ok(secrets.includes(value))
  })
}

function homeLike(version: string): string {
  const home = mkdtempSync(join(tmpdir(), 'picoclaw-home-'))
  cpSync(join(fixtures, version), home, { recursive: true })
  for (const file of globSync(join(home, '{*,.*}'))) if (statSync(file).isFile()) chmodSync(file, 0o600)
  return home
}

test('a home of PicoClaw 0.2.4 loads with all its secrets and nothing to complain about', async () => {
  const home = homeLike('v0.2.4')
  const { config, warnings, secrets } = await loadConfig(environment({ HOME: home, PICOCLAW_HOME: home }))
  assert.deepEqual(warnings, [])
  assert.deepEqual(
    config.model_list.map(({ api_keys }) => api_keys),
    [['sk-canary-first', 'sk-canary-second'], ['sk-canary-third'], ['sk-ant-canary'], undefined],
  )
  const { telegram, discord, onebot } = config.channel_list
  assert.ok(telegram?.type === 'telegram' && telegram.settings.token === '123456:canary-telegram')
  assert.deepEqual(telegram.allow_from, ['123456789', '@alice'])
  assert.ok(discord?.type === 'discord' && discord.settings.token === 'canary-discord')
  assert.equal(discord.group_trigger.mention_only, true)
  assert.deepEqual(onebot?.group_trigger.prefixes, ['!'])
  assert.deepEqual(config.tools.web.brave.api_keys, ['BSA-canary'])
  assert.deepEqual(config.agents.dispatch.rules, [
    { name: 'legacy-binding-1', agent: 'main', when: { channel: 'telegram', sender: 'john' } },
  ])
  assert.equal(secrets.filter((secret) => secret.includes('canary')).length, 8)
})

test('a home of PicoClaw 0.2.9 loads with all its secrets and nothing to complain about', async () => {
  const home = homeLike('v0.2.9')
  const { config, warnings, secrets, files } = await loadConfig(environment({ HOME: home, PICOCLAW_HOME: home }))
  assert.deepEqual(warnings, [])
  const { telegram, second_bot: second } = config.channel_list
  assert.ok(telegram?.type === 'telegram' && telegram.settings.token === '123456:canary-telegram')
  assert.ok(second?.type === 'telegram' && second.settings.token === '654321:canary-second' && second.enabled)
  assert.equal(config.session.dm_scope, 'per-channel-peer')
  assert.equal(config.model_list[1]?.tool_schema_transform, 'simple')
  assert.deepEqual(config.model_list[1]?.api_keys, ['canary-zhipu'])
  assert.equal(config.tools.skills.registries['clawhub']?.auth_token, 'canary-clawhub')
  assert.deepEqual(config.agents.list[1]?.model, { primary: 'glm-4.7', fallbacks: ['gpt-5.4'] })
  assert.equal(secrets.filter((secret) => secret.includes('canary')).length, 6)
  assert.ok(files.includes(join(home, 'second.token')))
})
