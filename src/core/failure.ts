/** Why a model call failed. What a kind means for the chain is one table, `providers/policy.ts`. */
export const failureKinds = [
  /** The key or login was not accepted. */
  'auth',
  /** The account has no balance, or this model is not in its plan. */
  'billing',
  /** Too many requests or tokens for now. */
  'rate-limit',
  /** The vendor is busy or broken: a 5xx answer. */
  'overloaded',
  /** Nothing came within a time limit. */
  'timeout',
  /** No connection: refused, reset, DNS, TLS. */
  'network',
  /** The prompt does not fit the model. */
  'too-long',
  /** The request itself was not accepted. */
  'bad-request',
  /** The address answers, but not as a model endpoint: a web page, a path that does not exist. */
  'bad-endpoint',
  /** A proxy, firewall or region says no. */
  'blocked',
  /** The vendor knows no such model. */
  'not-found',
  /** The vendor refuses on content. */
  'refused',
  /** The user or our shutdown ended the call. */
  'aborted',
  /** An answer without any content. */
  'empty',
  /** The answer stopped in the middle. */
  'cut',
  /** The answer breaks its own protocol. */
  'bad-reply',
  /** Our own cap is reached. */
  'budget',
  /** Our own requests-per-minute limit is reached. */
  'paced',
  /** The candidate rests after earlier failures; it was not asked. */
  'resting',
  'unknown',
] as const
export type FailureKind = (typeof failureKinds)[number]

/** One candidate of a chain, and why it did not answer. */
export interface Attempt {
  /** The candidate's name as users know it. */
  readonly endpoint: string
  readonly kind: FailureKind
  readonly message: string
  readonly status?: number
  /** Milliseconds from asking to failing; 0 when skipped. */
  readonly ms: number
  /** True when the candidate was not asked (resting, paced, over budget). */
  readonly skipped: boolean
  /** When a skipped candidate may be asked again, in epoch milliseconds. */
  readonly until?: number
}

export interface FailureDetail {
  readonly status?: number
  readonly retryAfterMs?: number
  readonly endpoint?: string
  /** The start of the vendor's own answer, secrets removed; at most 512 characters. */
  readonly preview?: string
  /** The URL that was asked, without its query. */
  readonly url?: string
  /** The request parameter that the vendor named as the trouble. */
  readonly param?: string
  /** Everything that was tried, when this is the end of a chain. */
  readonly attempts?: readonly Attempt[]
  /** Set with `resting` and `paced`: when to ask again, in epoch milliseconds. */
  readonly until?: number
  readonly cause?: unknown
}

/** The only error that crosses the provider boundary. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly kind: FailureKind
  readonly detail: FailureDetail

  constructor(kind: FailureKind, message: string, detail: FailureDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.kind = kind
    this.detail = detail
  }
}
