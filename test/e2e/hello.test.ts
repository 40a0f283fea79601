import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { emptyHome, picoclaw, writeConfig } from './program.ts'
import { saying, vendorServer } from '../fakes/vendor-server.ts'

test('in an empty home the built-in guide answers, says what it is and how to add a model', async () => {
  const home = emptyHome()
  const { code, stdout, stderr } = await picoclaw(['agent', '-m', 'Hello'], { home })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /guide/i)
  assert.match(stdout, /not an? (AI|language) model|no (AI|language) model/i)
  assert.equal(stderr.trim().split('\n').length, 1)
  assert.match(stderr, /API_KEY|config\.json/)
})

test('the guide answers a question about set-up from the documentation and names its source', async () => {
  const { stdout } = await picoclaw(['agent', '-m', 'How do I configure a fallback model?'])
  assert.match(stdout, /fallbacks/)
  assert.match(stdout, /\w+\.md/)
})

test('what a home holds is for its owner only', async () => {
  const home = join(emptyHome(), 'fresh')
  await picoclaw(['agent', '-m', 'Hello'], { home })
  assert.equal(statSync(home).mode & 0o077, 0)
  const database = readdirSync(home).find((name) => name.endsWith('.db'))
  assert.ok(database)
  assert.equal(statSync(join(home, database)).mode & 0o077, 0)
  assert.ok(existsSync(join(home, 'workspace', 'AGENT.md')))
})

test('a key in the environment is used without any file', async () => {
  const vendor = await saying('from the environment')
  const { stdout } = await picoclaw(['models', 'list', '--json'], { env: { OPENROUTER_API_KEY: 'sk-or-test-key-123' } })
  await vendor.close()
  const { models } = JSON.parse(stdout) as { models: readonly { vendor: string; source: string }[] }
  assert.deepEqual(
    models.map(({ vendor: name, source }) => `${name} from ${source}`),
    ['openrouter from environment'],
  )
  assert.ok(!stdout.includes('sk-or-test-key-123'))
})

test('an answer is one JSON object for a program', async () => {
  const vendor = await saying('Hi there')
  const home = emptyHome()
  writeConfig(home, {
    model_list: [
      {
        model_name: 'm',
        model: 'openai/m',
        api_base: `${vendor.url}/v1`,
        api_key: 'sk-json-key',
        price: { input: 1, output: 10 },
      },
    ],
  })
  const { code, stdout } = await picoclaw(['agent', '-m', 'Hello', '--json'], { home })
  await vendor.close()
  assert.equal(code, 0)
  const answer = JSON.parse(stdout) as Record<string, unknown>
  assert.equal(answer['ok'], true)
  assert.equal(answer['text'], 'Hi there')
  assert.equal(answer['costMicros'], 11 + 70)
  assert.deepEqual(answer['usage'], { input: 11, output: 7, cacheRead: 0, cacheWrite: 0 })
})

test('text from a pipe is the question, or is added to it', async () => {
  const vendor = await saying('ok')
  const home = emptyHome()
  writeConfig(home, {
    model_list: [{ model_name: 'm', model: 'openai/m', api_base: `${vendor.url}/v1`, api_key: 'sk-pipe-key' }],
  })
  const asked = () => {
    const messages = vendor.seen.at(-1)?.body['messages'] as readonly { role: string; content: unknown }[]
    return JSON.stringify(messages.filter((message) => message.role === 'user').at(-1)?.content)
  }
  await picoclaw(['agent'], { home, input: 'piped question\n' })
  assert.match(asked(), /piped question/)
  await picoclaw(['agent', '-m', 'Summarise'], { home, input: 'a long text\n' })
  assert.match(asked(), /Summarise.*a long text/)
  await vendor.close()
})

test('a pipe that stays open and says nothing does not hold the answer up, nor the end', async () => {
  const { code, stdout, stderr } = await picoclaw(['agent', '-m', 'Hello'], { openInput: true })
  assert.equal(code, 0)
  assert.match(stdout, /guide/)
  assert.match(stderr, /going on without it/)
})

test('a conversation goes on in the next process; -s keeps conversations apart', async () => {
  const vendor = await vendorServer(({ body }) => `you said ${(body['messages'] as readonly object[]).length} things`)
  const home = emptyHome()
  writeConfig(home, {
    model_list: [{ model_name: 'm', model: 'openai/m', api_base: `${vendor.url}/v1`, api_key: 'sk-session-key' }],
  })
  await picoclaw(['agent', '-m', 'My name is Ada'], { home })
  await picoclaw(['agent', '-m', 'What is my name?'], { home })
  assert.match(JSON.stringify(vendor.seen.at(-1)?.body['messages']), /My name is Ada/)
  await picoclaw(['agent', '-m', 'What is my name?', '-s', 'other'], { home })
  assert.doesNotMatch(JSON.stringify(vendor.seen.at(-1)?.body['messages']), /My name is Ada/)
  await vendor.close()
})

test('--model takes a name of the list or vendor/model; an unknown name is told with the nearest', async () => {
  const vendor = await saying('ok')
  const home = emptyHome()
  const row = { api_base: `${vendor.url}/v1`, api_key: 'sk-model-key' }
  writeConfig(home, {
    model_list: [
      { model_name: 'main', model: 'openai/m1', ...row },
      { model_name: 'other', model: 'openai/m2', ...row },
    ],
  })
  await picoclaw(['agent', '-m', 'x', '--model', 'other'], { home })
  assert.equal(vendor.seen.at(-1)?.body.model, 'm2')
  const { code, stderr } = await picoclaw(['agent', '-m', 'x', '--model', 'othr'], { home })
  assert.notEqual(code, 0)
  assert.match(stderr, /othr.*\n.*other/)
  await vendor.close()
})

test('Ctrl-C ends an answer within a second with exit code 130 and leaves no connection', async () => {
  const vendor = await vendorServer(() => new Promise(() => {}))
  const home = emptyHome()
  writeConfig(home, {
    model_list: [{ model_name: 'm', model: 'openai/m', api_base: `${vendor.url}/v1`, api_key: 'sk-stop-key' }],
  })
  const times: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const asked = vendor.seen.length
    let stopped = 0
    const running = picoclaw(['agent', '-m', 'x'], {
      home,
      onStart: (pid) => {
        const wait = setInterval(() => {
          if (vendor.seen.length === asked) return
          clearInterval(wait)
          stopped = performance.now()
          process.kill(pid, 'SIGINT')
        }, 5)
      },
    })
    const { code } = await running
    times.push(performance.now() - stopped)
    assert.equal(code, 130)
  }
  await vendor.close()
  assert.ok(Math.min(...times) < 1_000, `took ${times.join(', ')} ms`)
})

test('the program says its version, helps, and refuses what it does not know', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  assert.match((await picoclaw(['version'])).stdout, new RegExp(`^picoclaw ${version.replaceAll('.', '\\.')}\n`))
  assert.match((await picoclaw([])).stdout, /agent .*models .*status /s)
  assert.match((await picoclaw(['agent', '--help'])).stdout, /--session/)
  const unknown = await picoclaw(['agnet'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /"picoclaw agent"/)
  const option = await picoclaw(['agent', '--mesage', 'x'])
  assert.equal(option.code, 2)
})

test('no secret of the configuration is printed by any command', async () => {
  const home = emptyHome()
  writeConfig(home, {
    model_list: [
      { model_name: 'm', model: 'openai/m', api_base: 'http://127.0.0.1:1/v1', api_key: 'sk-very-secret-canary' },
    ],
  })
  for (const args of [
    ['models', 'list'],
    ['models', 'list', '--json'],
    ['status'],
    ['status', '--json'],
    ['config', 'check'],
    ['agent', '-m', 'x'],
    ['agent', '-m', 'x', '--json', '-d'],
  ]) {
    const { stdout, stderr } = await picoclaw(args, { home })
    assert.ok(!`${stdout}${stderr}`.includes('sk-very-secret-canary'), args.join(' '))
  }
})

test('a corrupt database is set aside and told, and the answer still comes', async () => {
  const home = emptyHome()
  await picoclaw(['agent', '-m', 'Hello'], { home })
  const database = readdirSync(home).find((name) => name.endsWith('.db')) ?? ''
  writeFileSync(join(home, database), 'this is no database at all'.repeat(500))
  const { code, stderr } = await picoclaw(['agent', '-m', 'Hello'], { home })
  assert.equal(code, 0, stderr)
  assert.match(stderr, /corrupt/)
  assert.ok(readdirSync(home).some((name) => name.includes('corrupt')))
})

test('a home that cannot be written is one sentence with the path', async () => {
  const file = join(emptyHome(), 'a-file')
  writeFileSync(file, '')
  const { code, stderr } = await picoclaw(['agent', '-m', 'Hello'], { home: join(file, 'home') })
  assert.notEqual(code, 0)
  assert.match(stderr, /a-file/)
  assert.doesNotMatch(stderr, /\n {4}at .*\.js:/)
})
