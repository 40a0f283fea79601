import type { RawFile, REST, RouteLike } from 'discord.js'
import type { DiscordOptions } from './options.ts'

type Library = typeof import('./library.ts')

export interface RequestDetail {
  readonly body?: unknown
  readonly files?: readonly RawFile[]
  readonly query?: Readonly<Record<string, string>>
  /** False sends no token. */
  readonly auth?: boolean
  readonly signal?: AbortSignal
}
/**
 * Discord's REST API. A path is written `/channels/1`. Nothing is repeated: neither after a failure nor after a rate limit, which is
 * thrown before anything is sent where the bucket is known to be empty. Errors are those of discord.js and of fetch.
 */
export interface Rest {
  request<T>(method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, detail?: RequestDetail): Promise<T>
  close(): void
}

export type RestOptions = NonNullable<ConstructorParameters<Library['REST']>[0]>

/** How discord.js shall use the API, for its own requests and for ours. */
export function restOptions({ fetch = globalThis.fetch, base }: Pick<DiscordOptions, 'fetch' | 'base'>): RestOptions {
  return {
    ...base,
    version: '10',
    retries: 0,
    timeout: 30_000,
    rejectOnRateLimit: () => true,
    // The body is read here, where discord.js still counts the time, so that one that never ends is given up too.
    async makeRequest(url, { method = 'GET', headers, body, signal }) {
      const request: RequestInit = {
        method,
        headers: headers as Record<string, string>,
        body: (body ?? null) as NonNullable<RequestInit['body']> | null,
        signal: signal ?? null,
        redirect: 'error',
      }
      const response = await fetch(url, request)
      const bytes = await response.arrayBuffer()
      return new Response(bytes.byteLength > 0 ? bytes : null, {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      })
    },
  }
}

/** The same, but for the gateway's address, which is told as `route` has it. */
export function routed(options: RestOptions, route: (url: string) => string): RestOptions {
  const { makeRequest } = options
  return {
    ...options,
    async makeRequest(url, init) {
      const response = (await makeRequest?.(url, init)) as Response
      if (!response.ok || !url.endsWith('/gateway/bot')) return response
      const told = (await response.json()) as { readonly url: string }
      return Response.json({ ...told, url: route(told.url) }, { headers: response.headers })
    },
  }
}

export function restOf(library: Library, options: RestOptions, token: string): Rest {
  const rest: REST = new library.REST(options).setToken(token)
  return {
    request: async <T>(method: string, path: string, { query, files, ...detail }: RequestDetail = {}) =>
      (await rest.request({
        ...detail,
        fullRoute: path as RouteLike,
        method: method as never,
        ...(files && { files: [...files] }),
        ...(query && { query: new URLSearchParams(query) }),
      })) as T,
    close() {
      rest.clearHashSweeper()
      rest.clearHandlerSweeper()
    },
  }
}

/** The same, for requests that end with a life. */
export const restUntil = (life: AbortSignal, rest: Rest): Rest => ({
  ...rest,
  async request(method, path, detail) {
    life.throwIfAborted()
    // discord.js listens to the signal that it is given and never leaves it: none may outlive its request.
    const request = new AbortController()
    const cancel = () => request.abort(life.reason)
    life.addEventListener('abort', cancel)
    try {
      return await rest.request(method, path, { ...detail, signal: request.signal })
    } finally {
      life.removeEventListener('abort', cancel)
    }
  },
})
