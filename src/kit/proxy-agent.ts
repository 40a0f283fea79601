import { fetch, ProxyAgent, type RequestInit } from 'undici'

type PlatformFetch = typeof globalThis.fetch

export interface ProxyRoute {
  readonly fetch: PlatformFetch
  close(): Promise<void>
}

/**
 * A fetch whose every connection goes through one HTTP proxy: a tunnel to an https address, the plain form for an http one. Its time
 * limits are left to the caller.
 */
export function proxyRoute(proxy: string): ProxyRoute {
  const dispatcher = new ProxyAgent({ uri: proxy, proxyTunnel: false, headersTimeout: 0, bodyTimeout: 0 })
  const through: PlatformFetch = async (input, init) => {
    const { url, request } = await portable(input, init)
    return fetch(url, { ...request, dispatcher })
  }
  return { fetch: through, close: () => dispatcher.destroy() }
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
