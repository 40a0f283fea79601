import { createHash, timingSafeEqual } from 'node:crypto'

/** Names of this machine that a browser or a client may use for us. */
const ownNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** True when a Host or Origin header names us: a page of another site that resolves to this machine does not. */
export function namesUs(authority: string | undefined, known: readonly string[]): boolean {
  if (authority === undefined || !URL.canParse(`http://${authority}`)) return false
  const { hostname } = new URL(`http://${authority}`)
  return ownNames.has(hostname) || known.includes(hostname)
}

/** The same for an Origin, which is a whole address; a client that is no browser sends none. */
export function originIsOurs(origin: string | undefined, known: readonly string[]): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && namesUs(new URL(origin).host, known)
}

/** True when one of the secrets was shown; takes the same time whichever it was. */
export function shows(given: string | undefined, secrets: readonly string[]): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const shown = digest(given ?? '')
  let found = false
  for (const secret of secrets) if (timingSafeEqual(shown, digest(secret)) && secret !== '') found = true
  return found
}

/** The secret of an Authorization header. */
export const bearer = (header: string | undefined): string | undefined => /^Bearer\s+(\S+)$/i.exec(header ?? '')?.[1]

/** True for addresses that only this machine reaches. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
