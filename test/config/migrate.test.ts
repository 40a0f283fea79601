import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { environment } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'
import { migratedText } from '../../src/config/migrate.ts'
import { emptyHome } from '../e2e/program.ts'

const old = `{
  // comments go
  "agents": { "defaults": { "provider": "zhipu", "model": "glm-4.7" } },
  "providers": { "zhipu": { "api_key": "\${ZHIPU}", "api_base": "https://open.bigmodel.cn/api/paas/v4" } },
  "channels": { "telegram": { "enabled": true, "token": "\${TG}", "allow_from": ["1"], "mention_only": true } },
  "bindings": [{ "agent_id": "ops", "match": { "channel": "telegram", "peer": { "kind": "group", "id": "-5" } } }],
  "mine": { "kept": 1 }
}`
const given = environment({ HOME: emptyHome(), ZHIPU: 'zhipu-secret-key', TG: '123456:telegram-token' })

test('an old file becomes the present layout; references and unknown keys stay', () => {
  const after = JSON.parse(migratedText(old) ?? '{}') as Record<string, unknown>
  assert.partialDeepStrictEqual(after, {
    version: 3,
    model_list: [{ model_name: 'zhipu', model: 'zhipu/glm-4.7', api_keys: ['${ZHIPU}'] }],
    channel_list: {
      telegram: {
        type: 'telegram',
        enabled: true,
        settings: { token: '${TG}' },
        group_trigger: { mention_only: true },
      },
    },
    agents: { dispatch: { rules: [{ agent: 'ops', when: { channel: 'telegram', chat: 'group:-5' } }] } },
    mine: { kept: 1 },
  })
  for (const gone of ['providers', 'channels', 'bindings']) assert.equal(gone in after, false)
})

test('what it means stays the same, and a second time there is nothing to do', async () => {
  const text = migratedText(old) ?? ''
  assert.equal(migratedText(text), undefined)
  const [before, after] = [await loadConfig(given, { text: old }), await loadConfig(given, { text })]
  assert.deepEqual(after.config.channel_list, before.config.channel_list)
  assert.deepEqual(after.config.agents.dispatch, before.config.agents.dispatch)
  assert.deepEqual(
    after.config.model_list.map(({ model, api_keys }) => [model, api_keys]),
    before.converted.map(({ model, api_keys }) => [model, api_keys]),
  )
  assert.deepEqual(new Set(after.secrets), new Set(before.secrets))
})

test('every documented example can be migrated and loads afterwards', async () => {
  const folder = 'test/fixtures/config/seed'
  const examples = readdirSync(folder).filter((name) => name.endsWith('.json'))
  assert.ok(examples.length > 10)
  for (const name of examples) {
    const text = readFileSync(join(folder, name), 'utf8')
    await loadConfig(given, { text: migratedText(text) ?? text })
  }
})
