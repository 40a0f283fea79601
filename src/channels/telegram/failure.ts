import { DeliveryFailure, type DeliveryKind } from '../../core/channel.ts'
import { answerKind } from '../kit/answer-kind.ts'

/** A call to the Bot API that failed. Its words hold no token. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly kind: DeliveryKind
  /** What the service said; undefined when there was no answer of its own. */
  readonly status?: number
  readonly retryAfterMs?: number
  readonly movedTo?: string

  constructor(
    kind: DeliveryKind,
    message: string,
    detail: { readonly status?: number; readonly retryAfterMs?: number; readonly movedTo?: string } = {},
  ) {
    super(message)
    this.kind = kind
    if (detail.status !== undefined) this.status = detail.status
    if (detail.retryAfterMs !== undefined) this.retryAfterMs = detail.retryAfterMs
    if (detail.movedTo !== undefined) this.movedTo = detail.movedTo
  }
}

/** What telegraf's errors carry. */
interface Refusal {
  readonly error_code: number
  readonly description?: string
  readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number | string }
}

/** Refusals after which nothing will ever arrive in this chat. */
const gone =
  /chat not found|user is deactivated|PEER_ID_INVALID|chat was deleted|bot was kicked|bot is not a member|CHAT_WRITE_FORBIDDEN|not enough rights to send|have no rights to send/i
/** Codes of connections that never stood: nothing was written. */
const neverConnected =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|ERR_PROXY_\w+|ERR_TLS_\w+|CERT_\w+|ERR_SSL_\w+|SELF_SIGNED_\w+|DEPTH_ZERO_\w+|UNABLE_TO_\w+)$/

/** What an error of telegraf's client means. */
export function failureOf(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error
  const response = fieldOf(error, 'response') as Refusal | undefined
  if (typeof response?.error_code === 'number') return refused(response)
  const code = fieldOf(error, 'code')
  const message = error instanceof Error ? error.message : ''
  if (typeof code === 'string') {
    const never = neverConnected.test(code) || /reason: connect /.test(message)
    return new ApiFailure(
      never ? 'not-sent' : 'uncertain',
      never ? `Telegram cannot be reached (${code}).` : `The connection to Telegram broke (${code}).`,
    )
  }
  if (fieldOf(error, 'type') === 'invalid-json')
    return new ApiFailure('uncertain', 'The answer did not come from the Bot API, or only half of it came.')
  return new ApiFailure('uncertain', 'The call to Telegram failed.')
}

const fieldOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>)[name] : undefined

/** Seconds to wait after a refusal that does not say how long. */
const usualRest = 5

function refused({ error_code: status, description = '', parameters = {} }: Refusal): ApiFailure {
  const { migrate_to_chat_id: movedTo } = parameters
  const seconds = parameters.retry_after ?? (status === 429 ? usualRest : undefined)
  return new ApiFailure(kindOf(status, description, movedTo !== undefined), `Telegram: ${status} ${description}`, {
    status,
    ...(seconds !== undefined && { retryAfterMs: seconds * 1_000 }),
    ...(movedTo !== undefined && { movedTo: String(movedTo) }),
  })
}

function kindOf(status: number, description: string, moved: boolean): DeliveryKind {
  if (moved) return 'moved'
  // A token that never was one is answered like this.
  if (status === 404 && description === 'Not Found') return 'auth'
  if (status === 400 && gone.test(description)) return 'gone'
  return answerKind(status) ?? 'uncertain'
}

/** The failure as whoever delivers must see it. */
export function deliveryFailure(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error
  const { kind, message, retryAfterMs, movedTo } = failureOf(error)
  return new DeliveryFailure(kind, message, {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(movedTo !== undefined && { movedTo }),
  })
}

/** True when the service refused with words like these. */
export const said = (error: unknown, words: RegExp): boolean =>
  error instanceof ApiFailure && error.status === 400 && words.test(error.message)
