import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { localServers } from '../../src/providers/discover.ts'

const clock = {
  now: () => 0,
  sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { signal }),
}
const find = (bases: Readonly<Record<string, string>>, timeoutMs?: number) =>
  localServers({ fetch, clock, bases, ...(timeoutMs !== undefined && { timeoutMs }) })

/** A server that gives every question the same answer; null leaves it without one. */
async function listen(t: TestContext, answer: string | null, status = 200): Promise<string> {
  const server = createServer((request, response) => {
    if (answer === null) return
    assert.equal(request.url, '/v1/models')
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}
const list = (...ids: readonly string[]) =>
  JSON.stringify({ object: 'list', data: ids.map((id) => ({ id, object: 'model' })) })

test('servers that have a chat model are found with their models', async (t) => {
  const ollama = await listen(t, list('nomic-embed-text:latest', 'llama3:8b', 'bge-m3'))
  const vllm = await listen(t, list('Qwen/Qwen3-8B'))
  assert.deepEqual(await find({ ollama, vllm }), [
    { vendor: 'ollama', url: ollama, models: ['llama3:8b'] },
    { vendor: 'vllm', url: vllm, models: ['Qwen/Qwen3-8B'] },
  ])
})

test('a server without a chat model, and what is no model server, is left out', async (t) => {
  const bases = {
    empty: await listen(t, list()),
    embeddings: await listen(t, list('text-embedding-nomic-embed-text-v1.5')),
    web: await listen(t, '<!doctype html>'),
    list: await listen(t, '[1, null]'),
    odd: await listen(t, '{"data": [{"id": 3}, null, "x"]}'),
    locked: await listen(t, list('llama3'), 401),
  }
  assert.deepEqual(await find(bases, 2000), [])
})

test('nothing listening is known at once', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  assert.deepEqual(await find({ ollama: `http://127.0.0.1:${port}/v1` }, 60_000), [])
})

test('a server that never answers is given up when the time is over, the others are kept', async (t) => {
  const silent = await listen(t, null)
  const quick = await listen(t, list('llama3'))
  assert.deepEqual(
    (await find({ silent, quick }, 200)).map(({ vendor }) => vendor),
    ['quick'],
  )
})
