import { fetch, ProxyAgent } from 'undici'

export interface ProxyRoute {
  readonly fetch: typeof globalThis.fetch
  close(): Promise<void>
}

/** A fetch whose every connection goes through one HTTP proxy. Its time limits are left to the caller. */
export function proxyRoute(proxy: string): ProxyRoute {
  const dispatcher = new ProxyAgent({ uri: proxy, headersTimeout: 0, bodyTimeout: 0 })
  return {
    // undici's own types and the platform's describe the same objects.
    fetch: ((input: Parameters<typeof fetch>[0], init?: Parameters<typeof fetch>[1]) =>
      fetch(input, { ...init, dispatcher })) as unknown as typeof globalThis.fetch,
    close: () => dispatcher.destroy(),
  }
}
