import { callbackify } from 'node:util'
import { Agent, buildConnector, type Dispatcher, fetch, ProxyAgent, type RequestInit } from 'undici'
import { isSocks } from './proxy-url.ts'
import { throughSocks } from './socks.ts'

type PlatformFetch = typeof globalThis.fetch

export interface ProxyRoute {
  readonly fetch: PlatformFetch
  close(): Promise<void>
}

/** A fetch whose every connection goes through one proxy. Its time limits are left to the caller. */
export function proxyRoute(proxy: URL): ProxyRoute {
  const dispatcher = proxyDispatcher(proxy, { headersTimeout: 0, bodyTimeout: 0 })
  const through: PlatformFetch = async (input, init) => {
    const { url, request } = await portable(input, init)
    return fetch(url, { ...request, dispatcher })
  }
  return { fetch: through, close: () => dispatcher.destroy() }
}

/** Connections through one proxy. An HTTP proxy makes a tunnel to an https address and is asked in the plain form for an http one. */
export function proxyDispatcher(
  proxy: URL,
  limits: { readonly headersTimeout?: number; readonly bodyTimeout?: number } = {},
): Dispatcher {
  if (!isSocks(proxy)) return new ProxyAgent({ uri: proxy.href, proxyTunnel: false, ...limits })
  const connection = callbackify(throughSocks)
  const secure = buildConnector({})
  return new Agent({
    ...limits,
    connect(target, callback) {
      const isSecure = target.protocol === 'https:'
      const place = { host: target.hostname, port: Number(target.port || (isSecure ? 443 : 80)) }
      connection(proxy, place, (error, socket) => {
        if (error) callback(error, null)
        else if (isSecure) secure({ ...target, httpSocket: socket }, callback)
        else callback(null, socket)
      })
    },
  })
}

/** The same request without objects of the platform's own fetch, which another copy of undici does not know. */
async function portable(
  input: Parameters<PlatformFetch>[0],
  init: Parameters<PlatformFetch>[1],
): Promise<{ readonly url: string; readonly request: RequestInit }> {
  if (input instanceof Request) {
    const { url, method, headers, body, signal, redirect } = new Request(input, init)
    return { url, request: { method, headers: [...headers], body, signal, redirect, duplex: 'half' } }
  }
  const request = { ...init } as unknown as RequestInit
  if (!(init?.body instanceof FormData)) return { url: String(input), request }
  const form = new Response(init.body)
  const headers = new Headers(init.headers)
  headers.set('content-type', form.headers.get('content-type') ?? '')
  return { url: String(input), request: { ...request, headers: [...headers], body: await form.arrayBuffer() } }
}
