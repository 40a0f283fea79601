import { isIP } from 'node:net'
import { Problem } from '../core/problem.ts'

type Fetch = typeof globalThis.fetch

/** Proxies of the process's environment, as their variables spell them. */
export interface ProxyEnvironment {
  readonly http?: string | undefined
  readonly https?: string | undefined
  readonly none?: string | undefined
}

/** Ways to the outside. Each proxy has one agent; `close` ends their connections. */
export interface Network {
  /** A fetch that goes through `proxy`, else through the environment's proxy, else straight. Loopback never takes the environment's. */
  fetch(proxy?: string): Fetch
  close(): Promise<void>
}

/** The network as this process sees it. The proxy machinery is loaded when a proxy is first used. */
export function network(environment: ProxyEnvironment = {}): Network {
  const agents = new Map<string, Promise<import('./proxy-agent.ts').ProxyRoute>>()
  const route = (proxy: string) => {
    const known = agents.get(proxy) ?? import('./proxy-agent.ts').then(({ proxyRoute }) => proxyRoute(proxy))
    agents.set(proxy, known)
    return known
  }
  const through = async (proxy: string, ...request: Parameters<Fetch>) => (await route(proxy)).fetch(...request)
  return {
    fetch(proxy) {
      if (proxy) {
        checkProxy(proxy)
        return (...request) => through(proxy, ...request)
      }
      if (!environment.http && !environment.https) return (...request) => globalThis.fetch(...request)
      return (...request) => {
        const chosen = environmentProxy(new URL(addressOf(request[0])), environment)
        return chosen ? through(chosen, ...request) : globalThis.fetch(...request)
      }
    },
    async close() {
      await Promise.all([...agents.values()].map(async (agent) => (await agent).close()))
      agents.clear()
    },
  }
}

const addressOf = (input: Parameters<Fetch>[0]) => (input instanceof Request ? input.url : String(input))

/** The environment's proxy for a URL; undefined for loopback and for what NO_PROXY names. */
export function environmentProxy(url: URL, { http, https, none = '' }: ProxyEnvironment): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  )
    return undefined
  const excluded = none
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((rule) => matches(rule.toLowerCase(), host, url.port || (url.protocol === 'https:' ? '443' : '80')))
  if (excluded) return undefined
  return (url.protocol === 'https:' ? https : http) || undefined
}

function matches(rule: string, host: string, port: string): boolean {
  if (rule === '*') return true
  const [, name = rule, only] = /^(.*?)(?::(\d+))?$/.exec(rule) ?? []
  if (only !== undefined && only !== port) return false
  const suffix = name.replace(/^\*?\./, '')
  return host === suffix || host.endsWith(`.${suffix}`)
}

function checkProxy(proxy: string): void {
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return
  throw new Problem('A proxy must be an http:// or https:// URL.', {
    mend: 'Write it like "http://127.0.0.1:7890" under `proxy` of the model.',
  })
}
