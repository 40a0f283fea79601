import { environmentProxy, type ProxyEnvironment } from './environment-proxy.ts'
import type { ProxyRoute } from './proxy-agent.ts'
import { checkedProxy } from './proxy-url.ts'

type Fetch = typeof globalThis.fetch

/** Ways to the outside. Each proxy has one agent. */
export interface Network {
  /**
   * A fetch that goes through `proxy`, else through the environment's proxy, else straight. Loopback never takes the environment's. A
   * Problem when `proxy` is no URL of an HTTP or SOCKS proxy; one in the environment is told when it is first needed.
   */
  fetch(proxy?: string): Fetch
  /** Ends every connection to a proxy, so that none keeps the process alive. */
  close(): Promise<void>
}

/** The network as this process sees it. The proxy machinery is loaded when a proxy is first used. */
export function network(environment: ProxyEnvironment = {}): Network {
  const routes = new Map<string, Promise<ProxyRoute>>()
  const route = (proxy: URL) => {
    const known = routes.get(proxy.href) ?? import('./proxy-agent.ts').then(({ proxyRoute }) => proxyRoute(proxy))
    routes.set(proxy.href, known)
    return known
  }
  const through = async (proxy: URL, ...request: Parameters<Fetch>) => (await route(proxy)).fetch(...request)
  return {
    fetch(proxy) {
      if (proxy) {
        const checked = checkedProxy(proxy, {
          mend: 'Write it like "http://127.0.0.1:7890" under `proxy` of the model.',
        })
        return (...request) => through(checked, ...request)
      }
      if (!environment.http && !environment.https) return (...request) => globalThis.fetch(...request)
      return async (...request) => {
        const chosen = environmentProxy(new URL(addressOf(request[0])), environment)
        if (chosen === undefined) return globalThis.fetch(...request)
        return through(
          checkedProxy(chosen, { mend: 'Correct HTTP_PROXY or HTTPS_PROXY in the environment.' }),
          ...request,
        )
      }
    },
    async close() {
      const open = [...routes.values()]
      routes.clear()
      await Promise.all(open.map(async (route) => (await route).close()))
    },
  }
}

const addressOf = (input: Parameters<Fetch>[0]) => (input instanceof Request ? input.url : String(input))
