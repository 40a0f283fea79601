import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hono } from 'hono'
import { Problem } from '../core/problem.ts'

export interface Listening {
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

/** Serves routes on an address, which are made and loaded at the first request: many gateways are never asked. A Problem as with `listen`. */
export function serveApp(app: () => Hono | Promise<Hono>, host: string, port: number): Promise<Listening> {
  return listen(
    answering(async () => (await app()).fetch),
    host,
    port,
  )
}

/** Answers with what `make` makes at the first request. */
export function answering(make: () => Promise<(request: Request) => Response | Promise<Response>>): RequestListener {
  let made: Promise<RequestListener> | undefined
  const listener = async () => {
    const [{ listenerOf }, answer] = await Promise.all([import('./listener.ts'), make()])
    return listenerOf((request) => answer(request))
  }
  return (request, response) => {
    made ??= listener()
    made.then(
      (answer) => answer(request, response),
      () => response.destroy(),
    )
  }
}

/** The settings that an address stands in. */
interface Settings {
  readonly host: string
  readonly port: string
}
const usualSettings: Settings = { host: 'gateway.host', port: 'gateway.port' }

/** Listens on an address; port 0 takes a free one. A Problem when it is taken or not ours. */
export async function listen(
  handler: RequestListener,
  host: string,
  port: number,
  settings = usualSettings,
): Promise<Listening> {
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 10_000 }, handler)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port, settings)))
    server.listen(port, host, resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  return { host, port: taken, close: () => close(server) }
}

function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
  server.closeAllConnections()
  return closed
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number, settings: Settings): Problem {
  if (error.code === 'EADDRINUSE')
    return new Problem(`Another program listens on ${host}:${port} already.`, {
      at: settings.port,
      mend: `End it, or set another ${settings.port}.`,
      cause: error,
    })
  return new Problem(`${host}:${port} cannot be listened on: ${error.code ?? error.message}.`, {
    at: settings.host,
    mend: `Set ${settings.host} to an address of this machine.`,
    cause: error,
  })
}
