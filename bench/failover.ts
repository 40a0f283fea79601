// How long a chain takes from the last byte of a failed answer to the next candidate's request, on loopback sockets, with rests and
// ledger in SQLite. The figure to hold: 50 ms.
//   node bench/failover.ts [CALLS]
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collect } from '../src/core/collect.ts'
import { silent } from '../src/core/log.ts'
import { userText } from '../src/core/message.ts'
import { systemClock } from '../src/kit/clock.ts'
import { fleet } from '../src/providers/fleet.ts'
import openaiChat from '../src/providers/openai-chat/index.ts'
import { openSqlite } from '../src/store/sqlite/open.ts'
import { fakeEntry } from '../test/fakes/endpoint.ts'

const calls = Number(process.argv[2] ?? 200)
const folder = mkdtempSync(join(tmpdir(), 'picoclaw-bench-'))
const store = openSqlite(join(folder, 'bench.db'), { clock: systemClock, log: silent })
let failedAt = 0
const gaps: number[] = []

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const arrived = performance.now()
  for await (const _ of request);
  if (request.url?.includes('/broken/')) {
    response.writeHead(503, { 'content-type': 'application/json' })
    response.end('{"error":{"message":"busy","code":"unavailable"}}', () => (failedAt = performance.now()))
    return
  }
  gaps.push(arrived - failedAt)
  const choice = { index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ id: 'c', model: 'm', choices: [choice] }))
}
const server = createServer((request, response) => void serve(request, response))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo

const ships = fleet({
  clock: systemClock,
  log: silent,
  ...store,
  keyTag: (key) => key.slice(-6),
  protocol: async () => openaiChat,
  fetchFor: () => fetch,
  blob: () => Promise.reject(new Error('no blobs')),
  redact: (text) => text,
  credential: () => Promise.reject(new Error('no logins')),
})
const entry = (path: string, key: string) =>
  fakeEntry({ name: path, vendor: 'openai', apiBase: `http://127.0.0.1:${port}/${path}/v1`, keys: [key] })

// A new key for every call: nobody rests yet, and each failure starts a rest.
for (let n = 0; n < calls + 10; n += 1) {
  const chain = ships.chain([
    { name: 'broken', entries: [entry('broken', `bench-${n}`)] },
    { name: 'sound', entries: [entry('sound', 'bench')] },
  ])
  const call = { id: `${n}`, request: () => ({ messages: [userText('hello')] }), stream: false, cause: 'test' } as const
  const reply = await chain.open(call, new AbortController().signal)
  if (reply.type === 'events') await collect(reply.events)
}
server.closeAllConnections()
server.close()
await store.close()
rmSync(folder, { recursive: true })

const sorted = gaps.slice(10).sort((left, right) => left - right)
const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2)
console.log(`next candidate asked after a failed answer: median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`)
process.exitCode = Number(at(0.99)) <= 50 ? 0 : 1
