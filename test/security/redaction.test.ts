import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { jsonLog } from '../../src/app/json-log.ts'
import { plainLog } from '../../src/app/log.ts'
import { promptHistory } from '../../src/app/prompt-history.ts'
import { redactedChannel } from '../../src/app/redacted-channel.ts'
import { consoleChannel } from '../../src/channels/console/index.ts'
import type { Channel } from '../../src/core/channel.ts'
import { mask, redactor } from '../../src/kit/redact.ts'
import { emptyHome, picoclaw, writeConfig } from '../e2e/program.ts'
import { type HttpServer, httpServer, json, type ScriptedReply, sse } from '../fakes/http-server.ts'
import { assertClean, everything, planted, secrets, stored } from './planted.ts'

/** An answer of OpenAI's kind in pieces of three letters. */
const inPieces = (text: string): ScriptedReply =>
  sse(
    ...(text.match(/[^]{1,3}/g) ?? []).map((content) => ({
      id: `answer ${planted.key}`,
      model: `model ${planted.key}`,
      choices: [{ index: 0, delta: { content } }],
    })),
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    '[DONE]',
  )
const always = (reply: ScriptedReply) => Array.from({ length: 30 }, () => reply)

function homeFor(server: HttpServer): string {
  const home = emptyHome()
  const { port } = new URL(server.url)
  writeConfig(home, {
    agents: { defaults: { model_name: 'm' } },
    model_list: [
      {
        model_name: 'm',
        model: 'openai/m',
        api_base: `${server.url}/v1`,
        api_keys: [planted.key, planted['second key']],
      },
      {
        model_name: 'address',
        model: 'openai/m',
        api_base: `http://me:${planted['password in an address']}@127.0.0.1:${port}/v1`,
        api_key: planted.key,
      },
    ],
    tools: { web: { brave: { enabled: true, api_key: planted['key with odd characters'] } } },
  })
  return home
}
const env = {
  GROQ_API_KEY: planted['key in the environment'],
  HTTP_PROXY: `http://me:${encodeURIComponent(planted['password of the proxy'])}@127.0.0.1:1`,
}

test('what a model says reaches neither stdout nor the store with a secret in it, also in pieces', async () => {
  await using server = await httpServer(...always(inPieces(everything)))
  for (const more of [[], ['--json'], ['--debug'], ['--json', '--debug']]) {
    const home = homeFor(server)
    const { code, stdout, stderr } = await picoclaw(['agent', '-m', `Is it ${secrets.join(' or ')}?`, ...more], {
      home,
      env,
    })
    assert.equal(code, 0, 'the answer came')
    const where = more.join(' ')
    assertClean(stdout, `stdout ${where}`)
    assertClean(stderr, `stderr ${where}`)
    assertClean(stored(home), `files ${where}`)
    assert.match(stdout, /The keys are \[REDACTED\] and .*The end\./)
    assert.equal(stdout.match(/The end\./g)?.length, 1, 'the answer is told once')
  }
})

// Most of the time is spent waiting to ask again, so the cases wait side by side.
test('what a vendor says in an error reaches nobody with a secret in it', async () => {
  const told = async (status: number) => {
    await using server = await httpServer(...always(json({ error: { message: everything, type: everything } }, status)))
    const home = homeFor(server)
    for (const args of [
      ['agent', '-m', 'x', '--debug'],
      ['agent', '-m', 'x', '--json'],
      ['models', 'test'],
      ['models', 'test', '--json'],
      ['models', 'list', '--json'],
    ]) {
      const { stdout, stderr } = await picoclaw(args, { home, env })
      assertClean(stdout + stderr, `${status} ${args.join(' ')}`)
    }
    assertClean(stored(home), `files after ${status}`)
  }
  await Promise.all([401, 429, 500].map(told))
})

test('an answer that is no answer is not quoted with a secret in it', async () => {
  const told = async (chunks: readonly string[]) => {
    await using server = await httpServer(...always({ chunks }))
    const home = homeFor(server)
    const { code, stdout, stderr } = await picoclaw(['agent', '-m', 'x', '--debug'], { home, env })
    assert.notEqual(code, 0)
    assertClean(stdout + stderr + stored(home), 'a broken answer')
  }
  await Promise.all(
    [[everything], [`<html>${everything}`], [`data: {"error":{"message":${JSON.stringify(everything)}}}\n\n`]].map(
      told,
    ),
  )
})

test('no command prints a secret of the configuration or the environment', async () => {
  await using server = await httpServer()
  const home = homeFor(server)
  for (const args of [
    ['status'],
    ['status', '--json'],
    ['models', 'list'],
    ['models', 'list', '--json'],
    ['config', 'check'],
    ['config', 'check', '--json'],
    ['agent', '-m', 'x', '--model', `openai/${planted.key}x`, '--debug'],
    ['agent', '-m', 'x', '--model', planted.key],
  ]) {
    const { stdout, stderr } = await picoclaw(args, { home, env })
    assertClean(stdout + stderr, args.join(' '))
  }
})

test('a configuration that cannot be used is told without its secrets', async () => {
  const row = { model_name: 'm', model: 'openai/m' }
  const key = planted.key
  const broken: readonly (readonly [name: string, config: object | string])[] = [
    ['text that is no JSON', `{"model_list":[{"model_name":"m","api_key":"${key}" "x":1}]}`],
    ['a text that does not end', `{"model_list":[{"model_name":"m","api_key":"${key}`],
    ['a key in a list of lists', { model_list: [{ ...row, api_keys: [[key]] }] }],
    ['a key in an object', { model_list: [{ ...row, api_key: { [key]: key } }] }],
    ['a mistyped name of the key', { model_list: [{ ...row, api_kee: key }] }],
    ['a number beside it', { model_list: [{ ...row, api_key: key, request_timeout: 'soon' }] }],
    ['an address that is none', { model_list: [{ ...row, api_key: key, api_base: 'no address' }] }],
    ['a reference to a file', { model_list: [{ ...row, api_key: 'file:///nowhere/at/all', api_keys: [key] }] }],
  ]
  for (const [name, config] of broken) {
    const home = emptyHome()
    writeConfig(home, config)
    for (const args of [
      ['config', 'check'],
      ['agent', '-m', 'x', '-d'],
    ]) {
      const { stdout, stderr } = await picoclaw(args, { home, env })
      assertClean(stdout + stderr, `${name}: ${args.join(' ')}`)
    }
  }
})

test('both logs clean each line, fields and escapes included', () => {
  const redact = redactor(secrets)
  const lines: string[] = []
  const write = (line: string) => lines.push(line)
  const clean = (text: string) => redact.text(text)
  for (const log of [plainLog(write, clean), jsonLog({ write, level: 'debug', redact: clean })])
    for (const level of ['debug', 'info', 'warn', 'error'] as const)
      log[level](everything, { nested: { list: [...secrets], [planted.key]: 1 } })
  assert.equal(lines.length, 6)
  assertClean(lines.join(''), 'logs')
  assert.equal((JSON.parse(lines.at(-1) ?? '') as { nested: object }).nested instanceof Object, true)
})

test('the history of the prompt keeps no secret', async () => {
  const home = emptyHome()
  const redact = redactor(secrets)
  const history = promptHistory(join(home, 'history'), (line) => redact.text(line))
  history.save([everything, 'plain'])
  await history.settled()
  assertClean(stored(home), 'history')
  assert.equal((await history.load())[1], 'plain')
})

test('a channel is told no secret in any of its ways, and keeps what it can do', async () => {
  const told: unknown[] = []
  const tell =
    (name: string) =>
    (...words: readonly unknown[]) =>
      told.push([name, ...words])
  const bare: Channel = {
    name: 'bare',
    limits: { maxText: 9 },
    start: async () => {},
    stop: async () => {},
    send: async (message) => String(tell('send')(message)),
  }
  const to = { channel: 'full', chat: 'c' }
  const full: Channel = {
    ...bare,
    edit: async (...words) => void tell('edit')(...words),
    live: () => ({
      push: tell('push'),
      restart: tell('restart'),
      finish: async (message) => String(tell('finish')(message)),
    }),
  }
  const redact = redactor(secrets)
  const channel = redactedChannel(full, redact)
  assert.deepEqual(Object.keys(redactedChannel(bare, redact)).toSorted(), Object.keys(bare).toSorted())
  assert.deepEqual(Object.keys(channel).toSorted(), Object.keys(full).toSorted())
  const report = {
    turn: 't',
    session: 's',
    agent: 'a',
    ms: 1,
    usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 },
    attempts: [{ endpoint: 'm', kind: 'auth', message: everything, ms: 1, skipped: false }],
    notes: [everything],
  } as const
  await channel.send({ to, text: everything, report, trouble: { kind: 'auth', exitCode: 1 } })
  await channel.edit?.(to, '1', everything)
  const live = channel.live?.(to)
  live?.push(planted.key.slice(0, 9))
  live?.restart(everything)
  for (const letter of `${everything} ${planted.key}`) live?.push(letter)
  await live?.finish({ to, text: everything, report })
  const pushed = told.flatMap((line) => (Array.isArray(line) && line[0] === 'push' ? [String(line[1])] : []))
  assertClean(pushed.join(''), 'pushed')
  assert.equal(pushed.join(''), redact.text(`${everything} ${planted.key}`))
  assertClean(JSON.stringify(told), 'told')
})

test('an answer whose secret was cut out of the stream is not told a second time at its end', async () => {
  let out = ''
  const sink = { write: (text: string) => void (out += text) }
  const console = consoleChannel({ stdout: sink, stderr: sink, interactive: false, colour: false, json: false })
  const channel = redactedChannel(console, redactor(secrets))
  const to = { channel: 'console', chat: 'c' }
  const live = channel.live?.(to)
  for (const piece of everything.match(/[^]{1,4}/g) ?? []) live?.push(piece)
  await live?.finish({ to, text: everything })
  assert.equal(out, `${redactor(secrets).text(everything)}\n`)
  assert.ok(out.includes(mask))
})

test('placeholders and short words pass every sink as they are', async () => {
  const words = ['your-api-key', 'sk-...', '<your key>', 'changeme', 'short']
  await using server = await httpServer(...always(inPieces(`Write ${words.join(', ')}.`)))
  const home = emptyHome()
  writeConfig(home, {
    model_list: words.map((word) => ({
      model_name: 'm',
      model: 'openai/m',
      api_base: `${server.url}/v1`,
      api_key: word,
    })),
  })
  const { stdout } = await picoclaw(['agent', '-m', 'x'], { home })
  assert.equal(stdout, `Write ${words.join(', ')}.\n`)
})
