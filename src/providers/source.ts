import type { ChatEvent } from '../core/chat.ts'
import { Failure } from '../core/failure.ts'
import { isJsonObject } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import type { Decoder } from './dialect.ts'
import type { Exchange } from './exchange.ts'
import { readSse } from '../kit/sse.ts'
import type { SseItem } from '../kit/sse.ts'
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
export async function* batches(response: Response, decoder: Decoder, attempt: Exchange): AsyncGenerator<Batch, void> {
  const tap: Tap = { held: [], closed: false, stop: () => undefined }
  let ended = false
  try {
    const { start, chunks } = await beginning(bytesOf(response, tap))
    if (isWhole(start, response)) {
      yield batch(tap, { events: decoder.whole(await readWhole(response, chunks, attempt)) })
      return
    }
    checkStart(start, response, attempt)
    for await (const item of readSse(chunks)) {
      // What follows the end is read only so that the connection can be used again.
      if (ended) continue
      const read = readItem(item, decoder, attempt, tap)
      yield batch(tap, read)
      ended = read.events.at(-1)?.type === 'end'
    }
  } catch (error) {
    if (!ended && (!decoder.complete || isAborted(error))) throw attempt.failure(error, true)
  }
  if (!ended) yield batch(tap, { events: decoder.close() })
}

const batch = ({ held }: Tap, read: Read): Batch => ({ ...read, bytes: held.splice(0) })

/** True for an answer in one piece, whatever was asked for. */
const isWhole = (start: string, response: Response): boolean =>
  /^[<[{]/.test(start) || (start !== '' && /\bjson\b/i.test(response.headers.get('content-type') ?? ''))

function checkStart(start: string, response: Response, { blame }: Exchange): void {
  if (start === '') throw blame.ours('empty', `the answer (HTTP ${response.status}) is empty`)
  if (!/^[:deir]/.test(start)) throw blame.ours('bad-reply', 'the answer is neither JSON nor a stream of events')
}

interface Read {
  readonly events: readonly ChatEvent[]
  readonly failure?: Failure
}

/** What one frame says. A comment is no frame: it keeps nobody waiting for longer. */
function readItem(item: SseItem, decoder: Decoder, attempt: Exchange, tap: Tap): Read {
  if (item.type !== 'event') return { events: [] }
  attempt.watch.alive()
  try {
    const events = decoder.frame(item.data, item.event)
    if (decoder.complete) attempt.afterword(afterwordMs, tap.stop)
    return { events }
  } catch (error) {
    const failure = attempt.failure(error, true)
    return { events: [], failure: tap.closed && failure.kind === 'bad-reply' ? attempt.blame.ours('cut') : failure }
  }
}

interface Tap {
  /** Chunks that nobody has been given yet. */
  readonly held: Uint8Array[]
  /** True once the last byte came. */
  closed: boolean
  /** Ends the bytes as if the last had come, and closes the connection. */
  stop: () => void
}

/** The chunks of an answer as they come, each also held. */
async function* bytesOf(response: Response, tap: Tap): AsyncGenerator<Uint8Array> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader()
  tap.stop = () => void reader?.cancel().catch(() => undefined)
  try {
    for (let next = await reader?.read(); next?.value; next = await reader?.read()) {
      tap.held.push(next.value)
      yield next.value
    }
  } finally {
    tap.stop()
  }
  tap.closed = true
  // A last event without its blank line is an event all the same.
  yield lineEnds
}

/** An answer in one piece. Throws a Failure for a web page, for what is no JSON object, and for an error that calls itself a success. */
async function readWhole(
  response: Response,
  chunks: AsyncIterable<Uint8Array>,
  attempt: Exchange,
): Promise<JsonObject> {
  const { blame } = attempt
  const pieces: Uint8Array[] = []
  for await (const chunk of chunks) pieces.push(chunk)
  attempt.watch.alive()
  const body = Buffer.concat(pieces)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim()
  if (looksLikeHtml(body, response.headers.get('content-type') ?? ''))
    throw blame.answer(response.status, response.headers, body)
  const answer = parseJson(body)
  if (!isJsonObject(answer))
    throw blame.ours(/[\]}>]$/.test(body) ? 'bad-reply' : 'cut', 'the answer is not readable JSON')
  if (carriesError(answer)) throw blame.inside(answer, response.status)
  return answer
}

const lineEnds = new TextEncoder().encode('\n\n')

const isAborted = (error: unknown): boolean => error instanceof Failure && error.kind === 'aborted'

/** The first character that is no blank, and the chunks with those already read put back. */
async function beginning(
  chunks: AsyncGenerator<Uint8Array>,
): Promise<{ readonly start: string; readonly chunks: AsyncGenerator<Uint8Array> }> {
  const seen: Uint8Array[] = []
  const decoder = new TextDecoder()
  let start = ''
  while (start === '') {
    const next = await chunks.next()
    if (next.done) break
    seen.push(next.value)
    start = decoder.decode(next.value, { stream: true }).trimStart().slice(0, 1)
  }
  async function* whole() {
    yield* seen
    yield* chunks
  }
  return { start, chunks: whole() }
}
