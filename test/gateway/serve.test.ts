import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import { Problem } from '../../src/core/problem.ts'
import { serveApp } from '../../src/gateway/serve.ts'
import { webhooks } from '../../src/gateway/webhooks.ts'
import { until } from '../fakes/http-server.ts'

const hello = () => new Hono().get('/', (context) => context.text('hello'))

test('a port that is taken is told with the setting to change', async () => {
  const first = await serveApp(hello, '127.0.0.1', 0)
  try {
    assert.equal(await (await fetch(`http://127.0.0.1:${first.port}/`)).text(), 'hello')
    await assert.rejects(serveApp(hello, '127.0.0.1', first.port), (error: unknown) => {
      assert.ok(error instanceof Problem)
      assert.equal(error.detail.at, 'gateway.port')
      return true
    })
  } finally {
    await first.close()
  }
})

test('webhooks serve nothing but their paths, and only while they are mounted', async () => {
  const probe = await serveApp(hello, '127.0.0.1', 0)
  await probe.close()
  const troubles: string[] = []
  const hooks = webhooks({ host: '127.0.0.1', port: probe.port }, (why) => void troubles.push(why))
  const url = (path: string) => `http://127.0.0.1:${probe.port}${path}`
  try {
    const mounted = hooks.mount('/webhook/secret', async (request) => new Response(`taken ${await request.text()}`))
    const answer = await fetch(url('/webhook/secret?x=1'), { method: 'POST', body: 'this' })
    assert.equal(await answer.text(), 'taken this')
    for (const path of ['/', '/webhook', '/health', '/webhook/secret/more'])
      assert.equal((await fetch(url(path))).status, 404)
    mounted[Symbol.dispose]()
    assert.equal((await fetch(url('/webhook/secret'))).status, 404)
    assert.deepEqual(troubles, [])
  } finally {
    await hooks.close()
  }
})

test('an address that cannot be listened on is told, and tried again at the next mount', async () => {
  const taken = await serveApp(hello, '127.0.0.1', 0)
  const told = Promise.withResolvers<string>()
  const hooks = webhooks({ host: '127.0.0.1', port: taken.port }, told.resolve)
  try {
    hooks.mount('/a', async () => new Response('a'))
    assert.match(await told.promise, /listens on .* set another gateway\.webhook_port/)
    assert.equal(hooks.why, await told.promise)
    await taken.close()
    hooks.mount('/b', async () => new Response('b'))
    await until(() => hooks.why === undefined)
    const answer = await fetch(`http://127.0.0.1:${taken.port}/b`)
    assert.equal(await answer.text(), 'b')
  } finally {
    await hooks.close()
    await taken.close()
  }
})
