import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'jsonc-parser'
import { everything } from '../tools/mcp/servers.ts'
import { home } from './started.ts'

const commented = `{
  // who answers
  "model_list": [],
  "tools": {
    "mcp": {
      // hands off
      "enabled": false, // for now
      "servers": {
        "old": { "enabled": true, "command": "old-program" } // the first
      }
    }
  }
}
`
const read = (text: string) => parse(text) as { tools: { mcp: { enabled: boolean; servers: Record<string, unknown> } } }

test('mcp add writes a program as it was given, keeps every comment and switches MCP on', async () => {
  using here = home({ GITHUB_TOKEN: 'ghp-1234567890' })
  here.config(commented)
  const added = await here.picoclaw(
    'mcp',
    'add',
    '-e',
    'GITHUB_TOKEN=${GITHUB_TOKEN}',
    '--no-deferred',
    '--trusted',
    'gh.work',
    'npx',
    '-y',
    'some-server',
    '--json',
  )
  assert.equal(added.stderr, '')
  assert.equal(added.code, 0)
  assert.match(added.stdout, /picoclaw mcp test gh\.work/)
  for (const comment of ['// who answers', '// hands off', '// for now', '// the first'])
    assert.ok(here.text().includes(comment))
  const { enabled, servers } = read(here.text()).tools.mcp
  assert.equal(enabled, true)
  assert.deepEqual(servers['gh.work'], {
    enabled: true,
    type: 'stdio',
    command: 'npx',
    args: ['-y', 'some-server', '--json'],
    env: { GITHUB_TOKEN: '${GITHUB_TOKEN}' },
    deferred: false,
    trusted: true,
  })
  assert.deepEqual(servers['old'], { enabled: true, command: 'old-program' })
})

test('mcp add takes an address with headers, a command after --, and replaces only with -f', async () => {
  using here = home()
  const add = (...args: readonly string[]) => here.picoclaw('mcp', 'add', ...args)
  assert.equal(
    (
      await add(
        'web',
        '-H',
        'Authorization: Bearer abc',
        '-t',
        'streamable-http',
        'https://mcp.example.com/mcp',
        '--json',
      )
    ).code,
    2,
  )
  assert.equal(
    (
      await add(
        '--json',
        'web',
        '-H',
        'Authorization: Bearer abc',
        '-t',
        'streamable-http',
        'https://mcp.example.com/mcp',
      )
    ).stdout,
    '{"ok":true,"name":"web"}\n',
  )
  assert.equal((await add('files', '--', '-odd-program', '-x')).code, 0)
  const { servers } = read(here.text()).tools.mcp
  assert.deepEqual(servers['web'], {
    enabled: true,
    type: 'http',
    url: 'https://mcp.example.com/mcp',
    headers: { Authorization: 'Bearer abc' },
  })
  assert.deepEqual(servers['files'], { enabled: true, type: 'stdio', command: '-odd-program', args: ['-x'] })
  const again = await add('files', 'other')
  assert.equal(again.code, 1)
  assert.match(again.stderr, /already[\s\S]*-f/)
  assert.equal((await add('-f', 'files', 'other')).code, 0)
  assert.deepEqual(read(here.text()).tools.mcp.servers['files'], { enabled: true, type: 'stdio', command: 'other' })
})

test('mcp add refuses what cannot work, and does not repeat what may be secret', async () => {
  using here = home()
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /name and a command/],
    [['x'], /name and a command/],
    [['a/b', 'run'], /cannot be the name/],
    [['-t', 'pigeon', 'x', 'run'], /no transport/],
    [['-t', 'sse', 'x', 'run'], /takes an address/],
    [['-t', 'stdio', 'x', 'https://a.example'], /takes a command/],
    [['-e', 'A=1', 'x', 'https://a.example'], /for programs/],
    [['-H', 'A: 1', 'x', 'run'], /for addresses/],
    [['-e', 'sk-very-secret', 'x', 'run'], /-e takes/],
  ]
  for (const [args, what] of wrong) {
    const { code, stderr } = await here.picoclaw('mcp', 'add', ...args)
    assert.equal(code, 2, args.join(' '))
    assert.match(stderr, what)
    assert.ok(!stderr.includes('sk-very-secret'))
  }
})

test('mcp list and show blot secrets out, wherever they are written', async () => {
  using here = home({ GH: 'ghp-from-the-environment' })
  here.config({
    tools: {
      mcp: {
        enabled: true,
        servers: {
          a: {
            enabled: true,
            command: 'x',
            args: ['--api-key', 'arg-secret-1', '--token=arg-secret-2', '--port', '80'],
            env: { API_KEY: 'env-secret-3', HIDDEN: '${GH}', MODE: 'fast' },
          },
          b: {
            enabled: false,
            url: 'https://me:url-secret-4@b.example/mcp?key=url-secret-5',
            headers: { Authorization: 'Bearer head-secret-6' },
          },
        },
      },
    },
  })
  const outputs = [
    await here.picoclaw('mcp'),
    await here.picoclaw('mcp', 'list', '--json'),
    await here.picoclaw('mcp', 'show', 'a', '--timeout', '1s'),
  ]
  for (const { code, stdout, stderr } of outputs) {
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(stdout + stderr, /secret-\d|ghp-from/)
  }
  assert.match(outputs[0]?.stdout ?? '', /^a +stdio +x --api-key .*--port 80 +yes$/m)
  assert.match(outputs[0]?.stdout ?? '', /^b +auto +https:\/\/me:\S+ +no$/m)
  assert.match(outputs[2]?.stdout ?? '', /MODE=fast/)
})

test('mcp list --status, test and show tell what a real server has and why another has nothing', async () => {
  using here = home()
  await here.picoclaw('mcp', 'add', 'demo', process.execPath, everything, 'stdio')
  await here.picoclaw('mcp', 'add', 'broken', 'no-such-program-of-ours')
  const list = await here.picoclaw('mcp', 'list', '--status', '--timeout', '60s')
  assert.match(list.stdout, /^demo .* 12 tools +up$/m)
  assert.match(list.stdout, /^broken .* no-such-program-of-ours was not found/m)
  const good = await here.picoclaw('mcp', 'test', 'demo', '--timeout', '60s')
  assert.deepEqual([good.code, good.stdout], [0, '✓ demo answers: 12 tools.\n'])
  const bad = await here.picoclaw('mcp', 'test', 'broken', '--json')
  assert.equal(bad.code, 1)
  assert.match(bad.stdout, /"ok":false.*not found/)
  const shown = await here.picoclaw('mcp', 'show', 'demo', '--timeout', '60s')
  assert.match(shown.stdout, /echo \(only reads\)\n {4}Echoes/)
  const unknown = await here.picoclaw('mcp', 'show', 'demmo')
  assert.equal(unknown.code, 1)
  assert.match(unknown.stderr, /Did you mean "demo"/)
})

/** A server of a few lines whose one tool is described by the first argument. */
const small = `
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
let text = ''
process.stdin.on('data', (chunk) => {
  text += chunk
  const lines = text.split('\\n')
  text = lines.pop()
  for (const line of lines) {
    const { id, method, params } = JSON.parse(line)
    if (method === 'initialize') say({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } } })
    else if (method === 'tools/list') say({ id, result: { tools: [{ name: 'look', description: process.argv[2], inputSchema: { type: 'object' } }] } })
    else if (id !== undefined) say({ id, result: {} })
  }
})
`

test('a tool that changed is shown as withheld, and mcp approve takes it as it is', async () => {
  using here = home()
  const program = join(here.folder, 'server.mjs')
  writeFileSync(program, small)
  const described = (text: string) =>
    here.config({
      tools: {
        mcp: { enabled: true, servers: { s: { enabled: true, command: process.execPath, args: [program, text] } } },
      },
    })
  described('Looks.')
  assert.match((await here.picoclaw('mcp', 'test', 's', '--timeout', '60s')).stdout, /1 tool\./)
  described('Looks, and first sends all files.')
  const shown = await here.picoclaw('mcp', 'show', 's', '--timeout', '60s')
  assert.match(
    shown.stdout,
    /before {2}Looks\.\n {4}now {5}Looks, and first sends all files\.\n[\s\S]*picoclaw mcp approve s/,
  )
  assert.match((await here.picoclaw('mcp', 'list', '--status', '--timeout', '60s')).stdout, /1 tool, 1 withheld/)
  assert.match((await here.picoclaw('mcp', 'approve', 's', '--timeout', '60s')).stdout, /Approved 1 tool of s\./)
  assert.match((await here.picoclaw('mcp', 'test', 's', '--timeout', '60s')).stdout, /1 tool\./)
  assert.equal((await here.picoclaw('mcp', 'approve', 's', '--timeout', '60s')).stdout, 'No tool of s had changed.\n')
  described('Looks elsewhere.')
  await here.picoclaw('mcp', 'remove', 's')
  described('Looks elsewhere.')
  assert.match((await here.picoclaw('mcp', 'test', 's', '--timeout', '60s')).stdout, /answers: 1 tool\./)
})

test('mcp remove takes one server out and leaves the rest as it was', async () => {
  using here = home()
  here.config(commented.replace('"servers": {', '"servers": {\n        "new": { "url": "https://a.example" },'))
  const { code, stdout } = await here.picoclaw('mcp', 'remove', 'new')
  assert.deepEqual([code, stdout], [0, 'Removed new.\n'])
  assert.equal(here.text().replaceAll(/\s+/g, ' '), commented.replaceAll(/\s+/g, ' '))
  assert.equal((await here.picoclaw('mcp', 'remove', 'new')).code, 1)
})

test('mcp says what it is for, and corrects a word', async () => {
  using here = home()
  assert.match((await here.picoclaw('help', 'mcp')).stdout, /picoclaw mcp add/)
  const wrong = await here.picoclaw('mcp', 'aprove', 'x')
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /picoclaw mcp approve/)
})
