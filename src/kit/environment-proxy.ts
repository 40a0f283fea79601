import { BlockList, isIP } from 'node:net'

/** Proxies of the process's environment, as their variables spell them. */
export interface ProxyEnvironment {
  readonly http?: string | undefined
  readonly https?: string | undefined
  readonly none?: string | undefined
}

/** The environment's proxy for a URL; undefined for loopback and for what NO_PROXY names. */
export function environmentProxy(url: URL, { http, https, none = '' }: ProxyEnvironment): string | undefined {
  const host = plainHost(url.hostname)
  if (isLoopback(host)) return undefined
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const rules = none.split(/[\s,]+/).filter(Boolean)
  if (rules.some((rule) => matches(rule.toLowerCase(), host, port))) return undefined
  return (url.protocol === 'https:' ? https : http) || undefined
}

const plainHost = (host: string) =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')

function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.') || host === '0.0.0.0'
  return host === '::1' || host === '::' || host === 'localhost' || host.endsWith('.localhost')
}

/** One rule of NO_PROXY: `*`, a name with all below it, an address or a subnet; each but `*` with a port where one is meant. */
function matches(rule: string, host: string, port: string): boolean {
  if (rule === '*') return true
  const [subnet = '', prefix] = rule.split('/')
  if (prefix !== undefined) return inSubnet(subnet, Number(prefix), host)
  const [, name = rule, only] = (isIP(rule) === 6 ? null : /^(.*?)(?::(\d+))?$/.exec(rule)) ?? []
  if (only !== undefined && only !== port) return false
  const suffix = plainHost(name.replace(/^\*?\./, ''))
  return host === suffix || (isIP(host) === 0 && host.endsWith(`.${suffix}`))
}

function inSubnet(subnet: string, prefix: number, host: string): boolean {
  const version = isIP(subnet)
  if (version === 0 || isIP(host) !== version || !(prefix >= 0 && prefix <= (version === 4 ? 32 : 128))) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(subnet, prefix, family)
  return list.check(host, family)
}
