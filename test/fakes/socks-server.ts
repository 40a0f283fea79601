import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A SOCKS 5 proxy (RFC 1928, logins by RFC 1929) that closes the connection on anything these do not allow. */
export interface SocksServer extends AsyncDisposable {
  readonly port: number
  /** What was asked for, as `host:port`. */
  readonly asked: readonly string[]
}

interface SocksOptions {
  /** Absent: nobody has to log in. */
  readonly login?: { readonly name: string; readonly password: string }
  /** Where a name really is; absent: the name is refused as unreachable. */
  readonly places?: Readonly<Record<string, number>>
}

const version = 5
const [noLogin, byPassword, noneFits] = [0, 2, 0xff]
const [granted, unreachable, unknownCommand] = [0, 4, 7]

export async function socksServer({ login, places = {} }: SocksOptions = {}): Promise<SocksServer> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    for (const event of ['error', 'close'] as const) client.on(event, () => sockets.delete(client))
    sockets.add(client)
    serve(client).catch(() => client.destroy())
  })

  async function serve(client: Socket): Promise<void> {
    const read = reader(client)
    const [seen = 0, count = 0] = await read(2)
    const methods = await read(count)
    if (seen !== version || count === 0) throw new Error('no SOCKS 5')
    const method = login ? byPassword : noLogin
    if (!methods.includes(method)) return void client.end(Buffer.from([version, noneFits]))
    client.write(Buffer.from([version, method]))
    if (login) {
      const [form = 0, length = 0] = await read(2)
      const name = (await read(length)).toString()
      const password = (await read((await read(1))[0] ?? 0)).toString()
      const fits = form === 1 && name === login.name && password === login.password
      client.write(Buffer.from([1, fits ? 0 : 1]))
      if (!fits) return void client.end()
    }
    const [again, command, reserved, kind = 0] = await read(4)
    if (again !== version || reserved !== 0) throw new Error('no request')
    const host = await addressOf(kind, read)
    const port = (await read(2)).readUInt16BE()
    const answer = (code: number) => client.write(Buffer.from([version, code, 0, 1, 0, 0, 0, 0, 0, 0]))
    if (command !== 1) return void answer(unknownCommand)
    asked.push(`${host}:${port}`)
    const real = places[host] ?? (host === '127.0.0.1' ? port : undefined)
    if (real === undefined) {
      answer(unreachable)
      return void client.end()
    }
    const onward = connect(real, '127.0.0.1')
    sockets.add(onward)
    onward.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.on('close', () => onward.destroy())
    await once(onward, 'connect')
    answer(granted)
    client.pipe(onward).pipe(client)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Read = (bytes: number) => Promise<Buffer>

async function addressOf(kind: number, read: Read): Promise<string> {
  if (kind === 1) return [...(await read(4))].join('.')
  if (kind === 3) return (await read((await read(1))[0] ?? 0)).toString()
  throw new Error('no address')
}

function reader(socket: Socket): Read {
  return async (bytes) => {
    for (;;) {
      const chunk = bytes === 0 ? Buffer.alloc(0) : (socket.read(bytes) as Buffer | null)
      if (chunk) return chunk
      if (socket.readableEnded || socket.destroyed) throw new Error('ended')
      await Promise.race([once(socket, 'readable'), once(socket, 'close')])
    }
  }
}
