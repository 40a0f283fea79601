import type { Loaded } from '../config/load.ts'
import type { Redactor } from '../kit/redact.ts'
import { vendors } from '../models/vendors.ts'
import type { Vendor } from '../models/vendor.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Teaches a redactor every secret of a configuration and of its environment. */
export function learnSecrets(
  redact: Redactor,
  { secrets, environment }: Pick<Loaded, 'secrets' | 'environment'>,
): void {
  for (const secret of secrets) redact.add(secret)
  learnVariables(redact, environment.vars)
}

/** The vendors' keys among the variables, and the logins of proxies. */
export function learnVariables(redact: Redactor, vars: Variables): void {
  const rows: readonly Vendor[] = Object.values(vendors)
  for (const name of new Set(rows.flatMap(({ keyEnv = [] }) => keyEnv))) {
    const value = vars[name]?.trim()
    if (value) redact.add(value)
  }
  for (const [name, value = ''] of Object.entries(vars)) {
    const written = /_proxy$/i.test(name) ? /^(?:[a-z]+:\/\/)?[^/\s:@]*:([^/\s]+)@/i.exec(value)?.[1] : undefined
    if (written === undefined) continue
    redact.add(written)
    redact.add(decoded(written))
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
