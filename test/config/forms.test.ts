import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowsFromProviders } from '../../src/config/providers.ts'
import { loadText, problemOf } from './load-text.ts'

const config = async (value: unknown, vars = {}) => (await loadText(JSON.stringify(value), vars)).config

test('a model may be a text or an object, in the defaults and in each agent', async () => {
  const { agents } = await config({
    agents: {
      defaults: { model: { primary: 'a', fallbacks: ['b'] } },
      list: [
        { id: 'x', model: 'c' },
        { id: 'y', model: { primary: 'd', fallbacks: [] }, subagents: { model: 'e' } },
      ],
    },
  })
  assert.deepEqual([agents.defaults.model_name, agents.defaults.model_fallbacks], ['a', ['b']])
  assert.deepEqual(agents.list[0]?.model, { primary: 'c' })
  assert.deepEqual(agents.list[1]?.model, { primary: 'd', fallbacks: [] })
  assert.deepEqual(agents.list[1]?.subagents?.model, { primary: 'e' })
  assert.equal(
    (await config({ agents: { defaults: { model: 'a', model_name: 'b' } } })).agents.defaults.model_name,
    'b',
  )
  assert.equal((await problemOf(loadText('{"agents": {"defaults": {"model": 5}}}'))).column, 35)
})

test('flat and nested channels are the same', async () => {
  const flat = await config({ channels: { telegram: { token: 'tttt', allow_from: 12345678901234567890n.toString() } } })
  const nested = await config({
    channel_list: { telegram: { type: 'telegram', allow_from: ['12345678901234567890'], settings: { token: 'tttt' } } },
  })
  assert.deepEqual(flat.channel_list, nested.channel_list)
})

test('an id that is too large for a number keeps its digits', async () => {
  const { config } = await loadText('{"channels": {"discord": {"allow_from": [123456789012345678]}}}')
  assert.deepEqual(config.channel_list['discord']?.allow_from, ['123456789012345678'])
})

test('two channels of one kind stand side by side under their names', async () => {
  const { channel_list: list } = await config(
    { channel_list: { home: { type: 'telegram', settings: {} }, work: { type: 'telegram', settings: {} } } },
    { PICOCLAW_CHANNELS_WORK_TOKEN: 'work-token' },
  )
  assert.ok(list['work']?.type === 'telegram' && list['work'].settings.token === 'work-token')
  assert.ok(list['home']?.type === 'telegram' && list['home'].settings.token === undefined)
})

test('a channel of an unknown kind is told and left out', async () => {
  const { config, warnings } = await loadText('{"channel_list": {"x": {"type": "telegramm"}}}')
  assert.deepEqual(config.channel_list, {})
  assert.match(warnings[0]?.mend ?? '', /telegram\?/)
})

test('an unknown version is refused at its place', async () => {
  for (const version of ['4', '"x"', '-1', '[]']) {
    assert.match((await problemOf(loadText(`{"version": ${version}}`))).at, /:1:13$/)
  }
})

test('null and empty texts say nothing', async () => {
  const {
    agents,
    tools,
    model_list: rows,
  } = await config({
    agents: { defaults: { temperature: null, workspace: '', model_name: '' } },
    tools: { web: { proxy: '', brave: { api_keys: [''] } }, allow_read_paths: null },
    model_list: [{ model_name: 'a', model: 'openai/a', api_key: '', thinking_level: 'somewhat' }],
  })
  assert.equal(agents.defaults.temperature, undefined)
  assert.match(agents.defaults.workspace ?? '', /workspace$/)
  assert.deepEqual([tools.web.proxy, tools.web.brave.api_keys, tools.allow_read_paths], [undefined, [], []])
  assert.deepEqual([rows[0]?.api_keys ?? [], rows[0]?.thinking_level], [[], undefined])
})

test('an empty file and a missing one mean the defaults', async () => {
  for (const text of ['', ' \n', '{}', '{\n}\n']) {
    const { config, warnings } = await loadText(text)
    assert.equal(config.gateway.port, 18790)
    assert.equal(warnings.length, 1)
  }
})

test('short forms of caps, keys and folders', async () => {
  const found = await config({
    budget: { per_agent: { a: 2 }, per_cause: { cron: { month: 3 } } },
    gateway: { keys: { laptop: 'client-key' }, tokens: 'one, two' },
    sandbox: { expose: ['~/data', { source: '/srv', mode: 'rw' }] },
    sessions: { roots: '~/work' },
  })
  assert.deepEqual(found.budget.per_agent, { a: { day: 2 } })
  assert.deepEqual(found.gateway.keys, { laptop: { key: 'client-key' } })
  assert.deepEqual(found.gateway.tokens, ['one', 'two'])
  assert.match(found.sandbox.expose[0]?.source ?? '', /^\/.*\/data$/)
  assert.deepEqual(found.sandbox.expose[1], { source: '/srv', mode: 'rw' })
  assert.match(found.sessions.roots[0] ?? '', /^\/.*\/work$/)
})

test('variables of the LiteLLM proxy are understood', async () => {
  const { gateway } = await config(
    {},
    {
      LITELLM_MASTER_KEY: 'master',
      PROXY_STATIC_TOKEN: 'static',
      CLAUDE_OAUTH_TOKENS: 'a,b,,',
      CLAUDE_TOKEN_MODE: 'passthrough',
    },
  )
  assert.deepEqual(gateway.keys, { admin: { key: 'master', admin: true } })
  assert.deepEqual([gateway.static_token, gateway.tokens, gateway.token_mode], ['static', ['a', 'b'], 'passthrough'])
})

test('a variable of the wrong type is an error that names it', async () => {
  const { at } = await problemOf(loadText('{}', { PICOCLAW_GATEWAY_PORT: 'many' }))
  assert.equal(at, 'environment PICOCLAW_GATEWAY_PORT')
  assert.equal((await config({}, { PICOCLAW_LOG_LEVEL: 'loud' })).gateway.log_level, 'warn')
})

const rows = (
  providers: Record<string, { api_key: string }>,
  model_name: string,
  model_list: { model_name: string; model: string }[] = [],
) =>
  rowsFromProviders({ providers, model_list, agents: { defaults: { model_name } } }).map(
    ({ model_name, model }) => `${model_name} = ${model}`,
  )

test('the user’s model goes to the vendor it names, else to a gateway, else to the first', () => {
  const key = { api_key: 'k' }
  assert.deepEqual(rows({ openai: key, anthropic: key }, 'anthropic/claude-x'), [
    'openai = openai/gpt-5.4',
    'anthropic/claude-x = anthropic/claude-x',
  ])
  assert.deepEqual(rows({ openai: key, openrouter: key }, 'z-ai/glm-5'), [
    'openai = openai/gpt-5.4',
    'z-ai/glm-5 = openrouter/z-ai/glm-5',
  ])
  assert.deepEqual(rows({ groq: key }, 'gpt', [{ model_name: 'gpt', model: 'openai/gpt' }]), [
    'groq = groq/llama-3.1-70b-versatile',
  ])
})

test('a section that nothing reads yet gives one warning, unless it says what is the default anyway', async () => {
  const { warnings } = await loadText(
    JSON.stringify({
      agents: { defaults: { tool_feedback: { separate_messages: true } } },
      channel_list: {
        a: { type: 'telegram', settings: { use_markdown_v2: true, media_group_delay_ms: 500 } },
        b: { type: 'telegram', settings: { use_markdown_v2: false, media_group_delay_ms: 900 } },
      },
      hooks: { enabled: true, processes: { log: { enabled: true, command: ['x'] } } },
      devices: { enabled: false, monitor_usb: false },
      evolution: { enabled: false, mode: 'apply' },
      events: { logging: { enabled: true, include: ['agent.*'] } },
    }),
  )
  assert.deepEqual(
    warnings.map(({ text }) => text),
    [
      'hooks is understood, but nothing uses it yet.',
      'agents.defaults.tool_feedback.separate_messages is understood, but nothing uses it yet.',
      'channel_list.b.settings.media_group_delay_ms is understood, but nothing uses it yet.',
      'channel_list.a.settings.use_markdown_v2 is understood, but nothing uses it yet.',
    ],
  )
})

test('a channel under both names is told, and the present form counts', async () => {
  const { config, warnings } = await loadText(
    '{"channels": {"telegram": {"token": "old-token"}},\n"channel_list": {"telegram": {"settings": {"token": "new-token"}}}}',
  )
  const { telegram } = config.channel_list
  assert.ok(telegram?.type === 'telegram' && telegram.settings.token === 'new-token')
  assert.match(warnings[0]?.at ?? '', /:1:15$/)
})

test('a password that looks like a variable is a password', async () => {
  const { config } = await loadText('{"gateway": {"static_token": "$ecret"}, "heartbeat": {"interval": 1}}')
  assert.equal(config.gateway.static_token, '$ecret')
  assert.equal(config.heartbeat.interval, 5)
})
