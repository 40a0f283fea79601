import assert from 'node:assert/strict'
import { createServer, request as httpRequest } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import { Problem } from '../../src/core/problem.ts'
import { environmentProxy, network } from '../../src/kit/network.ts'
import { httpServer, json, until } from '../fakes/http-server.ts'

/** A real HTTP proxy on loopback: whole addresses and CONNECT. Every host name leads to `target`. */
async function httpProxy(target: string) {
  const asked: { method: string; url: string; authorization: string | undefined }[] = []
  const sockets = new Set<Socket>()
  const { hostname, port } = new URL(target)
  const note = (method = '', url = '', authorization?: string) => asked.push({ method, url, authorization })
  const server = createServer((request, response) => {
    note(request.method, request.url, request.headers['proxy-authorization'])
    const { pathname, search } = new URL(request.url ?? '')
    const onward = httpRequest(
      { hostname, port, path: pathname + search, method: request.method ?? 'GET' },
      (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(response)
      },
    )
    request.pipe(onward)
  })
  server.on('connect', (request, socket: Socket) => {
    note('CONNECT', request.url, request.headers['proxy-authorization'])
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    socket.on('close', () => onward.destroy()).on('error', () => onward.destroy())
    onward.on('error', () => socket.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    openSockets: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('an explicit proxy carries every request, also to loopback, and its login', async () => {
  await using server = await httpServer(json({ n: 1 }), json({ n: 2 }))
  await using proxy = await httpProxy(server.url)
  const outside = network()
  const fetch = outside.fetch(proxy.url.replace('//', '//me:hunter2hunter2@'))
  assert.deepEqual(await (await fetch('http://vendor.example/v1?q=1')).json(), { n: 1 })
  assert.deepEqual(await (await fetch(`${server.url}/x`, { method: 'POST', body: 'text' })).json(), { n: 2 })
  assert.deepEqual(
    server.requests.map(({ method, url }) => `${method} ${url}`),
    ['GET /v1?q=1', 'POST /x'],
  )
  assert.match(proxy.asked[0]?.url ?? '', /vendor\.example/)
  assert.match(proxy.asked[1]?.url ?? '', /127\.0\.0\.1/)
  assert.equal(proxy.asked[0]?.authorization, `Basic ${btoa('me:hunter2hunter2')}`)
  await outside.close()
})

test('forms and Request objects go through a proxy as they do without one', async () => {
  await using server = await httpServer(json({}), json({}))
  await using proxy = await httpProxy(server.url)
  const outside = network()
  const form = new FormData()
  form.set('file', new Blob(['bytes']), 'a.txt')
  await outside.fetch(proxy.url)('http://vendor.example/form', { method: 'POST', body: form })
  const request = new Request('http://vendor.example/json', { method: 'PUT', body: '{}', headers: { 'x-own': 'yes' } })
  await outside.fetch(proxy.url)(request)
  const [first, second] = server.requests
  assert.match(first?.headers['content-type'] ?? '', /^multipart\/form-data; boundary=/)
  assert.match(String(first?.body), /filename="a\.txt"[^]*bytes/)
  assert.equal(`${second?.method} ${second?.headers['x-own']} ${String(second?.body)}`, 'PUT yes {}')
  await outside.close()
})

test('close ends every connection to the proxy; the network can be used again', async () => {
  await using server = await httpServer(json({ n: 1 }), { chunks: ['x'], ending: 'hang' }, json({ n: 3 }))
  await using proxy = await httpProxy(server.url)
  const outside = network()
  await (await outside.fetch(proxy.url)('http://vendor.example/')).json()
  const hanging = await outside.fetch(proxy.url)('http://vendor.example/')
  assert.ok(proxy.openSockets() > 0)
  await outside.close()
  await until(() => proxy.openSockets() === 0)
  await assert.rejects(hanging.text())
  assert.equal((await outside.fetch(proxy.url)('http://vendor.example/')).status, 200)
  await outside.close()
  await until(() => proxy.openSockets() === 0)
})

test("the environment's proxy is used for the outside and never for loopback", async () => {
  await using server = await httpServer(json({ way: 'straight' }), json({ way: 'proxy' }))
  await using proxy = await httpProxy(server.url)
  for (const http of [proxy.url, proxy.url.replace('http://', '')]) {
    const outside = network({ http })
    const before = proxy.asked.length
    await (await outside.fetch()(server.url)).text()
    assert.equal(proxy.asked.length, before)
    await (await outside.fetch()(new Request('http://vendor.example/'))).text()
    assert.equal(proxy.asked.length, before + 1)
    await outside.close()
  }
})

test('an explicit proxy goes before the one of the environment and before NO_PROXY', async () => {
  await using server = await httpServer(json({}))
  await using proxy = await httpProxy(server.url)
  const outside = network({ http: 'http://127.0.0.1:1', none: '*' })
  assert.equal((await outside.fetch(proxy.url)('http://vendor.example/')).status, 200)
  await outside.close()
})

test('without any proxy the request goes straight', async () => {
  await using server = await httpServer(json({ ok: true }))
  const outside = network()
  assert.deepEqual(await (await outside.fetch()(server.url)).json(), { ok: true })
  await outside.close()
})

const isClear = (error: unknown) =>
  error instanceof Problem && !error.message.includes('hunter2') && /http:\/\//.test(error.detail.mend ?? '')

test('a proxy that is no http:// or https:// URL is a Problem that does not repeat it', async () => {
  for (const proxy of ['127.0.0.1:7890', 'socks5://me:hunter2@127.0.0.1:1080', 'nonsense', 'http://'])
    assert.throws(() => network().fetch(proxy), isClear, proxy)
  for (const http of ['socks5://me:hunter2@127.0.0.1:1080', 'http://', ':'])
    await assert.rejects(network({ http }).fetch()('http://vendor.example/'), isClear, http)
})

test("the table of the environment's proxies", () => {
  const [http, https] = ['http://plain:1', 'http://secure:2']
  const straight: readonly (readonly [url: string, none: string])[] = [
    ['http://localhost/', ''],
    ['http://a.localhost/', ''],
    ['http://LOCALHOST./', ''],
    ['http://127.0.0.1/', ''],
    ['http://127.9.8.7/', ''],
    ['http://2130706433/', ''],
    ['http://[::1]/', ''],
    ['http://[::ffff:127.0.0.1]/', ''],
    ['http://a.example/', '*'],
    ['http://a.example/', 'b.example, a.example'],
    ['http://a.example/', 'b.example a.example'],
    ['http://A.Example/', 'a.EXAMPLE'],
    ['http://deep.a.example/', 'a.example'],
    ['http://deep.a.example/', '.a.example'],
    ['http://deep.a.example/', '*.a.example'],
    ['http://a.example./', 'a.example'],
    ['http://a.example/', 'a.example:80'],
    ['https://a.example/', 'a.example:443'],
    ['https://a.example:8443/', 'a.example:8443'],
    ['http://10.1.2.3/', '10.1.2.3'],
    ['http://10.1.2.3/', '10.0.0.0/8'],
    ['http://[2001:db8::1]/', '2001:db8::1'],
    ['http://[2001:db8::1]/', '[2001:db8::1]'],
    ['http://[2001:db8::1]:81/', '[2001:db8::1]:81'],
    ['http://[2001:db8::1]/', '2001:db8::/32'],
  ]
  for (const [url, none] of straight)
    assert.equal(environmentProxy(new URL(url), { http, https, none }), undefined, `${url} with ${none}`)
  const proxied: readonly (readonly [url: string, none: string])[] = [
    ['http://a.example/', ''],
    ['http://a.example/', ' , '],
    ['http://a.example/', '.'],
    ['http://xa.example/', 'a.example'],
    ['http://a.example/', 'deep.a.example'],
    ['http://a.example/', 'a.example:81'],
    ['https://a.example/', 'a.example:80'],
    ['http://11.1.2.3/', '10.0.0.0/8'],
    ['http://a.example/', '10.0.0.0/99'],
    ['http://128.0.0.1/', ''],
    ['http://127.0.0.1.example/', ''],
    ['http://[2001:db9::1]/', '2001:db8::/32'],
  ]
  for (const [url, none] of proxied)
    assert.equal(
      environmentProxy(new URL(url), { http, https, none }),
      url.startsWith('https:') ? https : http,
      `${url} with ${none}`,
    )
  assert.equal(environmentProxy(new URL('http://a.example'), { https }), undefined)
  assert.equal(environmentProxy(new URL('https://a.example'), { http }), undefined)
  assert.equal(environmentProxy(new URL('http://a.example'), { http: 'plain:1' }), http)
  assert.equal(environmentProxy(new URL('http://a.example'), { http: '' }), undefined)
})
