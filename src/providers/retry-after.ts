import type { Json } from '../core/json.ts'
import { readObjects, readText } from './read.ts'
import type { VendorError } from './vendor-error.ts'

/** Header by name, in lower case. */
export type HeaderReader = (name: string) => string | undefined

const unit: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `6m0s`, `1.5s`, `20ms` as milliseconds; undefined for anything else. */
export function readSpan(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) return undefined
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)].reduce(
    (sum, [, figure = '0', name = 's']) => sum + Number(figure) * (unit[name] ?? 0),
    0,
  )
}

/** Seconds, or a date: both are allowed in Retry-After (RFC 9110, 10.2.3). */
function readRetryAfter(text: string, now: number): number | undefined {
  const seconds = Number(text)
  if (text.trim() !== '' && Number.isFinite(seconds)) return seconds * 1_000
  const date = Date.parse(text)
  return Number.isNaN(date) ? readSpan(text.trim()) : date - now
}

/** The reset of a limit: a span, a date, epoch seconds, epoch milliseconds or seconds from now, by its size. */
function readReset(text: string, now: number): number | undefined {
  const figure = Number(text)
  if (text.trim() === '' || !Number.isFinite(figure)) return readSpan(text.trim()) ?? readRetryAfter(text, now)
  if (figure > 1e12) return figure - now
  if (figure > 1e9) return figure * 1_000 - now
  return figure * 1_000
}

const limits = ['requests', 'tokens', 'input-tokens', 'output-tokens']
/** The reset header of a limit, and the header that says whether that limit is used up. */
const resets: readonly (readonly [reset: string, remaining: string])[] = [
  ...limits.flatMap((limit) => [
    [`x-ratelimit-reset-${limit}`, `x-ratelimit-remaining-${limit}`] as const,
    [`anthropic-ratelimit-${limit}-reset`, `anthropic-ratelimit-${limit}-remaining`] as const,
  ]),
  ['x-ratelimit-reset', 'x-ratelimit-remaining'],
]

/** `Please try again in 6s` at the end of a sentence that holds names and numbers only. */
const spoken =
  /^(?:rate limit reached|too many requests|rate limit exceeded)[\w .,:/()<>-]*? (?:try again|retry) (?:in|after) (\d+(?:\.\d+)?)\s?(ms|s|m|h)\b/i

function fromDetails(details: Json | undefined): number | undefined {
  const info = readObjects(details).find((detail) => readText(detail['@type'])?.endsWith('RetryInfo'))
  const delay = readText(info?.['retryDelay'])
  return delay === undefined ? undefined : readSpan(delay)
}

function fromMessage(message: string): number | undefined {
  const [, figure, name] = spoken.exec(message) ?? []
  return figure === undefined ? undefined : Number(figure) * (unit[name ?? 's'] ?? 0)
}

/** How long the vendor asks to be left alone, in milliseconds, not below 0; undefined when it does not say. */
export function retryAfterMs(header: HeaderReader, error: VendorError, now: number): number | undefined {
  const milliseconds = header('retry-after-ms') ?? header('x-ms-retry-after-ms')
  const spans = [
    milliseconds === undefined ? undefined : Number(milliseconds),
    readRetryAfter(header('retry-after') ?? '', now),
    fromDetails(error.details),
    fromMessage(error.message ?? ''),
    longest(
      resets
        .filter(([, remaining]) => Number(header(remaining) ?? '1') === 0)
        .map(([reset]) => readReset(header(reset) ?? '', now)),
    ),
    header('anthropic-ratelimit-unified-status') === 'rejected'
      ? readReset(header('anthropic-ratelimit-unified-reset') ?? '', now)
      : undefined,
  ]
  const found = spans.find((span) => span !== undefined && Number.isFinite(span))
  return found === undefined ? undefined : Math.max(0, Math.round(found))
}

function longest(spans: readonly (number | undefined)[]): number | undefined {
  const known = spans.filter((span) => span !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}
