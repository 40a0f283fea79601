import { fetch, ProxyAgent } from 'undici'

export interface ProxyRoute {
  readonly fetch: typeof globalThis.fetch
  close(): Promise<void>
}

/** A fetch whose every connection goes through one HTTP proxy. Its time limits are left to the caller. */
export function proxyRoute(proxy: string): ProxyRoute {
  const dispatcher = new ProxyAgent({ uri: proxy, headersTimeout: 0, bodyTimeout: 0 })
  return {
    fetch: async (...request: Parameters<typeof globalThis.fetch>) => {
      const [input, init] = await plain(...request)
      return fetch(input, { ...(init as Parameters<typeof fetch>[1]), dispatcher })
    },
    close: () => dispatcher.destroy(),
  }
}

/** The same request without objects of the platform's classes, which undici's own fetch does not know. */
async function plain(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<readonly [url: string, init: RequestInit | undefined]> {
  const foreign = init?.body instanceof FormData || init?.body instanceof Blob || init?.body instanceof URLSearchParams
  if (!(input instanceof Request) && !foreign) return [String(input), init]
  const request = new Request(input, init)
  const { url, method, headers, redirect, signal } = request
  const body = request.body && { body: await request.arrayBuffer() }
  return [url, { method, headers: [...headers], redirect, signal, ...body }]
}
