import { isJsonObject } from '../core/json.ts'

/** What stands where a secret stood. */
export const mask = '[REDACTED]'

/** Secrets shorter than this are left alone: they would hide ordinary words. */
const shortest = 8

export interface Redactor {
  /** The text without any known secret, in any of the forms it may travel in. */
  text(text: string): string
  /** The same for every string in a JSON value, keys included. */
  value<T>(value: T): T
  /** For a text that comes in pieces: what comes out is what `text` makes of the whole; what may be the start of a secret is held back. */
  stream(): { push(piece: string): string; flush(): string }
  /** Learns one more secret. */
  add(secret: string): void
}

/** Removes known secrets by their exact value, and their base64, URL-encoded and JSON-escaped forms. */
export function redactor(secrets: Iterable<string> = []): Redactor {
  const forms = new Set<string>()
  let matcher: RegExp | undefined
  let longest = 0
  const add = (secret: string) => {
    if (isPlaceholder(secret)) return
    for (const form of formsOf(secret)) forms.add(form)
    longest = Math.max(0, ...[...forms].map((form) => form.length))
    const sorted = [...forms].sort((left, right) => right.length - left.length)
    matcher = sorted.length > 0 ? new RegExp(sorted.map((form) => RegExp.escape(form)).join('|'), 'g') : undefined
  }
  for (const secret of secrets) add(secret)

  const text = (input: string) => (matcher ? input.replaceAll(matcher, mask) : input)
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map(walk)
    if (isJsonObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), walk(item)]))
    return value
  }

  return {
    text,
    value: <T>(value: T) => (matcher ? (walk(value) as T) : value),
    stream() {
      let held = ''
      return {
        push(piece) {
          held += piece
          const open = held.length - startLength(held, forms, longest)
          let out = ''
          let done = 0
          for (const { 0: found, index } of matcher ? held.matchAll(matcher) : []) {
            if (index >= open) break
            out += held.slice(done, index) + mask
            done = index + found.length
          }
          const safe = Math.max(done, open)
          out += held.slice(done, safe)
          held = held.slice(safe)
          return out
        },
        flush() {
          const out = text(held)
          held = ''
          return out
        },
      }
    },
    add,
  }
}

/** How much of the end of a text may be the start of a secret. */
function startLength(text: string, forms: ReadonlySet<string>, longest: number): number {
  for (let length = Math.min(longest - 1, text.length); length > 0; length -= 1) {
    const tail = text.slice(-length)
    for (const form of forms) if (form.length > length && form.startsWith(tail)) return length
  }
  return 0
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    bytes.toString('base64'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    // Not encodeURIComponent, which throws on half a surrogate pair.
    new URLSearchParams({ s: secret }).toString().slice(2),
    encodeURI(secret.toWellFormed()),
    encodeURIComponent(secret.toWellFormed()),
    escaped(secret),
    // As in a log of JSON lines that quotes an answer of JSON.
    escaped(escaped(secret)),
  ]
}

const escaped = (text: string) => JSON.stringify(text).slice(1, -1)

const placeholders: readonly RegExp[] = [
  /^(?:change[-_ ]?me|no[-_ ]?key|none|null|undefined|dummy|test|secret|token|password|placeholder|example)$/i,
  /^<[^>]*>$/,
  /^(?:your|my)[-_ .].*/i,
  /^(?:sk|pk|gsk|key|tok|sk-ant|sk-or|sk-or-v1)[-_](?:your\b.*|x+|\.+|…)$/i,
  /\.\.\.$|…$/,
  /^(.)\1*$/s,
]

/** True for what stands in examples where a secret should be, and for what is too short to be one. */
export function isPlaceholder(text: string): boolean {
  return text.trim().length < shortest || placeholders.some((pattern) => pattern.test(text.trim()))
}
