import { Failure } from '../core/failure.ts'
import type { Call, Standing } from '../core/provider.ts'
import { blaming } from './blame.ts'
import type { Blame } from './blame.ts'
import type { Endpoint, Fetch } from './endpoint.ts'
import { limitsOf, watch } from './limits.ts'
import type { Watch } from './limits.ts'

/** One wire attempt: everything that can end it meets in `signal`, whose reason is always a Failure. */
export interface Exchange {
  readonly signal: AbortSignal
  readonly watch: Watch
  readonly blame: Blame
  /** The endpoint's fetch, tied to this attempt. It answers only with 2xx; everything else is thrown as a Failure. */
  readonly fetch: Fetch
  /** The answer is complete: what may follow has `ms` to come, then `action` is called instead of a Failure. */
  afterword(ms: number, action: () => void): void
  /** The work, or the reason why the attempt ended before it. */
  race<T>(work: Promise<T>): Promise<T>
  /** What a thrown thing means: the reason why the attempt ended if it did. */
  failure(error: unknown, midway: boolean): Failure
  /** Ends the attempt and closes its connection. */
  end(reason: Failure): void
  /** Lets go of clock and caller; the connection may go on. */
  release(): void
}

/** The most of an error's body that is read, in bytes. */
const errorBytes = 1_048_576

/** Begins an attempt: the time limits run from now on. */
export function exchange(endpoint: Endpoint, url: string, call: Call, stream: boolean, signal: AbortSignal): Exchange {
  const blame = blaming(endpoint, url)
  const controller = new AbortController()
  const end = (reason: Failure) => controller.abort(reason)
  const onAbort = () => end(blame.ours('aborted', 'the call was ended', { cause: signal.reason }))
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  let onLate = (ms: number, heard: boolean) => end(blame.ours('timeout', ...lateWords(ms, heard, call.standing)))
  const waiting = watch(endpoint.clock, limitsOf(endpoint.entry, stream, call.standing), (ms, heard) =>
    onLate(ms, heard),
  )
  let thrown: Failure | undefined
  const failure = (error: unknown, midway: boolean): Failure => {
    if (error instanceof Failure) return error
    if (controller.signal.aborted && controller.signal.reason instanceof Failure) return controller.signal.reason
    return thrown ?? blame.thrown(error, midway)
  }
  return {
    signal: controller.signal,
    watch: waiting,
    blame,
    // The SDKs wrap what their fetch throws, some without a cause: so the Failure is remembered here.
    fetch: async (input, init) => {
      try {
        if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
          throw blame.ours('bad-endpoint', 'api_base is no web address', { mend: 'begin it with http:// or https://' })
        const response = await endpoint.fetch(input, { ...init, redirect: 'manual', signal: controller.signal })
        if (response.ok) return response
        throw blame.answer(response.status, response.headers, await readBody(response, errorBytes))
      } catch (error) {
        thrown = failure(error, false)
        throw thrown
      }
    },
    afterword(ms, action) {
      onLate = action
      waiting.limit(ms)
    },
    race: (work) => raced(work, controller.signal),
    failure,
    end,
    release() {
      waiting.stop()
      signal.removeEventListener('abort', onAbort)
    },
  }
}

/** What happened, and the setting that would have waited longer. */
function lateWords(
  ms: number,
  heard: boolean,
  standing: Standing = 'sole',
): readonly [what: string, detail: { readonly mend: string }] {
  const span = String(Math.round(ms / 100) / 10)
  if (heard) return [`nothing more came for ${span} s`, { mend: 'try again, or raise idle_timeout' }]
  const setting = standing === 'one-of-many' ? 'first_token_timeout' : 'request_timeout'
  return [`nothing came for ${span} s`, { mend: `try again, or raise ${setting}` }]
}

function raced<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** The text of an answer, at most `limit` bytes of it. What came before a broken connection counts. */
async function readBody(response: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= limit) break
    }
  } catch (error) {
    if (error instanceof Failure) throw error
  }
  return Buffer.concat(chunks).subarray(0, limit).toString('utf8')
}
