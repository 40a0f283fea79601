import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Problem } from '../../src/core/problem.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { type Lookup, publicOnly } from '../../src/kit/guarded-agent.ts'
import { guardedFetch, type GuardedOptions } from '../../src/kit/guarded-fetch.ts'
import { fakeClock } from '../fakes/clock.ts'
import { httpServer, type ScriptedReply, until } from '../fakes/http-server.ts'

const limits = { maxBytes: 1_000_000, timeoutMs: 5_000, clock: systemClock }
const nobody: Lookup = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
const leadingTo =
  (...addresses: readonly string[]): Lookup =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
const portOf = (url: string) => new URL(url).port
const hostOf = (url: string) => new URL(url).host
const moved = (location: string, status = 302): ScriptedReply => ({ status, headers: { location } })
const text = (...chunks: readonly (string | Uint8Array)[]): ScriptedReply => ({
  headers: { 'content-type': 'text/plain' },
  chunks,
})
const refused = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error))
  assert.match(error.message, pattern)
  return true
}
const chain = (length: number) => [
  ...Array.from({ length }, (_, index) => moved(`/${index + 1}`, [301, 302, 303, 307, 308][index % 5])),
  text('the end'),
]
const askLoopback = (url: string, more: Partial<GuardedOptions> = {}) =>
  guardedFetch(url, { ...limits, allow: ['127.0.0.1'], ...more })
const askWith = (url: string, allow: readonly string[]) =>
  guardedFetch(url, { ...limits, allow, lookup: leadingTo('127.0.0.1') })
const inside = /not on the public internet/

test('an address inside is refused in every spelling before anything is connected', async () => {
  await using server = await httpServer()
  const port = portOf(server.url)
  const hosts = [
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '017700000001',
    '2130706433',
    '0x7F.1',
    '127.0.0.1.',
    '0',
    '0.0.0.0',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '%31%32%37.0.0.1',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'app.localhost',
    'metadata',
    'metadata.google.internal',
    'Metadata.Google.Internal.',
    'metadata.goog',
    'instance-data',
    'instance-data.ec2.internal',
    '169.254.169.254',
    '0xA9FEA9FE',
    '100.100.100.200',
    '[fd00:ec2::254]',
    '168.63.129.16',
    '192.168.0.1',
  ]
  for (const host of hosts)
    await assert.rejects(guardedFetch(`http://${host}:${port}/`, { ...limits, lookup: nobody }), refused(inside), host)
  assert.equal(server.openSockets(), 0)
})

test('only http and https without a login are asked', async () => {
  for (const url of [
    'file:///etc/passwd',
    'ftp://example.com/',
    'data:text/plain,x',
    'gopher://example.com/',
    'javascript:1',
  ])
    await assert.rejects(guardedFetch(url, limits), refused(/not an http:\/\/ or https:\/\/ URL/), url)
  for (const url of ['', 'example.com', 'http://', 'http://[::1', 'http://1.2.3.4.5.6:x/'])
    await assert.rejects(guardedFetch(url, limits), refused(/is not a URL/), url)
  for (const url of ['http://me:hunter2@example.com/', 'http://me@example.com/', 'https://:hunter2@example.com/'])
    await assert.rejects(guardedFetch(url, limits), (error) => {
      assert.doesNotMatch(String(error), /hunter2/)
      return refused(/holds a login/)(error)
    })
})

test('a name that leads inside is refused when it is connected to', async () => {
  await using server = await httpServer()
  for (const address of [
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '10.1.1.1',
    '169.254.169.254',
    '64:ff9b::7f00:1',
    'fd00::1',
  ])
    await assert.rejects(
      guardedFetch(`http://innocent.example:${portOf(server.url)}/`, { ...limits, lookup: leadingTo(address) }),
      refused(/innocent\.example leads to an address that is not on the public internet/),
      address,
    )
  assert.equal(server.openSockets(), 0)
})

test('a name that changes its address between two lookups never leads inside', async () => {
  await using server = await httpServer()
  const answers = [leadingTo('93.184.216.34'), leadingTo('127.0.0.1'), leadingTo('127.0.0.1')]
  let lookups = 0
  const changing: Lookup = (hostname) => (answers[lookups++] ?? nobody)(hostname)
  const lookup = publicOnly(changing)
  // What is checked is what the socket is given: one lookup, one answer.
  const given = await new Promise((resolve) => {
    lookup('rebind.example', { all: true }, (_error, addresses) => resolve(addresses))
  })
  assert.deepEqual(given, [{ address: '93.184.216.34', family: 4 }])
  assert.equal(lookups, 1)
  const socket = connect({ host: 'rebind.example', port: Number(portOf(server.url)), lookup })
  const error = await new Promise((resolve) => socket.once('error', resolve))
  assert.ok(error instanceof Problem)
  await assert.rejects(
    guardedFetch(`http://rebind.example:${portOf(server.url)}/`, { ...limits, lookup: changing }),
    refused(inside),
  )
  assert.equal(lookups, 3)
  assert.equal(server.openSockets(), 0)
})

test('of several addresses only the public ones are used', async () => {
  const found = await new Promise((resolve) => {
    publicOnly(leadingTo('127.0.0.1', '1.1.1.1', '::1', '2606:4700::1'))(
      'mixed.example',
      { all: true },
      (_error, list) => resolve(list),
    )
  })
  assert.deepEqual(found, [
    { address: '1.1.1.1', family: 4 },
    { address: '2606:4700::1', family: 6 },
  ])
})

test('a redirect is checked like the first address', async () => {
  await using target = await httpServer()
  const port = portOf(target.url)
  for (const location of [
    target.url,
    `http://127.1:${port}/`,
    `//localhost:${port}/`,
    `http://[::ffff:7f00:1]:${port}/`,
    `http://innocent.example:${port}/`,
    'http://169.254.169.254/latest/meta-data/',
  ]) {
    await using server = await httpServer(moved(location))
    const options = { ...limits, allow: [hostOf(server.url)], lookup: leadingTo('127.0.0.1') }
    await assert.rejects(guardedFetch(server.url, options), refused(inside), location)
    assert.equal(server.requests.length, 1)
  }
  for (const location of ['file:///etc/passwd', 'http://me:hunter2@example.com/', 'http://[']) {
    await using server = await httpServer(moved(location))
    await assert.rejects(guardedFetch(server.url, { ...limits, allow: [hostOf(server.url)] }), Problem, location)
  }
  assert.equal(target.openSockets(), 0)
})

test('redirects are followed to the end, and no further than allowed', async () => {
  await using five = await httpServer(...chain(5))
  const { url, status, headers, bytes } = await guardedFetch(`${five.url}/0?q=1#f`, { ...limits, allow: ['127.0.0.1'] })
  assert.equal(url, `${five.url}/5`)
  assert.equal(status, 200)
  assert.equal(headers.get('content-type'), 'text/plain')
  assert.equal(Buffer.from(bytes).toString(), 'the end')
  await using six = await httpServer(...chain(6))
  await assert.rejects(guardedFetch(six.url, { ...limits, allow: ['127.0.0.1'] }), refused(/more than 5 times/))
  assert.equal(six.requests.length, 6)
  await using one = await httpServer(...chain(1))
  await assert.rejects(guardedFetch(one.url, { ...limits, allow: ['127.0.0.1'], maxRedirects: 0 }), refused(/0 times/))
  await using nowhere = await httpServer({ status: 302, headers: { 'content-type': 'text/plain' } })
  assert.equal((await guardedFetch(nowhere.url, { ...limits, allow: ['127.0.0.1'] })).status, 302)
})

test('an exception counts for its own host and port only', async () => {
  await using server = await httpServer(text('a'), text('b'), text('c'))
  const port = portOf(server.url)
  assert.equal((await askWith(`http://wiki.example:${port}/`, ['wiki.example'])).status, 200)
  assert.equal((await askWith(`http://WIKI.example.:${port}/`, [`Wiki.Example:${port}`])).status, 200)
  assert.equal((await askWith(`http://2130706433:${port}/`, ['127.0.0.1'])).status, 200)
  for (const allow of ['wiki.example:1', 'example', 'xwiki.example', 'a.wiki.example', '*', ''])
    await assert.rejects(askWith(`http://wiki.example:${port}/`, [allow]), refused(inside), allow)
  assert.equal(server.requests.length, 3)
})

test('an answer larger than allowed is refused, counted after decompression', async () => {
  const zip = promisify(gzip)
  const bomb = await zip(Buffer.alloc(50_000_000))
  assert.ok(bomb.length < limits.maxBytes)
  const headers = { 'content-encoding': 'gzip' }
  await using server = await httpServer(
    { headers, chunks: [bomb] },
    { headers: { 'content-encoding': 'gzip, gzip' }, chunks: [await zip(bomb)] },
    text('x'.repeat(100)),
    text('x'.repeat(101)),
    { headers, chunks: [await zip('y'.repeat(100))] },
    { chunks: ['x'.repeat(60), 'x'.repeat(60)], ending: 'hang' },
  )
  await assert.rejects(askLoopback(server.url), refused(/larger than 1000000 bytes/))
  await assert.rejects(askLoopback(server.url), refused(/larger than 1000000 bytes/))
  assert.equal((await askLoopback(server.url, { maxBytes: 100 })).bytes.length, 100)
  await assert.rejects(askLoopback(server.url, { maxBytes: 100 }), refused(/larger than 100 bytes/))
  assert.equal(Buffer.from((await askLoopback(server.url, { maxBytes: 100 })).bytes).toString(), 'y'.repeat(100))
  await assert.rejects(askLoopback(server.url, { maxBytes: 100 }), refused(/larger than 100 bytes/))
  await until(() => server.openSockets() === 0)
})

test('the time limit is for all of it: lookup, headers, redirects and body', async () => {
  await using silent = await httpServer({ ending: 'headers-never' })
  await using slow = await httpServer({ chunks: ['begin'], ending: 'hang' })
  await using turning = await httpServer(moved('/again'), { ending: 'headers-never' })
  const clock = fakeClock()
  for (const server of [silent, slow, turning]) {
    const asking = guardedFetch(`${server.url}/?token=hunter2`, { ...limits, clock, allow: ['127.0.0.1'] })
    const outcome = assert.rejects(asking, refused(/^http:\/\/127\.0\.0\.1:\d+\/ did not answer within 5 s\.$/))
    await until(() => server.requests.length === (server === turning ? 2 : 1))
    await clock.advance(5_000)
    await outcome
    await until(() => server.openSockets() === 0)
  }
  const lost = guardedFetch('http://slow.example/', { ...limits, clock, lookup: () => new Promise(() => {}) })
  const outcome = assert.rejects(lost, refused(/did not answer within 5 s/))
  await clock.advance(5_000)
  await outcome
})

test('the signal ends it with its own reason and leaves no connection', async () => {
  await using server = await httpServer({ chunks: ['begin'], ending: 'hang' })
  const abort = new AbortController()
  const asking = guardedFetch(server.url, { ...limits, allow: ['127.0.0.1'], signal: abort.signal })
  await until(() => server.requests.length === 1)
  const reason = new Error('stopped by hand')
  abort.abort(reason)
  await assert.rejects(asking, reason)
  await until(() => server.openSockets() === 0)
  await assert.rejects(guardedFetch(server.url, { ...limits, signal: abort.signal }), reason)
})

test('what cannot be reached is a Problem with the reason and without the query', async () => {
  await using server = await httpServer({ ending: 'cut' })
  const allow = ['127.0.0.1']
  await assert.rejects(guardedFetch('http://gone.example/x?key=hunter2', { ...limits, lookup: nobody }), (error) => {
    assert.doesNotMatch(String(error), /hunter2/)
    return refused(/^http:\/\/gone\.example\/x cannot be reached \(ENOTFOUND\)\.$/)(error)
  })
  await assert.rejects(guardedFetch('http://gone.example/', { ...limits, lookup: leadingTo() }), refused(/ENOTFOUND/))
  await assert.rejects(guardedFetch(server.url, { ...limits, allow }), refused(/cannot be reached/))
  await assert.rejects(guardedFetch(`https://127.0.0.1:${portOf(server.url)}/`, { ...limits, allow }), Problem)
})

test('an error status is an answer', async () => {
  await using server = await httpServer({ ...text('not here'), status: 404 })
  const { status, bytes } = await guardedFetch(server.url, { ...limits, allow: ['127.0.0.1'] })
  assert.equal(status, 404)
  assert.equal(Buffer.from(bytes).toString(), 'not here')
  await until(() => server.openSockets() === 0)
})
