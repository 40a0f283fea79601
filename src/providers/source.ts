import type { ChatEvent } from '../core/chat.ts'
import { Failure } from '../core/failure.ts'
import { isJsonObject } from '../core/json.ts'
import type { Decoder } from './dialect.ts'
import type { Exchange } from './exchange.ts'
import { readSse } from './frames.ts'
import { parseJson } from './read.ts'
import { carriesError, looksLikeHtml } from './vendor-error.ts'

/** What came in one step: the events, and the bytes that had not been handed out before. */
export interface Batch {
  readonly events: readonly ChatEvent[]
  readonly bytes: readonly Uint8Array[]
  /** What is wrong with these bytes; the stream itself may go on. */
  readonly failure?: Failure
}

/** How long usage may follow an answer that is complete, in milliseconds. */
const afterwordMs = 5_000

/**
 * Reads an answer, stream or not: what it is, its first character tells. The last batch holds `end`. Throws a Failure when the
 * connection breaks, a limit passes or the attempt ends.
 */
export async function* batches(response: Response, decoder: Decoder, attempt: Exchange): AsyncGenerator<Batch> {
  const held: Uint8Array[] = []
  const { blame } = attempt
  let closed = false
  let ended = false
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      held.push(chunk)
      yield chunk
    }
    closed = true
    // A last event without its blank line is an event all the same.
    yield lineEnds
  }
  const take = (events: readonly ChatEvent[], failure?: Failure): Batch => ({
    events,
    bytes: held.splice(0),
    ...(failure && { failure }),
  })

  try {
    const { start, first } = await head(chunks())
    const page = looksLikeHtml(start, response.headers.get('content-type') ?? '')
    if (page || start === '{' || start === '[') {
      const rest: Uint8Array[] = []
      for await (const chunk of first) rest.push(chunk)
      attempt.watch.alive()
      const body = Buffer.concat(rest).toString('utf8').trim()
      if (page) throw blame.answer(response.status, response.headers, body)
      const answer = parseJson(body)
      if (!isJsonObject(answer))
        throw blame.ours(endsEarly(body) ? 'cut' : 'bad-reply', 'the answer is not readable JSON')
      if (carriesError(answer)) throw blame.inside(answer, response.status)
      return yield take(decoder.whole(answer))
    }
    for await (const item of readSse(first)) {
      if (ended) continue
      if (item.type !== 'event') {
        yield take([])
        continue
      }
      attempt.watch.alive()
      let events: readonly ChatEvent[]
      try {
        events = decoder.frame(item.data, item.event)
      } catch (error) {
        const failure = attempt.failure(error, true)
        yield take([], closed && failure.kind === 'bad-reply' ? blame.ours('cut') : failure)
        continue
      }
      yield take(events)
      // What follows is read only so that the connection can be used again.
      ended = events.at(-1)?.type === 'end'
      if (!ended && decoder.complete) attempt.watch.limit(afterwordMs)
    }
    if (ended) return
    if (start === '') throw blame.ours('empty', `the answer (HTTP ${response.status}) is empty`)
    if (!/^[:deir]/.test(start)) throw blame.ours('bad-reply', 'the answer is neither JSON nor a stream of events')
  } catch (error) {
    if (ended) return
    if (!decoder.complete || isAborted(error)) throw attempt.failure(error, true)
  }
  yield take(decoder.close())
}

const lineEnds = new TextEncoder().encode('\n\n')

const isAborted = (error: unknown): boolean => error instanceof Failure && error.kind === 'aborted'

const endsEarly = (body: string): boolean => !/[\]}]$/.test(body)

/** The first characters that are no blanks, and the chunks with those already read put back. */
async function head(chunks: AsyncGenerator<Uint8Array>): Promise<{ start: string; first: AsyncGenerator<Uint8Array> }> {
  const seen: Uint8Array[] = []
  let start = ''
  while (start.length === 0) {
    const next = await chunks.next()
    if (next.done) break
    seen.push(next.value)
    start = Buffer.concat(seen)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimStart()
  }
  async function* first() {
    yield* seen
    yield* chunks
  }
  return { start: start.startsWith('<') ? start.slice(0, 200) : start.slice(0, 1), first: first() }
}
