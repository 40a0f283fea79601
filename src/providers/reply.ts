import type { ChatEvent } from '../core/chat.ts'
import type { Failure } from '../core/failure.ts'
import type { Answerer, ByteReply, EventReply, ReplyEnd } from '../core/provider.ts'
import type { Exchange } from './exchange.ts'
import type { Batch } from './source.ts'

type Batches = AsyncGenerator<Batch, void>

/** What was read up to the commit point, and where the rest comes from. */
export interface Opened {
  readonly batches: Batches
  readonly first: readonly Batch[]
}
export interface Head {
  readonly by: Answerer
  readonly notes: readonly string[]
}

/** True for the first thing worth showing: after it there is no silent way back. */
function isContent(event: ChatEvent): boolean {
  switch (event.type) {
    case 'text-delta':
    case 'thinking-delta':
      return event.text !== ''
    case 'thinking-end':
      return event.signature !== undefined
    case 'redacted-thinking':
    case 'tool-call-start':
      return true
    case 'start':
    case 'tool-call-delta':
    case 'tool-call-end':
    case 'end':
      return false
  }
}

/**
 * Reads up to the commit point: the first content, or with `whole` the `end`. Throws the Failure that comes before it; an answer
 * without any content is one, except that a relay hands a refusal on.
 */
export async function untilCommit(
  batches: Batches,
  attempt: Exchange,
  { whole, relay }: { readonly whole: boolean; readonly relay: boolean },
): Promise<Opened> {
  const first: Batch[] = []
  let content = false
  for (let next = await batches.next(); !next.done; next = await batches.next()) {
    const batch = next.value
    first.push(batch)
    content ||= batch.events.some(isContent)
    const last = batch.events.at(-1)
    const ended = last?.type === 'end'
    if (batch.failure) throw batch.failure
    if ((content && (ended || !whole)) || (relay && ended && last.stop === 'refusal')) return { batches, first }
    if (ended) throw nothingSaid(attempt, last.stop)
  }
  throw attempt.blame.ours('cut')
}

function nothingSaid({ blame }: Exchange, stop: string): Failure {
  if (stop === 'refusal') return blame.ours('refused')
  if (stop === 'length')
    return blame.ours('empty', 'the answer reached its length limit before the first word', {
      mend: 'raise max_tokens',
    })
  return blame.ours('empty')
}

/** The promise behind `reply.end`: settled once, never unhandled. Settling lets go of the attempt. */
function ending(attempt: Exchange) {
  const { promise, resolve, reject } = Promise.withResolvers<ReplyEnd>()
  promise.catch(() => undefined)
  const fail = (failure: Failure) => {
    reject(failure)
    attempt.end(failure)
    attempt.release()
  }
  const onAbort = () => fail(attempt.failure(attempt.signal.reason, true))
  attempt.signal.addEventListener('abort', onAbort, { once: true })
  return {
    promise,
    fail,
    resolve(end: ReplyEnd) {
      attempt.signal.removeEventListener('abort', onAbort)
      resolve(end)
    },
    /** Rejects, though the attempt goes on. */
    reject,
  }
}

/** How long a connection may take to end by itself after the answer, so that it can be used again, in milliseconds. */
const drainMs = 1_000

function drain({ batches }: Opened, attempt: Exchange): void {
  attempt.watch.resume()
  attempt.afterword(drainMs, () => attempt.end(attempt.blame.ours('aborted')))
  batches
    .next()
    .catch(() => undefined)
    .finally(() => attempt.release())
}

/** The next batch; only this wait counts against the time limits. */
async function pull({ batches }: Opened, attempt: Exchange): Promise<Batch | undefined> {
  attempt.watch.resume()
  try {
    const { done, value } = await attempt.race(batches.next())
    return done ? undefined : value
  } finally {
    attempt.watch.pause()
  }
}

const done = (): IteratorReturnResult<undefined> => ({ done: true, value: undefined })

function once<T>(next: () => Promise<T | undefined>, leave: () => void): AsyncIterable<T> {
  let over = false
  let taken = false
  const iterator: AsyncIterator<T, undefined> = {
    async next() {
      if (over) return done()
      try {
        const value = await next()
        if (value !== undefined) return { done: false, value }
      } catch (error) {
        over = true
        throw error
      }
      over = true
      return done()
    },
    return() {
      if (!over) leave()
      over = true
      return Promise.resolve(done())
    },
  }
  return {
    [Symbol.asyncIterator]() {
      if (taken) throw new Error('An answer can be read once only.')
      taken = true
      return iterator
    },
  }
}

const left = (attempt: Exchange): Failure => attempt.blame.ours('aborted', 'the reader left before the end')

/** The answer as events. */
export function eventReply(head: Head, opened: Opened, attempt: Exchange): EventReply {
  const end = ending(attempt)
  const ready = opened.first.flatMap(({ events }) => events)
  let { model } = head.by
  let over = false
  attempt.watch.pause()

  const next = async (): Promise<ChatEvent | undefined> => {
    if (over) return undefined
    try {
      attempt.signal.throwIfAborted()
      while (ready.length === 0) {
        const batch = await pull(opened, attempt)
        if (!batch) throw attempt.blame.ours('cut')
        ready.push(...batch.events)
        if (batch.failure) throw batch.failure
      }
    } catch (error) {
      const failure = attempt.failure(error, true)
      end.fail(failure)
      throw failure
    }
    const event = ready.shift()
    if (event?.type === 'start') model = event.model || model
    if (event?.type === 'end') {
      over = true
      end.resolve({ stop: event.stop, usage: event.usage, model })
      drain(opened, attempt)
    }
    return event
  }
  return { ...head, type: 'events', attempts: [], end: end.promise, events: once(next, () => end.fail(left(attempt))) }
}

/** The answer as the vendor's own bytes. An error event among them is handed on; then only `end` tells of it. */
export function byteReply(head: Head, opened: Opened, attempt: Exchange, response: Response): ByteReply {
  const end = ending(attempt)
  const ready: Uint8Array[] = []
  let { model } = head.by
  let last: ReplyEnd | undefined
  let failed = false
  attempt.watch.pause()

  const observe = ({ events, bytes, failure }: Batch) => {
    ready.push(...bytes)
    for (const event of events) {
      if (event.type === 'start') model = event.model || model
      if (event.type === 'end') last = { stop: event.stop, usage: event.usage, model }
    }
    if (!failure || failed) return
    failed = true
    end.reject(failure)
  }
  opened.first.forEach(observe)

  const next = async (): Promise<Uint8Array | undefined> => {
    try {
      attempt.signal.throwIfAborted()
      for (;;) {
        if (ready.length > 0 || last) break
        const batch = await pull(opened, attempt)
        if (!batch) break
        observe(batch)
      }
    } catch (error) {
      const failure = attempt.failure(error, true)
      end.fail(failure)
      if (failed && failure.kind === 'cut') return undefined
      throw failure
    }
    const chunk = ready.shift()
    if (chunk) return chunk
    if (last) end.resolve(last)
    drain(opened, attempt)
    return undefined
  }
  return {
    ...head,
    type: 'bytes',
    attempts: [],
    end: end.promise,
    status: response.status,
    headers: relayedHeaders(response.headers),
    bytes: once(next, () => end.fail(left(attempt))),
  }
}

/** Headers that speak of the connection or the coding of the bytes, which is undone, or that set state for another host. */
const notRelayed = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'content-encoding',
  'set-cookie',
  'alt-svc',
  'strict-transport-security',
])

const relayedHeaders = (headers: Headers): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => !notRelayed.has(name)))
