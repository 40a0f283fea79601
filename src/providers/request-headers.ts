import type { Endpoint } from './endpoint.ts'
import { userAgent } from './version.ts'

/** The headers of a request, in lower case: the protocol's, then who we are, last the entry's own. Blank names are skipped. */
export function requestHeaders(
  { entry }: Pick<Endpoint, 'entry'>,
  headers: Record<string, string>,
): Record<string, string> {
  const own = Object.entries(entry.headers)
    .map(([name, value]) => [name.trim().toLowerCase(), value] as const)
    .filter(([name]) => name !== '')
  const agent = entry.userAgent ?? headers['user-agent'] ?? userAgent
  return { ...headers, 'user-agent': agent, ...Object.fromEntries(own) }
}
