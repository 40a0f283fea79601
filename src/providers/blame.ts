import { Failure } from '../core/failure.ts'
import type { FailureDetail, FailureKind } from '../core/failure.ts'
import type { JsonObject } from '../core/json.ts'
import { Problem } from '../core/problem.ts'
import { classifyAnswer, classifyThrown } from './classify.ts'
import type { Classified } from './classify.ts'
import type { Endpoint } from './endpoint.ts'
import { defined } from './read.ts'

/** What happened, and what to do about it. */
const words: Readonly<Record<FailureKind, readonly [what: string, mend: string]>> = {
  auth: ['the key or login was not accepted', 'check its api_key, or sign in again'],
  billing: [
    'the account has no balance, or this model is not in its plan',
    'top up the account or choose another model',
  ],
  'rate-limit': ['too many requests or tokens for now', 'wait a little or add a second key'],
  overloaded: ['the vendor is busy or broken', 'try again in a moment or add a fallback'],
  timeout: ['nothing came within the time limit', 'try again, or raise request_timeout'],
  network: ['there is no connection', 'check api_base, proxy and the network'],
  'too-long': ['the conversation does not fit the model', 'shorten it, or choose a model with a larger context window'],
  'bad-request': ['the vendor did not accept the request', 'check extra_body and the other settings of this model'],
  'bad-endpoint': ['this address is not a model endpoint', 'check api_base (it often ends in /v1) and proxy'],
  blocked: ['a proxy, firewall or region refused the request', 'check proxy and where the request comes from'],
  'not-found': ['the vendor knows no such model', 'check the model id'],
  refused: ['the vendor refused the request for its content', 'put it in other words'],
  aborted: ['the call was ended', 'ask again'],
  empty: ['the answer had no content', 'ask again or choose another model'],
  cut: ['the answer stopped before its end', 'ask again'],
  'bad-reply': ['the answer breaks the protocol', 'check that api_base and provider belong together'],
  budget: ['the budget is used up', 'raise it'],
  paced: ['our own limit of requests per minute is reached', 'wait a little'],
  resting: ['it rests after earlier failures', 'wait a little'],
  unknown: ['the call failed', 'try again'],
}

/** Makes the Failures of one endpoint: one sentence each, with the address and no secret. */
export interface Blame {
  /** An answer that is not a success. */
  answer(status: number, headers: Headers, body: string): Failure
  /** An error inside a stream or inside an answer that calls itself a success. */
  inside(error: JsonObject, status?: number): Failure
  /** Something thrown instead of an answer; `midway` when the answer had begun. A Problem is a sign-in that is not there. */
  thrown(error: unknown, midway: boolean): Failure
  /** From now on this text is left out of what is said. */
  hide(secret: string): void
  /** What we noticed ourselves. */
  ours(kind: FailureKind, what?: string, detail?: FailureDetail & { readonly mend?: string }): Failure
}

/** `url` is the address asked; its query and login are left out of what is said. */
export function blaming(endpoint: Endpoint, url: string): Blame {
  const { name, vendor, clock } = endpoint
  const place = bare(url)
  const secrets: string[] = []
  const clean = (text: string) =>
    secrets.reduce((said, secret) => said.replaceAll(secret, '[REDACTED]'), endpoint.redact(text))

  const ours: Blame['ours'] = (kind, what = words[kind][0], { mend = words[kind][1], ...detail } = {}) =>
    new Failure(kind, clean(`${name}: ${what} (${place}). ${sentence(mend)}`), {
      endpoint: name,
      url: place,
      ...detail,
    })

  const classified = (found: Classified, body: string, status: number | undefined): Failure => {
    const said = found.message === undefined ? '' : `, which says: ${quote(clean(found.message))}`
    const http = status === undefined ? place : `HTTP ${status} from ${place}`
    const what = found.html ? pageWords(status) : words[found.kind][0]
    const named = found.kind === 'not-found' ? `${what} as ${endpoint.entry.model}` : what
    const preview = clean(body.trim()).slice(0, 512)
    return new Failure(
      found.kind,
      `${clean(`${name}: ${named} (${http}`)}${said}). ${sentence(found.mend ?? mendOf(found))}`,
      {
        endpoint: name,
        url: place,
        preview,
        ...defined({ status, param: found.param, retryAfterMs: found.retryAfterMs }),
      },
    )
  }

  return {
    ours,
    hide: (secret) => void (secret.length >= shortestSecret && secrets.push(secret)),
    answer(status, headers, body) {
      const header = (name: string) => headers.get(name) ?? undefined
      return classified(classifyAnswer({ status, header, body, vendor, now: clock.now() }), body, status)
    },
    inside(error, status) {
      const body = JSON.stringify(error)
      return classified(classifyAnswer({ body, vendor, now: clock.now() }), body, status)
    },
    thrown(error, midway) {
      if (error instanceof Failure) return error
      if (error instanceof Problem)
        return ours('auth', error.message, { cause: error, ...defined({ mend: error.detail.mend }) })
      const { kind, code } = classifyThrown(error)
      const detail = { cause: error }
      if (midway && kind !== 'unknown') return ours(kind === 'timeout' ? 'timeout' : 'cut', undefined, detail)
      if (kind === 'unknown') return ours(kind, `the call failed: ${quote(textOf(error))}`, detail)
      if (kind !== 'network') return ours(kind, undefined, detail)
      const [what, mend] = connectionWords(code ?? '', hostOf(url))
      return ours(kind, what, { ...detail, ...(mend !== undefined && { mend }) })
    },
  }
}

/** Shorter ones would hide ordinary words. */
const shortestSecret = 8

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function mendOf({ kind, retryAfterMs }: Classified): string {
  if (retryAfterMs === undefined || kind === 'bad-request') return words[kind][1]
  return `it asks to be left alone for ${Math.ceil(retryAfterMs / 1_000)} s`
}

function pageWords(status: number | undefined): string {
  return status === 403 || status === 407 || status === 451
    ? 'a proxy, firewall or region answered with a web page'
    : "a web page came instead of a model's answer"
}

function connectionWords(code: string, host: string): readonly [what: string, mend?: string] {
  if (code === 'ECONNREFUSED') return [`nobody listens on ${host}`, 'start the server there, or correct api_base']
  if (code === 'ENOTFOUND' || code.startsWith('EAI_'))
    return [`the host name of ${host} is not known`, 'check api_base and the network']
  if (/^(?:CERT_|ERR_SSL_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|EPROTO)/.test(code))
    return [`no secure connection to ${host} (${code})`, 'check http or https in api_base, the certificate and proxy']
  return [`the connection to ${host} failed${code && ` (${code})`}`]
}

/** A capital at its start and a full stop at its end, each once. */
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.+$/, '')}.`

const quote = (message: string): string => {
  const line = message.replaceAll(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}

function bare(url: string): string {
  if (!URL.canParse(url)) return url.split('?')[0] ?? ''
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

function hostOf(url: string): string {
  if (!URL.canParse(url)) return url
  const { hostname, port, protocol } = new URL(url)
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
}
