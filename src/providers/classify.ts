import type { FailureKind } from '../core/failure.ts'
import { Failure } from '../core/failure.ts'
import type { ErrorTemplate, Vendor } from '../models/vendor.ts'
import { byDecisiveCode, byGeneralCode, kindByStatus, settled } from './error-codes.ts'
import { defined } from './read.ts'
import { kindByMessage, isVisionMessage, parameterIn } from './templates.ts'
import { retryAfterMs } from './retry-after.ts'
import type { HeaderReader } from './retry-after.ts'
import { looksLikeHtml, readVendorError } from './vendor-error.ts'
import type { VendorError } from './vendor-error.ts'

/** An answer that is a failure. */
export interface FailedAnswer {
  /** Undefined for an error event inside a stream and for the output of a subprocess. */
  readonly status?: number
  readonly header?: HeaderReader
  /** The whole body. */
  readonly body: string
  readonly vendor?: Pick<Vendor, 'errors'>
  /** Epoch milliseconds, for headers that hold a date. */
  readonly now?: number
}
export interface Classified {
  readonly kind: FailureKind
  /** The vendor's own sentence. */
  readonly message?: string
  /** The request parameter that the vendor names as the trouble; `image_url` when it refuses pictures as such. */
  readonly param?: string
  readonly retryAfterMs?: number
  /** Advice from the vendor's row. */
  readonly mend?: string
  /** True when the answer is a web page. */
  readonly html?: boolean
}

/** Names a failed answer by its status, its code and type, and last by the vendor's own sentence. */
export function classifyAnswer(answer: FailedAnswer): Classified {
  const { status, body, vendor } = answer
  const header = answer.header ?? noHeader
  const html = looksLikeHtml(body, header('content-type') ?? '')
  const error = html ? noError : readVendorError(body)
  const row = vendor?.errors?.find((template) => fits(template, status, error))
  return {
    kind: row?.kind ?? kindOf(status ?? error.status, error, html),
    ...defined({
      message: error.message,
      param: parameterOf(error),
      retryAfterMs: retryAfterMs(header, error, answer.now ?? 0),
      mend: row?.mend,
      html: html || undefined,
    }),
  }
}
const noHeader: HeaderReader = () => undefined
const noError: VendorError = { codes: [], structured: false }

function fits(row: ErrorTemplate, status: number | undefined, error: VendorError): boolean {
  return (
    (row.status === undefined || row.status === status) &&
    (row.code === undefined || error.codes.includes(row.code)) &&
    (row.message === undefined || new RegExp(`^(?:${row.message.replace(/^\^/, '')})`, 'i').test(error.message ?? ''))
  )
}

function parameterOf({ param, message }: VendorError): string | undefined {
  if (message === undefined) return param
  return isVisionMessage(message) ? 'image_url' : param || parameterIn(message)
}

function kindOfPage(status: number | undefined): FailureKind {
  if (status === undefined || status < 400 || status === 400 || status === 404 || status === 405) return 'bad-endpoint'
  return status === 403 ? 'blocked' : kindByStatus(status)
}

function kindOf(status: number | undefined, error: VendorError, html: boolean): FailureKind {
  if (html) return kindOfPage(status)
  if (status !== undefined && settled.has(status)) return kindByStatus(status)
  const sure = kindByCode(byDecisiveCode, error) ?? kindBySentence(status, error.message ?? '')
  if (sure) return sure
  if (status === 404) return namesNothing(error) ? 'bad-endpoint' : 'not-found'
  return (status === undefined ? kindByCode(byGeneralCode, error) : kindByStatus(status)) ?? 'unknown'
}

/** A 429 may be an empty balance; whatever else its sentence says, it is a limit. */
function kindBySentence(status: number | undefined, message: string): FailureKind | undefined {
  const kind = kindByMessage(message)
  return status === 429 && kind !== 'billing' ? 'rate-limit' : kind
}

function kindByCode(table: ReadonlyMap<string, FailureKind>, { codes }: VendorError): FailureKind | undefined {
  return codes.map((code) => table.get(code.toLowerCase())).find(Boolean)
}

/** A 404 of the web server, not of the model endpoint: no error object, or one that only repeats the status. */
function namesNothing({ structured, message, codes }: VendorError): boolean {
  if (!structured || message === undefined) return codes.length === 0 || message === undefined
  return /^(?:not found|404 not found|404 page not found|page not found|route not found|resource not found)[.!]?$|^invalid url\b|^cannot post\b|^no route\b|^unknown request url/i.test(
    message,
  )
}

/** True when the endpoint refuses pictures as such. `body` is the whole answer. */
export function isVisionUnsupported(body: string): boolean {
  return isVisionMessage(readVendorError(body).message ?? '')
}

export interface ThrownError {
  readonly kind: FailureKind
  /** Node's or undici's code, as ECONNREFUSED. */
  readonly code?: string
}

const timeoutCodes = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
])
const badUrlCodes = new Set(['ERR_INVALID_URL', 'ERR_INVALID_PROTOCOL'])
const networkCode =
  /^(?:ECONN|EPIPE|ENOTFOUND|EAI_|ENET|EHOST|EADDR|EPROTO|ECANCELED|UND_ERR_|HPE_|ERR_SSL_|ERR_TLS_|ERR_HTTP2_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|ERR_STREAM_PREMATURE_CLOSE)/

/** Names an error that came instead of an answer, by the runtime's own code or name: never by its text. */
export function classifyThrown(error: unknown, signal?: AbortSignal): ThrownError {
  if (error instanceof Failure) return { kind: error.kind }
  if (signal?.aborted) return { kind: signal.reason instanceof Failure ? signal.reason.kind : 'aborted' }
  const chain = causes(error)
  const codes = chain.map((link) => ('code' in link ? link.code : undefined)).filter((code) => typeof code === 'string')
  const names = chain.map((link) => link.name)
  const late = codes.find((code) => timeoutCodes.has(code))
  if (late !== undefined || names.includes('TimeoutError')) return { kind: 'timeout', ...defined({ code: late }) }
  const badUrl = codes.find((code) => badUrlCodes.has(code))
  if (badUrl !== undefined) return { kind: 'bad-endpoint', code: badUrl }
  const network = codes.find((code) => networkCode.test(code))
  if (network !== undefined) return { kind: 'network', code: network }
  if (names.includes('AbortError')) return { kind: 'aborted' }
  return { kind: 'unknown' }
}

/** An error, its causes, and the members of an aggregate, outermost first; at most 12. */
function causes(error: unknown): readonly Error[] {
  const found: Error[] = []
  const queue: unknown[] = [error]
  while (queue.length > 0 && found.length < 12) {
    const next = queue.shift()
    if (!(next instanceof Error)) continue
    found.push(next)
    queue.push(next.cause, ...(next instanceof AggregateError ? (next.errors as readonly unknown[]) : []))
  }
  return found
}
