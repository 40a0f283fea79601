import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Problem } from '../../src/core/problem.ts'
import { guardedFetch, type GuardOptions, type Target } from '../../src/kit/guarded-fetch.ts'

const asked: { readonly host: string; readonly path: string; readonly headers: NodeJS.Dict<string | string[]> }[] = []
const pages: Record<string, RequestListener> = {
  '/page': (_, answer) => answer.setHeader('x-kind', 'page').end('words'),
  '/missing': (_, answer) => answer.writeHead(404).end('none'),
  '/large': (_, answer) => answer.end('x'.repeat(5_000)),
  '/bomb': (_, answer) => answer.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(50_000_000))),
  '/silent': () => undefined,
  '/drip': (_, answer) => answer.write('first'),
  '/broken': (incoming) => incoming.socket.destroy(),
  '/circle': (_, answer) => answer.writeHead(302, { location: '/circle' }).end(),
  '/nowhere': (_, answer) => answer.writeHead(302, { location: 'http://' }).end(),
}
const server = createServer((incoming, answer) => {
  const url = new URL(incoming.url ?? '/', 'http://server')
  asked.push({ host: incoming.headers.host ?? '', path: url.pathname, headers: incoming.headers })
  if (url.pathname === '/to') answer.writeHead(307, { location: url.searchParams.get('url') ?? '' }).end()
  else pages[url.pathname]?.(incoming, answer)
})
/** Stands for a service that nobody outside should reach. */
const inner = createServer((incoming, answer) => {
  asked.push({ host: 'inner', path: incoming.url ?? '', headers: incoming.headers })
  answer.end('inner secret')
})
const portOf = (server: Server) => (server.address() as AddressInfo).port
before(async () => {
  for (const each of [server, inner]) await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve))
})
after(() => {
  for (const each of [server, inner]) {
    each.close()
    each.closeAllConnections()
  }
})

/** As if the server's port on loopback were the public internet. */
const allow = ({ port, address }: Target) => address === '127.0.0.1' && port === portOf(server)
const go = (url: string, options: Partial<GuardOptions> = {}) => {
  asked.length = 0
  return guardedFetch(url.replace(':PORT', `:${portOf(server)}`).replace(':INNER', `:${portOf(inner)}`), {
    maxBytes: 1_000,
    timeoutMs: 5_000,
    maxRedirects: 3,
    signal: new AbortController().signal,
    allow,
    lookup: async () => ['127.0.0.1'],
    ...options,
  })
}
const refused = (part: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error))
  assert.match(error.message, part)
  return true
}

test('a page comes back with its status, headers and bytes', async () => {
  const { url, status, headers, bytes, truncated } = await go('http://site.example:PORT/page')
  assert.deepEqual(
    [url, status, headers['x-kind'], Buffer.from(bytes).toString(), truncated],
    [`http://site.example:${portOf(server)}/page`, 200, 'page', 'words', false],
  )
  assert.equal((await go('http://site.example:PORT/missing')).status, 404)
})

test('private places are refused before anything is sent, however they are written', async () => {
  for (const host of [
    '127.0.0.1',
    '127.1',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '127.0.0.1.',
    '１２７.0.0.1',
    '0.0.0.0',
    '0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
    '169.254.169.254',
    '10.0.0.1',
    'localhost',
    'LOCALHOST.',
    'api.localhost',
    'printer.local',
    'metadata.google.internal',
    'metadata',
  ])
    await assert.rejects(go(`http://${host}:INNER/`), refused(/not on the public internet/), host)
  assert.deepEqual(asked, [])
})

test('a name that leads to a private address is refused, and so is each private one among several', async () => {
  for (const address of ['127.0.0.1', '10.0.0.1', '::1', '169.254.169.254', '::ffff:127.0.0.1'])
    await assert.rejects(
      go('http://rebind.example:INNER/', { lookup: async () => [address] }),
      refused(/not on the public internet/),
    )
  const mixed = await go('http://site.example:PORT/page', { lookup: async () => ['10.255.255.1', '127.0.0.1'] })
  assert.equal(mixed.status, 200)
})

test('a name is looked up once for a connection, so that another answer later gains nothing', async () => {
  const answers = [['127.0.0.1'], ['10.0.0.1']]
  assert.equal((await go('http://rebind.example:PORT/page', { lookup: async () => answers.shift() ?? [] })).status, 200)
  assert.equal(answers.length, 1)
})

test('only http and https without a login are fetched', async () => {
  for (const url of ['file:///etc/passwd', 'ftp://site.example/', 'data:text/plain,x', 'gopher://site.example/'])
    await assert.rejects(go(url), refused(/Only http and https/))
  await assert.rejects(go('http://ada:pass@site.example:PORT/page'), refused(/user name or password/))
  await assert.rejects(go('no url'), refused(/is no URL/))
})

test('every redirect is checked anew', async () => {
  const followed = await go('http://site.example:PORT/to?url=/page')
  assert.equal(new URL(followed.url).pathname, '/page')
  for (const [to, why] of [
    ['http://127.0.0.1:INNER/', /not on the public internet/],
    ['http://other.example:INNER/', /not on the public internet/],
    ['http://metadata.google.internal/', /not on the public internet/],
    ['file:///etc/passwd', /Only http and https/],
    ['http://ada:pass@site.example/', /user name or password/],
  ] as const)
    await assert.rejects(go(`http://site.example:PORT/to?url=${to}`), refused(why), to)
  await assert.rejects(go('http://site.example:PORT/nowhere'), refused(/no URL/))
  assert.ok(asked.every(({ host }) => host !== 'inner'))
  await assert.rejects(go('http://site.example:PORT/circle'), refused(/more than 3 times/))
  assert.equal(asked.length, 4)
})

test('credentials stay with the first host', async () => {
  const headers = {
    authorization: 'Bearer k',
    cookie: 'a=b',
    'x-api-key': 'k',
    'user-agent': 'picoclaw',
    accept: 'text/html',
  }
  await go('http://site.example:PORT/to?url=/page', { headers })
  assert.equal(asked[1]?.headers['authorization'], 'Bearer k')
  await go(`http://site.example:PORT/to?url=http://other.example:${portOf(server)}/page`, { headers })
  const [first, second] = asked
  assert.equal(first?.headers['x-api-key'], 'k')
  for (const name of ['authorization', 'cookie', 'x-api-key']) assert.equal(second?.headers[name], undefined)
  assert.equal(second?.headers['user-agent'], 'picoclaw')
})

test('no more than the allowed bytes are read, counted after decompression', async () => {
  for (const path of ['/large', '/bomb']) {
    const { bytes, truncated } = await go(`http://site.example:PORT${path}`)
    assert.deepEqual([bytes.length, truncated], [1_000, true])
  }
  const { bytes, truncated } = await go('http://site.example:PORT/page', { maxBytes: 5 })
  assert.deepEqual([bytes.length, truncated], [5, false])
})

test('it takes no longer than allowed, before the answer and within it', async () => {
  for (const path of ['/silent', '/drip'])
    await assert.rejects(go(`http://site.example:PORT${path}`, { timeoutMs: 100 }), refused(/took longer than 0.1 s/))
})

test('an abort ends it with its own reason', async () => {
  for (const path of ['/silent', '/drip']) {
    const stop = new AbortController()
    const fetched = go(`http://site.example:PORT${path}`, { signal: stop.signal })
    setTimeout(() => stop.abort(new Error('enough')), 50)
    await assert.rejects(fetched, /enough/)
  }
})

const unknownHost = () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))

test('what cannot be reached is told by name and reason', async () => {
  await assert.rejects(go('http://site.example:PORT/broken'), refused(/site\.example:\d+ cannot be reached: /))
  await assert.rejects(
    go('http://gone.example/', { lookup: unknownHost }),
    refused(/gone\.example cannot be reached: ENOTFOUND/),
  )
  await assert.rejects(go('http://empty.example/', { lookup: async () => [] }), Problem)
})
