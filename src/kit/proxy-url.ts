import { Problem } from '../core/problem.ts'

/**
 * The URL of an HTTP or SOCKS 5 proxy, `http://` added where only host and port are written. A Problem for anything else; the text itself is
 * not told: it may hold a password.
 */
export function checkedProxy(text: string, detail: { readonly at?: string; readonly mend: string }): URL {
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  if (url && url.hostname !== '' && /^(?:https?|socks|socks5|socks5h):$/.test(url.protocol)) return url
  throw new Problem('A proxy must be an http://, https:// or socks5:// URL.', detail)
}

export const isSocks = ({ protocol }: URL): boolean => protocol.startsWith('socks')
