import { isJsonObject } from '../core/json.ts'
import { formsOf } from './secret-forms.ts'

/** What stands where a secret stood. */
export const mask = '[REDACTED]'

/** Secrets shorter than this are left alone: they would hide ordinary words. */
const shortest = 8

export interface Redactor {
  /** The text without any known secret, in any of the forms it may travel in. */
  readonly text: (text: string) => string
  /** The same for every string in a JSON value, keys included. */
  readonly value: <T>(value: T) => T
  /** For a text that comes in pieces: a secret split over pieces is found; what may be the start of one is held back. */
  readonly stream: () => RedactedStream
  /** Learns one more secret. */
  readonly add: (secret: string) => void
}

export interface RedactedStream {
  push(piece: string): string
  /** What was held back. The stream may go on after it. */
  flush(): string
}

/**
 * Removes known secrets of 8 characters and more by their exact value, and in base64, URL-encoded and JSON-escaped form. Placeholders
 * are no secrets.
 */
export function redactor(secrets: Iterable<string> = []): Redactor {
  const forms = new Set<string>()
  let matcher: Matcher | undefined
  const learn = (secret: string) => {
    const trimmed = secret.trim()
    if (trimmed.length < shortest || isPlaceholder(trimmed)) return
    for (const form of formsOf(trimmed)) if (form.length >= shortest) forms.add(form)
    matcher = undefined
  }
  const current = () => (matcher ??= matcherOf(forms))
  const text = (input: string) => (forms.size > 0 ? input.replace(current().pattern, mask) : input)
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map(walk)
    if (isJsonObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), walk(item)]))
    return value
  }
  for (const secret of secrets) learn(secret)

  return {
    text,
    value: <T>(value: T) => (forms.size > 0 ? (walk(value) as T) : value),
    stream() {
      let held = ''
      return {
        push(piece) {
          if (forms.size === 0) return piece
          const whole = held + piece
          const { clean, rest } = cleanStart(whole, current())
          held = rest
          return clean
        },
        flush() {
          const out = text(held)
          held = ''
          return out
        },
      }
    },
    add: learn,
  }
}

interface Matcher {
  /** Finds every form; where several begin at one place, the longest. */
  readonly pattern: RegExp
  /** The forms in order of their UTF-16 units. */
  readonly sorted: readonly string[]
  readonly firsts: ReadonlySet<string>
  readonly longest: number
}

function matcherOf(forms: ReadonlySet<string>): Matcher {
  const sorted = [...forms].sort()
  return {
    pattern: new RegExp(alternatives(sorted), 'g'),
    sorted,
    firsts: new Set(sorted.map((form) => form.charAt(0))),
    longest: Math.max(...sorted.map((form) => form.length)),
  }
}

/** A pattern that matches the longest of some texts. What they share at the start is tried once, so that many cost little more than one. */
function alternatives(texts: readonly string[]): string {
  const groups = Map.groupBy(
    texts.filter((text) => text !== ''),
    (text) => text.charAt(0),
  )
  const branches = [...groups.values()].map((group) => {
    const shared = sharedStart(group)
    return literal(shared) + (group.length > 1 ? alternatives(group.map((text) => text.slice(shared.length))) : '')
  })
  const mayEndHere = texts.includes('')
  return branches.length === 1 && !mayEndHere ? branches.join('') : `(?:${branches.join('|')})${mayEndHere ? '?' : ''}`
}

function sharedStart([first = '', ...others]: readonly string[]): string {
  let length = first.length
  for (const other of others) {
    length = Math.min(length, other.length)
    while (!other.startsWith(first.slice(0, length))) length -= 1
  }
  return first.slice(0, length)
}

/** A text as a pattern, unit by unit: no unit has a meaning of its own, half a surrogate pair included. */
const literal = (text: string) =>
  text.replace(/[^A-Za-z0-9 ]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Cleans a text up to the place from which it may be the start of a secret. */
function cleanStart(text: string, matcher: Matcher): { readonly clean: string; readonly rest: string } {
  let clean = ''
  let from = 0
  let hold = holdFrom(text, from, matcher)
  const { pattern } = matcher
  // Not matchAll: it compiles the pattern anew each time.
  for (pattern.lastIndex = 0; ;) {
    const found = pattern.exec(text)
    // What begins at the held place or later may yet turn out to be a longer secret.
    if (!found || found.index >= hold) break
    clean += text.slice(from, found.index) + mask
    from = pattern.lastIndex
    if (from > hold) hold = holdFrom(text, from, matcher)
  }
  return { clean: clean + text.slice(from, hold), rest: text.slice(hold) }
}

/** The first place from which a text, up to its end, is the start of a form but not the whole of it; the text's length when none is. */
function holdFrom(text: string, from: number, { sorted, firsts, longest }: Matcher): number {
  for (let at = Math.max(from, text.length - longest + 1); at < text.length; at += 1)
    if (firsts.has(text.charAt(at)) && startsOne(sorted, text.slice(at))) return at
  return text.length
}

/** True when some form begins with `start` and is longer. */
function startsOne(sorted: readonly string[], start: string): boolean {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? '') <= start) low = middle + 1
    else high = middle
  }
  return sorted[low]?.startsWith(start) ?? false
}

const placeholders: readonly RegExp[] = [
  /^$/,
  /^(?:change[-_ ]?me|replace[-_ ]?me|insert[-_ ]?here|no[-_ ]?key|not[-_ ]?needed|none|null|undefined|dummy|test|secret|token|password|placeholder|example|todo)$/i,
  /^(?:(?:replace|insert|add|enter|put)[-_ ])?(?:your|my)[-_ .](?:[a-z0-9]+[-_ .])*(?:key|token|secret|password|id|here)$/i,
  /^<[^>]*>$/,
  /^\[[^\]]*\]$/,
  /^(?:[a-z]+[-_])*your(?![a-z])[-\w .]*$/i,
  /^(?:[a-z]+[-_])+(?:v1-)?(?:x+|\*+|\.+|…)$/i,
  /\.\.\.$|…$/,
  /^(.)\1*$/su,
]

/** True for what stands in examples where a secret should be. */
export function isPlaceholder(text: string): boolean {
  const trimmed = text.trim()
  return placeholders.some((pattern) => pattern.test(trimmed))
}
