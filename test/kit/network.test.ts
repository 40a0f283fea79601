import assert from 'node:assert/strict'
import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'
import { Problem } from '../../src/core/problem.ts'
import { environmentProxy } from '../../src/kit/environment-proxy.ts'
import { network } from '../../src/kit/network.ts'
import { socksServer } from '../fakes/socks-server.ts'

const listening = async (server: Server) => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Says what it was asked. */
const target = createServer((incoming, answer) => {
  const pieces: Buffer[] = []
  incoming.on('data', (piece: Buffer) => pieces.push(piece))
  incoming.on('end', () =>
    answer.end(
      JSON.stringify({
        method: incoming.method,
        path: incoming.url,
        type: incoming.headers['content-type'] ?? '',
        key: incoming.headers['x-key'] ?? '',
        body: Buffer.concat(pieces).toString(),
      }),
    ),
  )
})

/** A forward proxy that knows both ways to be asked. Every name leads to the target. */
const seen: string[] = []
const sockets = new Set<Socket>()
const proxy = createServer((incoming, answer) => {
  seen.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`.trim())
  const { port } = target.address() as AddressInfo
  const { pathname } = new URL(incoming.url ?? '')
  const outgoing = request({
    port,
    host: '127.0.0.1',
    method: incoming.method,
    path: pathname,
    headers: incoming.headers,
  })
  outgoing.on('response', (reply) => {
    answer.writeHead(reply.statusCode ?? 502)
    reply.pipe(answer)
  })
  incoming.pipe(outgoing)
})
proxy.on('connection', (socket) => {
  sockets.add(socket)
  socket.on('close', () => sockets.delete(socket))
})
proxy.on('connect', (incoming, socket: Socket) => {
  seen.push(`CONNECT ${incoming.url}`)
  const { port } = target.address() as AddressInfo
  const onward = connect(port, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    onward.pipe(socket).pipe(onward)
  })
  for (const each of [socket, onward]) each.on('error', () => onward.destroy())
})

let targetUrl = ''
let proxyUrl = ''
before(async () => {
  targetUrl = await listening(target)
  proxyUrl = await listening(proxy)
})
after(() => {
  target.close()
  proxy.close()
  proxy.closeAllConnections()
})
const asked = async (response: Response) => (await response.json()) as Record<string, string>

test('without a proxy the platform fetches', async () => {
  seen.length = 0
  const outside = network()
  assert.equal((await asked(await outside.fetch()(`${targetUrl}/straight`)))['path'], '/straight')
  await outside.close()
  assert.deepEqual(seen, [])
})

test('a proxy of one model is used for every host, loopback included, and told who asks', async () => {
  seen.length = 0
  const outside = network()
  const fetch = outside.fetch(proxyUrl.replace('http://', 'http://ada:p%40ss@'))
  assert.equal((await asked(await fetch(`${targetUrl}/a`)))['path'], '/a')
  assert.equal((await asked(await fetch('http://vendor.example/b')))['path'], '/b')
  const login = `Basic ${Buffer.from('ada:p@ss').toString('base64')}`
  assert.deepEqual(seen, [`GET ${targetUrl}/a ${login}`, `GET http://vendor.example/b ${login}`])
  await outside.close()
})

test('an https address is reached through a tunnel', async () => {
  seen.length = 0
  const outside = network()
  // The far end speaks no TLS, so that the way is seen and the answer is an error.
  await assert.rejects(outside.fetch(proxyUrl)('https://vendor.example/'))
  assert.deepEqual(seen, ['CONNECT vendor.example:443'])
  await outside.close()
})

test('the proxy of the environment is used for others, never for loopback or what NO_PROXY names', async () => {
  seen.length = 0
  const outside = network({ http: proxyUrl.replace('http://', ''), none: 'inside.example' })
  const fetch = outside.fetch()
  assert.equal((await asked(await fetch('http://vendor.example/c')))['path'], '/c')
  assert.equal((await asked(await fetch(`${targetUrl}/d`)))['path'], '/d')
  await assert.rejects(fetch('http://inside.example:1/'))
  assert.deepEqual(seen, ['GET http://vendor.example/c'])
  await outside.close()
})

test("requests, forms and streams of the platform's own making go through a proxy whole", async () => {
  const outside = network()
  const fetch = outside.fetch(proxyUrl)
  const question = new Request('http://vendor.example/e', { method: 'POST', headers: { 'x-key': 'k' }, body: 'text' })
  const told = await asked(await fetch(question))
  assert.deepEqual([told['method'], told['path'], told['key'], told['body']], ['POST', '/e', 'k', 'text'])
  const form = new FormData()
  form.set('file', new Blob(['sound']), 'note.ogg')
  const sent = await asked(
    await fetch('http://vendor.example/f', { method: 'POST', headers: { 'x-key': 'k' }, body: form }),
  )
  assert.match(sent['type'] ?? '', /^multipart\/form-data; boundary=/)
  assert.match(sent['body'] ?? '', /filename="note.ogg"[^]*sound/)
  assert.equal(sent['key'], 'k')
  await outside.close()
})

test('a stopped request ends at once', async () => {
  const outside = network()
  await assert.rejects(
    outside.fetch(proxyUrl)('http://vendor.example/', { signal: AbortSignal.abort(new Error('stop')) }),
    /stop/,
  )
  await outside.close()
})

test('after close no connection to a proxy is left', async () => {
  const outside = network()
  await (await outside.fetch(proxyUrl)('http://vendor.example/g')).text()
  assert.ok(sockets.size > 0)
  await outside.close()
  for (let turn = 0; turn < 50 && sockets.size > 0; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(sockets.size, 0)
})

test('a SOCKS proxy looks names up itself, and tells no password when it refuses', async () => {
  const { port } = target.address() as AddressInfo
  await using socks = await socksServer({
    login: { name: 'me', password: 'secret' },
    places: { 'vendor.example': port },
  })
  const outside = network()
  const proxy = (password: string) => `socks5h://me:${password}@127.0.0.1:${socks.port}`
  const answer = await outside.fetch(proxy('secret'))('http://vendor.example/a', { method: 'POST', body: 'b' })
  assert.deepEqual(await answer.json(), {
    method: 'POST',
    path: '/a',
    type: 'text/plain;charset=UTF-8',
    key: '',
    body: 'b',
  })
  assert.deepEqual(socks.asked, ['vendor.example:80'])
  const refused = (error: Error) => !inspect(error, { depth: 9 }).includes('wr0ng')
  await assert.rejects(outside.fetch(proxy('wr0ng'))('http://vendor.example/'), refused)
  await assert.rejects(outside.fetch(proxy('secret'))('http://nowhere.example/'), /fetch failed/)
  await outside.close()
})

const clear = (error: unknown) => error instanceof Problem && !error.message.includes('secret')

test('what is no URL of a proxy is a Problem that does not repeat it', async () => {
  const wrong = ['ftp://secret@127.0.0.1:1', 'http://', 'http://a b:secret', '::secret']
  for (const proxy of wrong) {
    assert.throws(() => network().fetch(proxy), clear)
    await assert.rejects(network({ https: proxy }).fetch()('https://vendor.example/'), clear)
  }
})

const environment = (none: string) => ({ http: 'http://p:1', https: 'http://p:2', none })

test('NO_PROXY names hosts, what is below them, ports, addresses and subnets', () => {
  const straight = (none: string, url: string) => environmentProxy(new URL(url), environment(none)) === undefined
  for (const [none, url] of [
    ['', 'http://localhost:11434/v1'],
    ['', 'http://127.9.9.9/'],
    ['', 'http://[::1]:8000/'],
    ['', 'http://0.0.0.0:8000/'],
    ['', 'http://api.localhost/'],
    ['*', 'https://any.example/'],
    ['a.example, b.example', 'https://b.example/'],
    ['a.example b.example', 'https://deep.a.example/'],
    ['.a.example', 'https://deep.a.example/'],
    ['*.a.example', 'https://deep.a.example/'],
    ['A.Example', 'https://a.example./'],
    ['a.example:8443', 'https://a.example:8443/'],
    ['a.example:443', 'https://a.example/'],
    ['10.1.2.3', 'http://10.1.2.3/'],
    ['10.0.0.0/8', 'http://10.1.2.3/'],
    ['fd00::/8', 'http://[fd12::1]/'],
    ['fd12::1', 'http://[fd12::1]/'],
    ['[fd12::1]:80', 'http://[fd12::1]/'],
  ] as const)
    assert.ok(straight(none, url), `${none} | ${url}`)
  for (const [none, url] of [
    ['a.example', 'https://nota.example/'],
    ['a.example:8443', 'https://a.example/'],
    ['2.3', 'http://10.1.2.3/'],
    ['10.0.0.0/8', 'http://11.1.2.3/'],
    ['10.0.0.0/99', 'http://10.1.2.3/'],
    ['10.0.0.0/8', 'http://ten.example/'],
    ['', 'http://[fd12::1]/'],
  ] as const)
    assert.ok(!straight(none, url), `${none} | ${url}`)
  assert.equal(environmentProxy(new URL('http://a.example'), environment('')), 'http://p:1')
  assert.equal(environmentProxy(new URL('https://a.example'), environment('')), 'http://p:2')
  assert.equal(environmentProxy(new URL('https://a.example'), { http: 'http://p:1' }), undefined)
})
