/** Something in the configuration that was read anyway. */
export interface Warning {
  /** `file:line:column`, `file` or `environment NAME`. */
  readonly at: string
  readonly text: string
  /** What to do about it. */
  readonly mend?: string
  /** Dotted path, when the warning is about a key that nobody knows. */
  readonly unknownKey?: string
}
