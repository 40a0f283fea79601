import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Log } from '../../../src/core/log.ts'
import { silent } from '../../../src/core/log.ts'
import type { ToolOutput } from '../../../src/core/tool.ts'
import type { McpStatus } from '../../../src/tools/mcp/server.ts'
import { contextOf, inFolder } from '../context.ts'
import { children, eventually, everything, everythingOver, filesystem, opened, settingsOf } from './servers.ts'

const { signal } = new AbortController()
const stdio = (own: object = {}) => ({ command: process.execPath, args: [everything, 'stdio'], ...own })
const textOf = ({ content }: ToolOutput) => content.map((part) => (part.type === 'text' ? part.text : '')).join('')

test('a program is found, its tools are offered, and their answers are marked as from outside', async () => {
  const stored: { readonly mime: string; readonly size: number }[] = []
  const blobs = {
    async put(bytes: Uint8Array, mime: string) {
      stored.push({ mime, size: bytes.length })
      return 'a'.repeat(64)
    },
  }
  const learnt: string[] = []
  await using servers = opened({
    settings: settingsOf({ demo: stdio({ env: { DEMO_TOKEN: 'tok-3f9a1c77', PLAIN: 'seen' } }) }),
    results: { blobs },
    learn: (secret) => learnt.push(secret),
  })
  await servers.settled()
  const tools = new Map(servers.tools().map((tool) => [tool.spec.name, tool]))

  const echo = tools.get('mcp_demo_echo')
  assert.ok(echo)
  assert.equal(echo.readOnly, true)
  assert.match(echo.spec.description, /^\[MCP:demo\] /)
  assert.deepEqual(await echo.run({ message: 'hi' }, contextOf()), {
    content: [{ type: 'text', text: 'Echo: hi' }],
    outside: 'mcp:demo',
  })
  const refused = await echo.run({ message: 1 }, contextOf())
  assert.equal(refused.isError, true)
  assert.match(textOf(refused), /message/)

  const toggle = tools.get('mcp_demo_toggle-simulated-logging')
  assert.deepEqual(toggle?.effects?.({}, contextOf()), ['network'])
  assert.equal(toggle?.destination?.({}, contextOf()), 'mcp:demo')
  assert.equal(toggle?.readOnly, false)

  const picture = await servers.call('demo', 'get-tiny-image', {}, signal)
  assert.deepEqual(
    picture.content.filter(({ type }) => type === 'image'),
    [{ type: 'image', mime: 'image/png', source: { type: 'blob', id: 'a'.repeat(64) } }],
  )
  assert.equal(stored[0]?.mime, 'image/png')

  const environment = textOf(await servers.call('demo', 'get-env', {}, signal))
  const names = [...environment.matchAll(/"(\w+)":/g)].map(([, name]) => name)
  assert.deepEqual(new Set(names), new Set(['DEMO_TOKEN', 'HOME', 'PATH', 'PICOCLAW_RUN', 'PLAIN']))
  assert.ok(!environment.includes('tok-3f9a1c77') && environment.includes('seen'), environment)
  assert.ok(learnt.includes('tok-3f9a1c77'))

  const unknown = await servers.call('demo', 'nothing', {}, signal)
  assert.equal(unknown.isError, true)
  assert.equal(unknown.outside, 'mcp:demo')
})

test('the file server reads in its folder and refuses what lies outside', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'a.txt'), 'inside')
    await using servers = opened({
      settings: settingsOf({ files: { command: process.execPath, args: [filesystem, folder] } }),
    })
    await servers.settled()
    const inside = await servers.call('files', 'read_text_file', { path: join(folder, 'a.txt') }, signal)
    assert.equal(textOf(inside), 'inside')
    const outside = await servers.call('files', 'read_text_file', { path: '/etc/passwd' }, signal)
    assert.equal(outside.isError, true)
    assert.match(textOf(outside), /denied/i)
  }))

test('a server that is killed loses its tools at once and has them again when it was restarted', async () => {
  const offeredWhenDown: number[] = []
  const log: Log = { ...silent, warn: () => void offeredWhenDown.push(servers.tools().length) }
  await using servers = opened({ settings: settingsOf({ demo: stdio() }), log, patience: { backoffMs: 50 } })
  await servers.settled()
  const [pid, ...others] = await children(everything)
  assert.ok(pid !== undefined && others.length === 0)
  process.kill(pid, 'SIGKILL')
  const isBack = ({ state, restarts }: McpStatus) => state === 'up' && restarts === 1
  await eventually(() => servers.status().some(isBack), 'the restart')
  assert.deepEqual(offeredWhenDown, [0])
  assert.notDeepEqual(await children(everything), [pid])
  assert.equal(textOf(await servers.call('demo', 'echo', { message: 'again' }, signal)), 'Echo: again')
})

test('closing ends the program and everything it started', () =>
  inFolder(async (folder) => {
    const script = `sleep 1000 & echo $! > ${folder}/pid; setsid sleep 1000 & exec ${process.execPath} ${everything} stdio`
    const servers = opened({ settings: settingsOf({ demo: { command: '/bin/sh', args: ['-c', script] } }) })
    await servers.settled()
    assert.equal(servers.status()[0]?.state, 'up')
    const pid = readFileSync(join(folder, 'pid'), 'utf8').trim()
    assert.notEqual(stateOf(pid), undefined)
    await servers.close()
    await eventually(() => stateOf(pid) === undefined, 'the end of its child')
    assert.deepEqual(await children(everything), [])
    assert.deepEqual(servers.tools(), [])
  }))

test('a program that cannot be started is told with its name, and its last words where it had some', async () => {
  await using servers = opened({
    settings: settingsOf({
      missing: { command: 'no-such-program-of-ours' },
      talker: { command: '/bin/sh', args: ['-c', 'printf "\\033[31mAPI_KEY is\\007 not set\\033[0m\\n" >&2; exit 3'] },
      unsaid: {},
    }),
  })
  await servers.settled()
  const why = Object.fromEntries(servers.status().map((status) => [status.name, status.why ?? '']))
  assert.match(why['missing'] ?? '', /no-such-program-of-ours was not found/)
  assert.match(why['talker'] ?? '', /ended with code 3\. API_KEY is not set/)
  assert.match(why['unsaid'] ?? '', /no program/)
  const answer = await servers.call('missing', 'x', {}, signal)
  assert.equal(answer.isError, true)
})

test('a folder that is missing is told as such', async () => {
  const around = { path: '/usr/bin:/bin', home: '/nonexistent', folder: '/nonexistent/workspace' }
  await using servers = opened({ settings: settingsOf({ demo: { command: 'sh' } }), around })
  await servers.settled()
  assert.match(servers.status()[0]?.why ?? '', /folder \/nonexistent\/workspace is missing/)
})

test('a server that floods is ended and started again; one that greets on its output is understood', () =>
  inFolder(async (folder) => {
    const program = join(folder, 'server.mjs')
    writeFileSync(program, flooding)
    await using servers = opened({
      settings: settingsOf({ demo: { command: process.execPath, args: [program] } }),
      patience: { backoffMs: 50 },
    })
    await servers.settled()
    const flooded = await servers.call('demo', 'flood', {}, signal)
    assert.equal(flooded.isError, true)
    assert.match(textOf(flooded), /more than 32 MiB/)
    await eventually(
      () => servers.status().some(({ state, restarts }) => state === 'up' && restarts === 1),
      'the restart',
    )
  }))

const flooding = `
console.log('Welcome to the server!')
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
let text = ''
process.stdin.on('data', (chunk) => {
  text += chunk
  const lines = text.split('\\n')
  text = lines.pop()
  for (const line of lines) {
    const { id, method, params } = JSON.parse(line)
    if (method === 'initialize') say({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } } })
    else if (method === 'tools/list') say({ id, result: { tools: [{ name: 'flood', inputSchema: { type: 'object' } }] } })
    else if (method === 'tools/call') process.stdout.write('x'.repeat(33 * 1024 * 1024))
    else if (id !== undefined) say({ id, result: {} })
  }
})
`

for (const kind of ['streamableHttp', 'sse'] as const)
  test(`a server over ${kind} is found without being told the kind, called, gone while it is down, and back`, async () => {
    const offeredWhenDown: number[] = []
    const log: Log = { ...silent, warn: () => void offeredWhenDown.push(servers.tools().length) }
    const first = await everythingOver(kind)
    await using servers = opened({
      settings: settingsOf({ demo: { url: first.url } }),
      log,
      patience: { backoffMs: 50, longestBackoffMs: 200 },
    })
    await servers.settled()
    assert.equal(textOf(await servers.call('demo', 'echo', { message: 'hi' }, signal)), 'Echo: hi')
    await first.stop()
    await eventually(() => servers.status()[0]?.state === 'down', 'noticing the loss')
    assert.equal(offeredWhenDown[0], 0)
    await using _second = await everythingOver(kind, first.port)
    await eventually(() => servers.status()[0]?.state === 'up', 'the new connection')
    assert.ok(servers.tools().length > 0)
    assert.equal(textOf(await servers.call('demo', 'echo', { message: 'again' }, signal)), 'Echo: again')
  })

test('a call ends within a second of the stop, and the server goes on', async () => {
  await using servers = opened({ settings: settingsOf({ demo: stdio() }) })
  await servers.settled()
  const tool = servers.tools().find(({ spec }) => spec.name === 'mcp_demo_trigger-long-running-operation')
  assert.ok(tool)
  const times: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const stop = new AbortController()
    const running = tool.run({ duration: 60, steps: 2 }, contextOf('cli', stop.signal))
    setImmediate(() => stop.abort(new Error('stop')))
    const start = performance.now()
    await assert.rejects(running, /stop/)
    times.push(performance.now() - start)
  }
  assert.ok(Math.min(...times) < 1000)
  assert.equal(textOf(await servers.call('demo', 'echo', { message: 'on' }, signal)), 'Echo: on')
})

test('a call that takes too long is given up, and a server that still answers is kept', async () => {
  await using servers = opened({ settings: settingsOf({ demo: stdio() }), patience: { callMs: 300 } })
  await servers.settled()
  const late = await servers.call('demo', 'trigger-long-running-operation', { duration: 60, steps: 2 }, signal)
  assert.equal(late.isError, true)
  assert.match(textOf(late), /longer than 0\.3 s/)
  assert.deepEqual(
    servers.status().map(({ state, restarts }) => ({ state, restarts })),
    [{ state: 'up', restarts: 0 }],
  )
})

/** The state of a process that runs. */
function stateOf(pid: string): string | undefined {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0]
    return state === 'Z' ? undefined : state
  } catch {
    return undefined
  }
}
