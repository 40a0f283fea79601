import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { failing, modelsAsked, saying, vendorServer, type VendorServer } from '../fakes/vendor-server.ts'
import { emptyHome, picoclaw, writeConfig } from './program.ts'

const servers: VendorServer[] = []
async function serve(server: Promise<VendorServer>): Promise<VendorServer> {
  servers.push(await server)
  return server
}
after(() => Promise.all(servers.map((server) => server.close())))

/** Asks once with a model list and the default model; the answer must come. */
async function ask(home: string): Promise<string> {
  const { code, stdout, stderr } = await picoclaw(['agent', '-m', 'Hello'], { home })
  assert.equal(code, 0, stderr)
  return stdout.trim()
}

test('two rows with one name take turns, over processes: A, B, A, B', async () => {
  const [a, b] = [await serve(saying('A')), await serve(saying('B'))]
  const home = emptyHome()
  writeConfig(home, {
    model_list: [a, b].map((server, index) => ({
      model_name: 'gpt-5.4',
      model: 'openai/gpt-5.4',
      api_base: `${server.url}/v1`,
      api_key: `sk-key-number-${index}`,
    })),
  })
  const answers: string[] = []
  for (let round = 0; round < 4; round += 1) answers.push(await ask(home))
  assert.deepEqual(answers, ['A', 'B', 'A', 'B'])
})

test('the next model is asked when the first is out of requests, and the answer says so', async () => {
  const [main, backup] = [await serve(failing(429)), await serve(saying('from the backup'))]
  const home = emptyHome()
  writeConfig(home, {
    model_list: [
      { model_name: 'qwen-main', model: 'openai/qwen3.5:cloud', api_base: `${main.url}/v1`, api_key: 'sk-main-key' },
      {
        model_name: 'deepseek-backup',
        model: 'deepseek/deepseek-chat',
        api_base: `${backup.url}/v1`,
        api_key: 'sk-backup-1',
      },
    ],
    agents: { defaults: { model: { primary: 'qwen-main', fallbacks: ['deepseek-backup'] } } },
  })
  const { code, stdout, stderr } = await picoclaw(['agent', '-m', 'Hello'], { home })
  assert.equal(code, 0)
  assert.equal(stdout, 'from the backup\n')
  assert.match(stderr, /deepseek.*qwen.*rate-limit/)
  assert.deepEqual(modelsAsked(main), ['qwen3.5:cloud'])
  assert.deepEqual(modelsAsked(backup), ['deepseek-chat'])
})

test('what failed rests: the next process does not ask it again', async () => {
  const [main, backup] = [await serve(failing(429)), await serve(saying('backup'))]
  const home = emptyHome()
  writeConfig(home, {
    model_list: [
      {
        model_name: 'main',
        model: 'openai/m',
        api_base: `${main.url}/v1`,
        api_key: 'sk-main-key',
        fallbacks: ['backup'],
      },
      { model_name: 'backup', model: 'openai/b', api_base: `${backup.url}/v1`, api_key: 'sk-backup-key' },
    ],
  })
  assert.deepEqual([await ask(home), await ask(home)], ['backup', 'backup'])
  assert.equal(main.seen.length, 1)
})

test('every key of a model is tried before another model is', async () => {
  const main = await serve(
    vendorServer(({ key }) =>
      key === 'sk-second-key'
        ? 'second key'
        : { status: 401, error: { error: { message: 'bad key', code: 'invalid_api_key' } } },
    ),
  )
  const backup = await serve(saying('other model'))
  const home = emptyHome()
  writeConfig(home, {
    model_list: [
      {
        model_name: 'main',
        model: 'openai/m',
        api_base: `${main.url}/v1`,
        api_keys: ['sk-first-key', 'sk-second-key'],
        fallbacks: ['backup'],
      },
      { model_name: 'backup', model: 'openai/b', api_base: `${backup.url}/v1`, api_key: 'sk-backup-key' },
    ],
  })
  assert.equal(await ask(home), 'second key')
  assert.deepEqual(
    main.seen.map((item) => item.key),
    ['sk-first-key', 'sk-second-key'],
  )
  assert.equal(backup.seen.length, 0)
})

test('only the outer prefix of a litellm model is cut', async () => {
  const proxy = await serve(saying('ok'))
  for (const [model, sent] of [
    ['litellm/lite-gpt4', 'lite-gpt4'],
    ['litellm/openai/gpt-4o', 'openai/gpt-4o'],
  ] as const) {
    const home = emptyHome()
    writeConfig(home, {
      model_list: [{ model_name: 'm', model, api_base: `${proxy.url}/v1`, api_key: 'sk-proxy-key' }],
    })
    assert.equal(await ask(home), 'ok')
    assert.equal(modelsAsked(proxy).at(-1), sent)
  }
})

test('ollama needs no key and is sent none', async () => {
  const local = await serve(saying('local'))
  const home = emptyHome()
  writeConfig(home, { model_list: [{ model_name: 'llama3', model: 'ollama/llama3', api_base: `${local.url}/v1` }] })
  assert.equal(await ask(home), 'local')
  assert.equal(local.seen[0]?.headers.authorization, undefined)
  assert.equal(local.seen[0]?.body.model, 'llama3')
})

test('a custom endpoint gets its base, its key and its own time limit', async () => {
  const slow = await serve(
    vendorServer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      return 'too late'
    }),
  )
  const quick = await serve(saying('in time'))
  const row = { model_name: 'my-custom-model', model: 'openai/custom-model', api_key: 'sk-custom-key' }
  const home = emptyHome()
  writeConfig(home, { model_list: [{ ...row, api_base: `${quick.url}/proxy/v1`, request_timeout: 300 }] })
  assert.equal(await ask(home), 'in time')
  assert.equal(quick.seen[0]?.path, '/proxy/v1/chat/completions')
  assert.equal(quick.seen[0]?.key, 'sk-custom-key')
  writeConfig(home, { model_list: [{ ...row, api_base: `${slow.url}/v1`, request_timeout: 1 }] })
  const { code, stderr } = await picoclaw(['agent', '-m', 'Hello'], { home })
  assert.equal(code, 1)
  assert.match(stderr, /1 s/)
})

test('anthropic/ speaks chat completions, anthropic-messages/ the native format', async () => {
  const vendor = await serve(saying('claude'))
  for (const [model, path, header] of [
    ['anthropic/claude-sonnet-4-6', '/v1/chat/completions', 'authorization'],
    ['anthropic-messages/claude-opus-4-6', '/v1/messages', 'x-api-key'],
  ] as const) {
    const home = emptyHome()
    writeConfig(home, {
      model_list: [
        {
          model_name: 'm',
          model,
          api_base: vendor.url + (header === 'authorization' ? '/v1' : ''),
          api_key: 'sk-ant-test-key',
        },
      ],
    })
    assert.equal(await ask(home), 'claude')
    const last = vendor.seen.at(-1)
    assert.equal(last?.path, path)
    assert.ok(last?.headers[header])
    assert.equal(last?.key, 'sk-ant-test-key')
  }
})
