import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { saying } from '../fakes/vendor-server.ts'
import { emptyHome, picoclaw, writeConfig } from './program.ts'

const page = '<!DOCTYPE html><html><body>Sign in</body></html>'
const html = (status: number) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'text/html' }).end(page)
const json = (status: number, body: object) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

interface Broken {
  /** Absent: nobody listens. */
  readonly serve?: (response: ServerResponse) => void
  readonly model?: string
  readonly status?: number
  readonly cause: RegExp
  readonly mend: RegExp
}

const broken: Readonly<Record<string, Broken>> = {
  'a web page with 200': { serve: html(200), status: 200, cause: /web page/i, mend: /\/v1/ },
  'a web page with 404': { serve: html(404), status: 404, cause: /web page|404/i, mend: /api_base|\/v1/ },
  'a page of a firewall': {
    serve: html(403),
    status: 403,
    cause: /403|proxy|firewall|block/i,
    mend: /proxy|network|firewall|region/i,
  },
  'a wrong key': {
    serve: json(401, {
      error: { message: 'Incorrect API key provided', code: 'invalid_api_key', type: 'invalid_request_error' },
    }),
    status: 401,
    cause: /key/i,
    mend: /api_key|key/i,
  },
  'a model that is not there': {
    serve: json(404, {
      error: { message: 'The model `gpt-9` does not exist', code: 'model_not_found', type: 'invalid_request_error' },
    }),
    status: 404,
    cause: /model/i,
    mend: /name|list|model/i,
  },
  'nobody listening': { cause: /127\.0\.0\.1:\d+/, mend: /running|start|listen|port/i },
  'an empty balance at Zhipu': {
    serve: json(429, { error: { code: '1113', message: 'Insufficient balance' } }),
    model: 'zhipu/glm-4.7',
    status: 429,
    cause: /balance/i,
    mend: /https:\/\/api\.z\.ai\/api\/coding\/paas\/v4/,
  },
  'a server that never answers': { serve: () => undefined, cause: /1 s/, mend: /request_timeout/ },
}

for (const [name, { serve, model = 'openai/gpt-9', status, cause, mend }] of Object.entries(broken))
  test(`models test says cause, URL and mend of ${name}`, async () => {
    const server = createServer((request, response) => void request.resume().on('end', () => serve?.(response)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    if (!serve) await new Promise((resolve) => server.close(resolve))
    const home = emptyHome()
    writeConfig(home, {
      model_list: [{ model_name: 'm', model, api_base: base, api_key: 'sk-broken-server-key', request_timeout: 1 }],
    })
    const words = await picoclaw(['models', 'test'], { home })
    const program = await picoclaw(['models', 'test', 'm', '--json'], { home })
    server.closeAllConnections()
    server.close()
    assert.equal(words.code, 1)
    assert.match(words.stdout, /^✗ m /)
    assert.match(words.stdout, cause)
    assert.match(words.stdout, mend)
    assert.ok(words.stdout.includes(`${base}/chat/completions`), words.stdout)
    assert.equal(program.code, 1)
    const { ok, results } = JSON.parse(program.stdout) as {
      ok: boolean
      results: readonly { status?: number; url?: string }[]
    }
    assert.equal(ok, false)
    assert.equal(results[0]?.status, status)
    assert.ok(!`${words.stdout}${words.stderr}${program.stdout}`.includes('sk-broken-server-key'))
  })

test('models test tells base, time and the model that answered, key by key, and wakes what rested', async () => {
  const vendor = await saying('OK')
  const home = emptyHome()
  writeConfig(home, {
    model_list: [
      {
        model_name: 'good',
        model: 'openai/m',
        api_base: `${vendor.url}/v1`,
        api_keys: ['sk-first-key-1', 'sk-second-key-2'],
      },
      { model_name: 'bad', model: 'openai/m', api_base: 'http://127.0.0.1:9/v1', api_key: 'sk-third-key-3' },
    ],
  })
  const all = await picoclaw(['models', 'test'], { home })
  assert.equal(all.code, 1)
  assert.match(all.stdout, /✓ good .*\n.*\/v1 · \d+ ms · answered by m/)
  assert.match(all.stdout, /key 2/)
  const one = await picoclaw(['models', 'test', 'good'], { home })
  assert.equal(one.code, 0)
  await vendor.close()
})

test('models add writes a row, default chooses it, remove takes it out; comments and versions are kept', async () => {
  const home = emptyHome()
  const path = writeConfig(home, '{\n  // mine\n  "heartbeat": { "enabled": false },\n}\n')
  const env = { SOME_KEY: 'sk-some-key-value' }
  const added = await picoclaw(['models', 'add', 'main', 'openai/gpt-5.4', '--key', '${SOME_KEY}', '--default'], {
    home,
    env,
  })
  assert.equal(added.code, 0, added.stderr)
  const text = readFileSync(path, 'utf8')
  assert.match(text, /\/\/ mine/)
  assert.match(text, /"\$\{SOME_KEY\}"/)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal((await picoclaw(['models', 'default'], { home, env })).stdout, 'main\n')
  const listed = JSON.parse((await picoclaw(['models', 'list', '--json'], { home, env })).stdout) as {
    models: readonly object[]
  }
  assert.partialDeepStrictEqual(listed.models, [
    { name: 'main', vendor: 'openai', model: 'gpt-5.4', default: true, keys: 1 },
  ])
  assert.equal((await picoclaw(['models', 'remove', 'main'], { home, env })).code, 0)
  assert.doesNotMatch(readFileSync(path, 'utf8'), /gpt-5\.4/)
})

test('a row that cannot work is refused before anything is written', async () => {
  const home = emptyHome()
  const { code, stderr } = await picoclaw(['models', 'add', 'x', 'openai/'], { home })
  assert.notEqual(code, 0)
  assert.match(stderr, /model/)
  assert.equal(existsSync(join(home, 'config.json')), false)
  const unknown = await picoclaw(['models', 'add', '--recipe', 'olama'], { home })
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /"ollama"/)
})

test('every recipe loads', async () => {
  const { recipes } = await import('../../src/models/recipes.ts')
  const env = {
    OPENROUTER_API_KEY: 'sk-or-aaaaaaa1',
    ZAI_API_KEY: 'zai-bbbbbbb2',
    AZURE_OPENAI_API_KEY: 'azure-cccccc3',
  }
  const home = emptyHome()
  for (const name of Object.keys(recipes)) {
    const { code, stderr } = await picoclaw(['models', 'add', '--recipe', name], { home, env })
    assert.equal(code, 0, stderr)
  }
  const { models } = JSON.parse((await picoclaw(['models', 'list', '--json'], { home, env })).stdout) as {
    models: readonly { name: string }[]
  }
  assert.deepEqual(
    models.map((model) => model.name),
    Object.keys(recipes),
  )
})

test('config set changes one value, explain says where it came from, unset brings the default back', async () => {
  const home = emptyHome()
  const path = join(home, 'config.json')
  writeFileSync(path, '{\r\n\t"heartbeat": { "interval": 30, /* why */ "enabled": true },\r\n}\r\n', { mode: 0o600 })
  assert.equal((await picoclaw(['config', 'set', 'heartbeat.interval', '60'], { home })).code, 0)
  assert.equal(
    readFileSync(path, 'utf8'),
    '{\r\n\t"heartbeat": { "interval": 60, /* why */ "enabled": true },\r\n}\r\n',
  )
  const explained = await picoclaw(['config', 'explain', 'heartbeat.interval'], { home })
  assert.match(explained.stdout, /heartbeat\.interval = 60\n.*config\.json:2:\d+\n.*30\n/)
  const overridden = await picoclaw(['config', 'explain', 'heartbeat.interval', '--json'], {
    home,
    env: { PICOCLAW_HEARTBEAT_INTERVAL: '90' },
  })
  assert.partialDeepStrictEqual(JSON.parse(overridden.stdout), {
    value: 90,
    source: 'environment PICOCLAW_HEARTBEAT_INTERVAL',
  })
  await picoclaw(['config', 'unset', 'heartbeat.interval'], { home })
  assert.equal((await picoclaw(['config', 'get', 'heartbeat.interval'], { home })).stdout, '30\n')
  const refused = await picoclaw(['config', 'set', 'heartbeat.interval', 'often'], { home })
  assert.equal(refused.code, 4)
  const typo = await picoclaw(['config', 'get', 'hartbeat.interval'], { home })
  assert.notEqual(typo.code, 0)
  assert.match(typo.stderr, /heartbeat/)
})
