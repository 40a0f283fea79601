import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate as tick } from 'node:timers/promises'

/** One request as it came over the wire. */
export interface Recorded {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** True once the client closed the connection before our answer was whole. */
  gone: boolean
}

/** One answer, told byte by byte: what is written, and how it ends. */
export interface ScriptedReply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Written one after another, each in its own write. */
  readonly chunks?: readonly (string | Uint8Array)[]
  /** `end` closes properly, `cut` breaks the connection, `hang` leaves it open. `headers-never` does not even answer. */
  readonly ending?: 'end' | 'cut' | 'hang' | 'headers-never'
}
type Script = ScriptedReply | ((request: Recorded) => ScriptedReply)

export interface HttpServer extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly Recorded[]
  /** Connections open right now, idle ones that are kept alive included. */
  openSockets(): number
  /** Connections in use: opened, and not idle between two requests. */
  busySockets(): number
}

/** A server on loopback that plays its script, one entry per request; a request beyond the script gets a 599 and is recorded. */
export async function httpServer(...scripts: readonly Script[]): Promise<HttpServer> {
  const requests: Recorded[] = []
  const sockets = new Set<Socket>()
  const busy = new Set<Socket>()
  const server = createServer((request, response) => {
    const index = requests.length
    const recorded: Recorded = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers as Record<string, string>,
      body: Buffer.alloc(0),
      gone: false,
    }
    requests.push(recorded)
    busy.add(request.socket)
    response.on('close', () => {
      busy.delete(request.socket)
      if (!response.writableFinished) recorded.gone = true
    })
    void answer(request, response, recorded, scripts[index])
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    openSockets: () => sockets.size,
    busySockets: () => busy.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  recorded: Recorded,
  script: Script | undefined,
) {
  const body: Buffer[] = []
  for await (const chunk of request) body.push(chunk as Buffer)
  Object.assign(recorded, { body: Buffer.concat(body) })
  const reply =
    typeof script === 'function' ? script(recorded) : (script ?? { status: 599, chunks: ['beyond the script'] })
  if (reply.ending === 'headers-never') return
  response.writeHead(reply.status ?? 200, reply.headers ?? { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  for (const chunk of reply.chunks ?? []) {
    if (response.destroyed) return
    if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve))
    await tick()
  }
  if (reply.ending === 'cut') response.destroy()
  else if (reply.ending !== 'hang') response.end()
}

export const json = (value: unknown, status = 200): ScriptedReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  chunks: [JSON.stringify(value)],
})
export const sse = (...frames: readonly (string | object)[]): ScriptedReply => ({ chunks: frames.map(frame) })
const frame = (data: string | object): string => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`

/** Waits until `holds`, at most a second: for what another process of events must notice. */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 1_000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('It did not happen within a second.')
    await tick()
  }
}
