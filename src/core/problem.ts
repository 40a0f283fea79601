/** Exit codes of the command line. */
export const exitCodes = {
  ok: 0,
  /** The work could not be done. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** Something needs a person's approval and none was there. */
  denied: 3,
  /** The configuration cannot be used. */
  config: 4,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const

export interface ProblemDetail {
  /** `file:line:column`, `file` or a config path. */
  readonly at?: string
  /** One sentence that says what to do. */
  readonly mend?: string
  readonly exitCode?: number
  readonly cause?: unknown
}

/** An error for people: what happened, where, and what to do about it. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly detail: ProblemDetail

  constructor(what: string, detail: ProblemDetail = {}) {
    super(what, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.detail = detail
  }

  get exitCode(): number {
    return this.detail.exitCode ?? exitCodes.failed
  }
}
