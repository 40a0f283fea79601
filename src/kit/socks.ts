import type { Socket } from 'node:net'
import { SocksClient } from 'socks'

const connectMs = 15_000

/** A connection that a SOCKS 5 proxy makes for us; it looks the name up, too. Rejects within 15 s, with an error that tells no password. */
export async function throughSocks(
  proxy: URL,
  target: { readonly host: string; readonly port: number },
): Promise<Socket> {
  const { username, password, port } = proxy
  try {
    const { socket } = await SocksClient.createConnection({
      proxy: {
        host: bare(proxy.hostname),
        port: Number(port || 1080),
        type: 5,
        ...(username !== '' && { userId: decodeURIComponent(username), password: decodeURIComponent(password) }),
      },
      command: 'connect',
      destination: { ...target, host: bare(target.host) },
      timeout: connectMs,
      set_tcp_nodelay: true,
    })
    return socket
  } catch (error) {
    // The library's own error carries the login.
    const why = error instanceof Error ? error.message : String(error)
    throw Object.assign(new Error(`The SOCKS proxy made no connection: ${why}`), { code: 'ERR_PROXY_SOCKS' })
  }
}

const bare = (host: string) => host.replace(/^\[|\]$/g, '')
