// How long a chain takes from a failed answer to the question to the next candidate, as the two servers see it; goal: 50 ms at most.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silent } from '../src/core/log.ts'
import { userText } from '../src/core/message.ts'
import { systemClock } from '../src/kit/clock.ts'
import { toEntry } from '../src/models/entry-from-row.ts'
import { fleet } from '../src/providers/fleet.ts'
import openaiChat from '../src/providers/openai-chat/index.ts'
import { openStore } from '../src/store/open.ts'

const runs = 50
const goalMs = 50

async function listen(answer: (response: ServerResponse) => void): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => request.resume().on('end', () => answer(response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const moments = { failed: 0, asked: 0 }
const failing = await listen((response) => {
  response.writeHead(503, { 'content-type': 'application/json' })
  response.end('{"error":{"message":"busy"}}', () => (moments.failed = performance.now()))
})
const answering = await listen((response) => {
  moments.asked = performance.now()
  const choices = [{ index: 0, message: { content: 'Yes.' }, finish_reason: 'stop' }]
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ id: 'c', model: 'm', choices }))
})
const folder = mkdtempSync(join(tmpdir(), 'picoclaw-bench-'))
const store = openStore(join(folder, 'bench.db'), { clock: systemClock, log: silent })
const all = fleet({
  retries: () => ({ rounds: 2, waitMs: 1_000 }),
  clock: systemClock,
  log: silent,
  rests: store.rests,
  counters: store.counters,
  ledger: store.ledger,
  keyTag: (key) => key.slice(-4),
  protocol: () => Promise.resolve(openaiChat),
  fetchFor: () => fetch,
  blob: () => Promise.reject(new Error('There are no blobs here.')),
  redact: (text) => text,
  credential: () => Promise.reject(new Error('Nobody signs in here.')),
})
const poolOf = (name: string, url: string) => ({
  name,
  entries: [toEntry({ model_name: name, model: `openai/${name}`, api_base: url, api_key: 'sk-bench-key' })],
})

const figures: number[] = []
for (let run = -5; run < runs; run += 1) {
  // A model of its own each time: one that failed before would rest.
  const chain = all.chain([poolOf(`first-${run}`, failing.url), poolOf(`second-${run}`, answering.url)])
  const call = {
    id: `run ${run}`,
    request: () => ({ messages: [userText('Hello')] }),
    stream: false,
    cause: 'test',
  } as const
  const reply = await chain.open(call, new AbortController().signal)
  if (reply.type === 'events') await Array.fromAsync(reply.events)
  // The first runs load the protocol and warm the caches.
  if (run >= 0) figures.push(moments.asked - moments.failed)
}
await store.close()
failing.close()
answering.close()
rmSync(folder, { recursive: true, force: true })

figures.sort((left, right) => left - right)
const at = (share: number) => (figures[Math.floor(share * (figures.length - 1))] ?? Number.NaN).toFixed(1)
console.log(
  `From a failed answer to the next question: median ${at(0.5)} ms, slowest ${at(1)} ms (goal ${goalMs} ms, ${runs} runs)`,
)
process.exitCode = Number(at(0.5)) <= goalMs ? 0 : 1
