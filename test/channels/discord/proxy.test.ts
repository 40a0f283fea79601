import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { test } from 'node:test'
import { network } from '../../../src/kit/network.ts'
import { socksServer } from '../../fakes/socks-server.ts'
import { bench, eventually } from './bench.ts'

/** A proxy that wants a password and writes down where tunnels go. */
async function proxy() {
  const tunnels: string[] = []
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    const { host, pathname, search } = new URL(request.url ?? '')
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const { authorization = '', 'content-type': type = 'application/json' } = request.headers
      const sent: RequestInit = {
        method: request.method ?? 'GET',
        headers: { authorization, 'content-type': type },
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      }
      const answer = await fetch(`http://${host}${pathname}${search}`, sent)
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(Buffer.from(await answer.arrayBuffer()))
    })()
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  server.on('connect', (request, client: Socket) => {
    const expected = `Basic ${Buffer.from('user:pa ss').toString('base64')}`
    if (request.headers['proxy-authorization'] !== expected)
      return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    tunnels.push(request.url ?? '')
    const [host = '', port] = (request.url ?? '').split(':')
    const target = connect(Number(port), host, () => client.write('HTTP/1.1 200 OK\r\n\r\n'))
    sockets.add(target)
    target.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.on('close', () => target.destroy())
    client.pipe(target).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (password: string) => `http://user:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    tunnels,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
const streaming = { enabled: true, throttle_seconds: 3, min_growth_chars: 200 }

test('behind a proxy both the gateway and the API go through it, also when a session is resumed', async () => {
  await using door = await proxy()
  const ways = network()
  await using made = await bench({
    settings: { token: 'T0KEN', proxy: door.url('pa ss'), streaming },
    fetch: ways.fetch(door.url('pa ss')),
  })
  const { discord, channel, at } = made
  await made.start()
  discord.gateway.drop()
  await eventually(() => discord.gateway.count('op 6') === 1)
  discord.say(discord.place.dm, 'hello')
  await made.hears(1)
  await channel.send({ to: at.dm, text: 'answer' })
  const host = new URL(discord.url).host
  assert.deepEqual(door.tunnels, [host, host])
  assert.ok(door.requests.some((url) => url.endsWith('/gateway/bot')))
  assert.ok(door.requests.some((url) => url.endsWith('/messages')))
  await channel.stop()
  await eventually(() => discord.gateway.open() === 0)
  await ways.close()
})

test('behind a SOCKS proxy both the gateway and the API go through it', async () => {
  await using socks = await socksServer()
  const ways = network()
  const proxy = `socks5://127.0.0.1:${socks.port}`
  await using made = await bench({ settings: { token: 'T0KEN', proxy, streaming }, fetch: ways.fetch(proxy) })
  const { discord, channel, at } = made
  await made.start()
  discord.say(discord.place.dm, 'hello')
  await made.hears(1)
  await channel.send({ to: at.dm, text: 'answer' })
  const { host } = new URL(discord.url)
  assert.deepEqual([...new Set(socks.asked)], [host])
  assert.ok(socks.asked.length > 1)
  await channel.stop()
  await ways.close()
})

test('a proxy that refuses is no end: it is tried again', async () => {
  await using door = await proxy()
  await using made = await bench({ settings: { token: 'T0KEN', proxy: door.url('wrong'), streaming } })
  const starting = made.start()
  await eventually(() => (made.channel.health?.().why ?? '').includes('connecting again'))
  assert.equal(made.channel.health?.().state, 'starting')
  await made.channel.stop()
  await starting
  assert.deepEqual(door.tunnels, [])
})

test('a proxy of another kind is a Problem that does not tell its password', async () => {
  await using made = await bench({ settings: { token: 'T0KEN', proxy: 'ftp://user:hidden@127.0.0.1:1', streaming } })
  await assert.rejects(
    made.start(),
    (error: Error) => /http:\/\//.test(error.message) && !error.message.includes('hidden'),
  )
})
