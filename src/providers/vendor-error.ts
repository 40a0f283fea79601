import { isJsonObject } from '../core/json.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { defined, parseJson, readList, readObject, readText } from './read.ts'

/** What a vendor itself says about a failure: nothing here is taken from places where a request may be echoed. */
export interface VendorError {
  /** `error.code`, `error.type` and `error.status` as text, most specific first. */
  readonly codes: readonly string[]
  /** The sentence in the error object's own message field, or a body of plain text. */
  readonly message?: string
  /** The request parameter that the error names. */
  readonly param?: string
  /** HTTP status that the error object carries in its code, as routers do inside a stream. */
  readonly status?: number
  /** `error.details` of Google's error form. */
  readonly details?: Json
  /** True when the body was an error object, not plain text. */
  readonly structured: boolean
}

/** Finds the vendor's error in an answer's body, in any of the forms in use. */
export function readVendorError(body: string): VendorError {
  const trimmed = body.trim()
  const json = /^[[{]/.test(trimmed) ? parseJson(trimmed) : undefined
  const root = readObject(Array.isArray(json) ? (json as readonly Json[])[0] : json)
  if (!root) return { codes: [], structured: false, ...(trimmed && { message: trimmed }) }
  return readErrorObject(root)
}

/** The same for a body that is already an object. */
function readErrorObject(root: JsonObject): VendorError {
  const error = readObject(root['error']) ?? readObject(readList(root['errors'])[0]) ?? root
  const minimax = readObject(root['base_resp'])
  const detail = readObject(readList(root['detail'])[0])
  const sentences = [error['message'], root['error'], root['message'], root['detail'], root['msg'], detail?.['msg']]
  const codes = [error['code'], error['type'], error['status'], root['code'], minimax?.['status_code']]
    .filter((code) => typeof code === 'string' || typeof code === 'number')
    .map(String)
    .filter((code) => code !== 'error')
  return {
    codes: [...new Set(codes)],
    structured: true,
    ...defined({
      message: [...sentences, minimax?.['status_msg']].find((text) => typeof text === 'string'),
      param: readText(error['param']) ?? locationOf(detail),
      status: [error['code'], error['status'], error['http_code']].map(Number).find(isErrorStatus),
      details: error['details'],
    }),
  }
}

const isErrorStatus = (code: number): boolean => code >= 400 && code < 600

/** The parameter in FastAPI's `loc: ['body', 'temperature']`. */
function locationOf(detail: JsonObject | undefined): string | undefined {
  return readList(detail?.['loc'])
    .filter((step) => typeof step === 'string')
    .find((step) => step !== 'body')
}

/** True when a 200 answer or a stream frame is an error in disguise. */
export function carriesError(root: unknown): root is JsonObject {
  if (!isJsonObject(root)) return false
  if (root['type'] === 'error') return true
  if (root['error'] !== undefined && root['error'] !== null && root['error'] !== false && root['error'] !== '')
    return true
  const minimax = Number(readObject(root['base_resp'])?.['status_code'] ?? 0)
  return minimax !== 0 && root['choices'] === undefined && root['content'] === undefined
}

/** True for a web page where JSON was due: by its content type or by its first tag. */
export function looksLikeHtml(body: string, contentType: string): boolean {
  return (
    /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType) ||
    /^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(body)
  )
}
