import { randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import { checkedProxy, isSocks } from '../../kit/proxy-url.ts'

/** A door on loopback to WebSocket servers that are only reached through a proxy: discord.js knows none for its gateway. */
export interface Relay {
  /** The address at the door for a `ws` or `wss` address; one that is at the door already stays as it is. */
  route(url: string): string
  close(): Promise<void>
}

const longestHead = 16_384
const tunnelMs = 15_000

/** A Problem when `proxy` is no URL of an HTTP or SOCKS proxy. */
export async function relayThrough(proxy: string, at: string): Promise<Relay> {
  const through = checkedProxy(proxy, { at, mend: 'Write it like "http://127.0.0.1:7890".' })
  /** Known to nobody else on this machine. */
  const secret = randomUUID()
  const targets: URL[] = []
  const sockets = new Set<Duplex>()
  const hold = (socket: Duplex) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
  }
  const server = createServer((client) => {
    hold(client)
    void serve(client).catch(() => client.destroy())
  })
  async function serve(client: Socket): Promise<void> {
    const head = await headOf(client)
    const [, index = '', query = ''] = new RegExp(`^GET /${secret}/(\\d+)(\\?\\S*)? HTTP/1.1\r\n`).exec(head) ?? []
    const target = targets[Number(index)]
    if (index === '' || !target) return void client.destroy()
    const tunnel = await tunnelTo(target, through)
    hold(tunnel)
    const server = target.protocol === 'wss:' ? tlsConnect({ socket: tunnel, servername: target.hostname }) : tunnel
    if (server !== tunnel) hold(server)
    const rest = head.slice(head.indexOf('\r\n')).replace(/\r\nhost:[^\r]*/i, `\r\nHost: ${target.host}`)
    server.write(`GET ${target.pathname}${query} HTTP/1.1${rest}`)
    client.pipe(server).pipe(client)
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  }
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const door = `ws://127.0.0.1:${port}/${secret}/`
  return {
    route(url) {
      if (url.startsWith(door)) return url
      const target = new URL(url)
      const known = targets.findIndex(({ href }) => href === target.href)
      const index = known < 0 ? targets.push(target) - 1 : known
      return `${door}${index}`
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The first lines of a request, with the empty one. */
async function headOf(client: Socket): Promise<string> {
  let head = ''
  while (!head.includes('\r\n\r\n')) {
    const chunk = client.read() as Buffer | null
    if (chunk) head += chunk.toString('latin1')
    else
      await new Promise<void>((resolve, reject) => {
        client.once('readable', resolve).once('close', () => reject(new Error('It was closed.')))
      })
    if (head.length > longestHead) throw new Error('The request is too long.')
  }
  return head
}

async function tunnelTo(target: URL, proxy: URL): Promise<Socket> {
  const port = target.port || (target.protocol === 'wss:' ? '443' : '80')
  if (isSocks(proxy)) {
    const { throughSocks } = await import('../../kit/socks.ts')
    return throughSocks(proxy, { host: target.hostname, port: Number(port) })
  }
  const password = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: `${target.hostname}:${port}`,
    timeout: tunnelMs,
    headers: {
      Host: `${target.hostname}:${port}`,
      ...(password !== ':' && { 'Proxy-Authorization': `Basic ${Buffer.from(password).toString('base64')}` }),
    },
  })
  return new Promise((resolve, reject) => {
    request.once('connect', (response, socket: Socket) => {
      socket.setTimeout(0)
      if (response.statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(new Error(`The proxy answered with status ${response.statusCode}.`))
    })
    request.once('error', reject).once('timeout', () => request.destroy(new Error('The proxy did not answer.')))
    request.end()
  })
}
