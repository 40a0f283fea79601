export interface SecretFilterOptions {
  readonly enabled: boolean
  /** Texts shorter than this are not looked at. */
  readonly minLength: number
  redact(text: string): string
}

/** What is done to the text of a tool before a model sees it: secrets are blotted out, where the configuration wants it. */
export function secretFilter({ enabled, minLength, redact }: SecretFilterOptions): (text: string) => string {
  return (text) => (enabled && text.length >= minLength ? redact(text) : text)
}
