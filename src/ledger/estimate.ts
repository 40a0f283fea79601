import type { ChatRequest, Usage } from '../core/chat.ts'
import type { Call } from '../core/provider.ts'
import type { Price } from '../models/entry.ts'
import { costMicros } from '../models/price.ts'
import type { Spent } from '../core/spent.ts'

/** Tokens of an answer for which nobody named a limit: it is named then, so that the worst case is one. */
const outputUnlimited = 16_384
/** A client's own bytes are not touched, so what it may answer is guessed high. */
const outputUnlimitedNative = 32_768
const tokensPerMedia = 3_000

/** What a call may take at most, in tokens. */
export interface WorstCase {
  readonly input: number
  readonly output: number
  /** True when the call itself names the limit of its answer. */
  readonly limited: boolean
  /** True when a limit may be set where the call names none: the request is built here. */
  readonly settable: boolean
  /** True when less may be asked for than the call wants: it is not the request of a client of the gateway. */
  readonly lowerable: boolean
}

/**
 * The largest count that a tokenizer makes of a prompt: dense text (digits, base64, rare scripts) comes to a token for two bytes, English
 * to one for four. Money is reserved by it, never booked.
 */
export function worstCase(call: Call): WorstCase {
  if (call.native) {
    const limit = nativeLimit(call.native.body)
    return {
      input: Math.ceil(call.native.body.length / 2),
      output: limit ?? outputUnlimitedNative,
      limited: limit !== undefined,
      settable: false,
      lowerable: false,
    }
  }
  const request = call.request()
  const { text, media } = sizeOf(request)
  const { maxTokens } = request
  return {
    input: Math.ceil(text / 2) + media * tokensPerMedia,
    output: maxTokens ?? outputUnlimited,
    limited: maxTokens !== undefined,
    settable: true,
    lowerable: call.cause !== 'client',
  }
}

/** The likely count: what is booked when a vendor that had the prompt told no figure. */
function likelyInput(call: Call): number {
  if (call.native) return Math.ceil(call.native.body.length / 4)
  const { text, media } = sizeOf(call.request())
  return Math.ceil(text / 4) + media * tokensPerMedia
}

/** Micro-dollars of a worst case; the prompt may be written into the vendor's cache, which can cost more than reading it. */
export function worstMicros(price: Price, { input, output }: Pick<WorstCase, 'input' | 'output'>): number {
  return Math.ceil(input * Math.max(price.input, price.cacheWrite ?? 0) + output * price.output)
}

/**
 * Micro-dollars that a call has really cost. An answer without figures, and one that broke off, cost what came over the wire and what
 * went to it. A call that failed before its answer costs nothing where the vendor said so, and its prompt where it may have been worked on.
 */
export function spentMicros(price: Price, call: Call, spent: Spent): number {
  const { usage, heard } = spent
  const told = usage !== undefined && totalOf(usage) > 0
  if (spent.outcome === 'ok' && told) return costMicros(price, usage)
  if (spent.outcome !== 'ok' && !counts(spent.reached, spent.outcome)) return 0
  const prompt = told ? { ...usage, output: 0 } : { ...nothing, input: likelyInput(call) }
  const output = Math.max(usage?.output ?? 0, Math.ceil(heard / 4))
  return costMicros(price, { ...prompt, output })
}

const counts = (reached: Exclude<Spent, { readonly outcome: 'ok' }>['reached'], outcome: Spent['outcome']): boolean =>
  reached === 'answer' || (reached === 'vendor' && workedOn.has(outcome))

/** Failures before the first word after which the vendor may still count the prompt. */
const workedOn: ReadonlySet<Spent['outcome']> = new Set(['timeout', 'aborted', 'cut', 'empty', 'bad-reply', 'refused'])
const nothing: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }
const totalOf = ({ input, output, cacheRead, cacheWrite }: Usage): number => input + output + cacheRead + cacheWrite

/** Bytes of everything that becomes tokens, and the number of media parts. */
function sizeOf({ system = [], messages, tools = [], format }: ChatRequest): {
  readonly text: number
  readonly media: number
} {
  let media = 0
  const text = JSON.stringify([system, messages, tools, format ?? null], (_, value: unknown) => {
    if (!isMedia(value)) return value
    media += 1
    return null
  })
  return { text: Buffer.byteLength(text), media }
}

const isMedia = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'source' in value && 'mime' in value

/** The limit that a client wrote into its own request. */
function nativeLimit(body: Uint8Array): number | undefined {
  try {
    const fields = JSON.parse(Buffer.from(body).toString('utf8')) as Readonly<Record<string, unknown>> | null
    const found = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'].map((name) => fields?.[name])
    return found.find((value) => typeof value === 'number' && value > 0) as number | undefined
  } catch {
    return undefined
  }
}
