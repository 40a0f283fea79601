import { BlockList, isIP } from 'node:net'
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
        checkProxy(proxy, mendRow)
        return (...request) => through(proxy, ...request)
      }
      if (!environment.http && !environment.https) return (...request) => globalThis.fetch(...request)
      return async (...request) => {
        const chosen = environmentProxy(new URL(addressOf(request[0])), environment)
        if (chosen === undefined) return globalThis.fetch(...request)
        checkProxy(chosen, mendEnvironment)
        return through(chosen, ...request)
      }
    },
    async close() {
      await Promise.all([...agents.values()].map(async (agent) => (await agent).close()))
      agents.clear()
    },
  }
}

const addressOf = (input: Parameters<Fetch>[0]) => (input instanceof Request ? input.url : String(input))

/** The environment's proxy for a URL; undefined for loopback and for what NO_PROXY names. One without a scheme is http://. */
export function environmentProxy(url: URL, { http, https, none = '' }: ProxyEnvironment): string | undefined {
  const host = url.hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase()
  if (host === 'localhost' || host.endsWith('.localhost') || isWithin(loopback, host)) return undefined
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const rules = none.toLowerCase().split(/[\s,]+/)
  if (rules.some((rule) => rule !== '' && matches(rule, host, port))) return undefined
  const proxy = (url.protocol === 'https:' ? https : http) || undefined
  return proxy?.includes('://') === false ? `http://${proxy}` : proxy
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

const isWithin = (list: BlockList, host: string) =>
  isIP(host) > 0 && list.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6')

/** Rules are `*`, a domain with all below it (also as `.domain` or `*.domain`), an address or `address/bits`; each but the last may end in `:port`. */
function matches(rule: string, host: string, port: string): boolean {
  if (rule === '*') return true
  const range = /^\[?([\da-f:.]+)\]?\/(\d{1,3})$/.exec(rule)
  if (range) return isWithin(subnet(range[1] ?? '', Number(range[2])), host)
  const [, name = rule, only] = isIP(rule) === 6 ? [] : (/^(.*?)(?::(\d+))?$/.exec(rule) ?? [])
  if (only !== undefined && only !== port) return false
  const suffix = name.replace(/^\*?\.|^\[|\]$/g, '')
  return host === suffix || (suffix !== '' && host.endsWith(`.${suffix}`))
}

/** Empty when the range is none. */
function subnet(address: string, bits: number): BlockList {
  const list = new BlockList()
  const family = isIP(address)
  if (family === 4 && bits <= 32) list.addSubnet(address, bits, 'ipv4')
  if (family === 6 && bits <= 128) list.addSubnet(address, bits, 'ipv6')
  return list
}

function checkProxy(proxy: string, mend: string): void {
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return
  throw new Problem('A proxy must be an http:// or https:// URL.', { mend })
}

const mendRow = 'Write it like "http://127.0.0.1:7890" under `proxy` of the model.'
const mendEnvironment = 'Write it like "http://127.0.0.1:7890" in HTTP_PROXY and HTTPS_PROXY, or unset them.'
