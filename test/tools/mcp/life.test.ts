import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silent } from '../../../src/core/log.ts'
import type { Connect, ConnectionEvents, RemoteTool } from '../../../src/tools/mcp/ports.ts'
import { type FakeClock, fakeClock } from '../../fakes/clock.ts'
import { opened, settingsOf } from './servers.ts'

const tool: RemoteTool = { name: 'look', description: 'Looks.', schema: { type: 'object' }, readOnly: true }

/** A server that is up or not, and answers or not, as the test says. */
function scripted(clock: FakeClock) {
  const starts: number[] = []
  const server = {
    up: true,
    answers: true,
    open: 0,
    events: undefined as ConnectionEvents | undefined,
    tools: [tool] as readonly RemoteTool[],
    starts,
    /** Gives the answers that were held back. */
    answer() {
      server.answers = true
      for (const give of held.splice(0)) give()
    },
  }
  const held: (() => void)[] = []
  const reply = <T>(value: T, signal: AbortSignal): Promise<T> =>
    server.answers
      ? Promise.resolve(value)
      : new Promise((resolve, reject) => {
          held.push(() => resolve(value))
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        })
  const connect: Connect = async (_plan, _around, events, signal) => {
    starts.push(clock.now() - 1_700_000_000_000)
    if (!server.up) throw new Error('refused')
    await reply(undefined, signal)
    server.events = events
    server.open += 1
    let isOpen = true
    return {
      tools: (stop) => reply(server.tools, stop),
      call: async (name, _input, stop) => {
        if (!isOpen) throw new Error('closed')
        if (!server.tools.some((one) => one.name === name)) throw new Error('unknown tool')
        return reply({ content: [{ type: 'text', text: 'seen' }] }, stop)
      },
      ping: (stop) => reply(undefined, stop),
      async close() {
        isOpen = false
        server.open -= 1
      },
    }
  }
  return { server, connect }
}

function house(clock = fakeClock()) {
  const { server, connect } = scripted(clock)
  const servers = opened({
    settings: settingsOf({ s: { command: 'x' } }),
    clock,
    connect,
    log: silent,
    patience: { callMs: 5000 },
  })
  return { clock, server, servers }
}
const names = (servers: ReturnType<typeof opened>) => servers.tools().map(({ spec }) => spec.name)

test('a server that is slow to start delays nobody and is given up after its limit', async () => {
  const { clock, server, servers } = house()
  server.answers = false
  assert.deepEqual(servers.tools(), [])
  assert.equal(servers.status()[0]?.state, 'connecting')
  await clock.advance(60_000)
  assert.equal(servers.status()[0]?.state, 'down')
  assert.match(servers.status()[0]?.why ?? '', /longer than 60 s/)
  server.answers = true
  await clock.advance(1000)
  assert.deepEqual(names(servers), ['mcp_s_look'])
  await servers.close()
  assert.equal(server.open, 0)
})

test('a server that stays away is tried after 1, 2, 4 … seconds, at most every five minutes', async () => {
  const { clock, server, servers } = house()
  server.up = false
  await clock.advance(2_000_000)
  await servers.close()
  assert.deepEqual(
    server.starts.slice(0, 12).map((at) => at / 1000),
    [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111],
  )
})

test('a server that is lost has no tools until it is back, and a long good time makes its next failure the first', async () => {
  const { clock, server, servers } = house()
  await clock.advance(0)
  assert.deepEqual(names(servers), ['mcp_s_look'])
  for (const wait of [1000, 2000]) {
    server.events?.closed('gone')
    await clock.advance(wait - 1)
    assert.deepEqual(names(servers), [])
    assert.equal(servers.status()[0]?.why, 'gone')
    await clock.advance(1)
    assert.deepEqual(names(servers), ['mcp_s_look'])
  }
  await clock.advance(60_000)
  server.events?.closed('gone')
  await clock.advance(1000)
  assert.deepEqual(names(servers), ['mcp_s_look'])
  assert.equal(server.open, 1)
  await servers.close()
})

test('an idle server that no longer answers is started again', async () => {
  const { clock, server, servers } = house()
  await clock.advance(0)
  server.answers = false
  await clock.advance(30_000 + 9_999)
  assert.deepEqual(names(servers), ['mcp_s_look'])
  await clock.advance(1)
  assert.deepEqual(names(servers), [])
  server.answers = true
  await clock.advance(1000)
  assert.deepEqual(names(servers), ['mcp_s_look'])
  await servers.close()
})

test('a call that hangs ends at its limit; a server that is hung is found out by it', async () => {
  const { clock, server, servers } = house()
  await clock.advance(0)
  server.answers = false
  const running = servers.call('s', 'look', {}, new AbortController().signal)
  await clock.advance(5000)
  const output = await running
  assert.equal(output.isError, true)
  assert.equal(output.outside, 'mcp:s')
  await clock.advance(10_000)
  assert.equal(servers.status()[0]?.state, 'down')
  await servers.close()
})

test('a server is not doubted while it may only be busy with another call', async () => {
  const { clock, server, servers } = house()
  await clock.advance(0)
  server.answers = false
  const { signal } = new AbortController()
  const first = servers.call('s', 'look', {}, signal)
  await clock.advance(3000)
  const second = servers.call('s', 'look', {}, signal)
  await clock.advance(2000)
  assert.equal((await first).isError, true)
  await clock.advance(12_999)
  assert.equal((await second).isError, true)
  assert.equal(servers.status()[0]?.state, 'up')
  await clock.advance(1)
  assert.equal(servers.status()[0]?.state, 'down')
  await servers.close()
})

test('a call that is under way when its server is lost fails at once', async () => {
  const { clock, server, servers } = house()
  await clock.advance(0)
  server.answers = false
  const running = servers.call('s', 'look', {}, new AbortController().signal)
  server.events?.closed('It was ended by SIGKILL.')
  assert.match(JSON.stringify(await running), /SIGKILL/)
  await servers.close()
})

test('tools that come and go are followed', async () => {
  const { clock, server, servers } = house()
  await clock.advance(0)
  server.tools = [tool, { ...tool, name: 'more' }]
  server.events?.changed()
  await clock.advance(250)
  assert.deepEqual(names(servers), ['mcp_s_look', 'mcp_s_more'])
  await servers.close()
})

test('tools that change while an idle server is looked at are not missed', async () => {
  const { clock, server, servers } = house()
  await clock.advance(0)
  server.answers = false
  await clock.advance(30_000)
  server.tools = [tool, { ...tool, name: 'more' }]
  server.events?.changed()
  server.answer()
  await clock.advance(250)
  assert.deepEqual(names(servers), ['mcp_s_look', 'mcp_s_more'])
  await servers.close()
})

test('other settings replace what changed and leave the rest alone', async () => {
  const clock = fakeClock()
  const { server, connect } = scripted(clock)
  const before = settingsOf({ a: { command: 'x' }, b: { command: 'x' } })
  const servers = opened({ settings: before, clock, connect })
  await clock.advance(0)
  assert.equal(server.starts.length, 2)
  await servers.adopt(settingsOf({ a: { command: 'x' }, c: { command: 'x' } }))
  await clock.advance(0)
  assert.equal(server.starts.length, 3)
  assert.deepEqual(names(servers), ['mcp_a_look', 'mcp_c_look'])
  await servers.adopt({ ...before, enabled: false })
  assert.deepEqual(servers.tools(), [])
  assert.equal(server.open, 0)
})
