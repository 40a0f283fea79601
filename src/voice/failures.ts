import type { Clock } from '../core/clock.ts'
import type { FailureKind } from '../core/failure.ts'
import { Failure } from '../core/failure.ts'
import { Problem } from '../core/problem.ts'

const kinds: Readonly<Record<number, FailureKind>> = {
  400: 'bad-request',
  401: 'auth',
  402: 'billing',
  403: 'auth',
  404: 'not-found',
  413: 'too-long',
  422: 'bad-request',
  429: 'rate-limit',
}

/** An answer of a speech service that is none. */
export async function answerFailure(endpoint: string, response: Response): Promise<Failure> {
  const preview = (await response.text().catch(() => '')).replaceAll(/\s+/g, ' ').trim().slice(0, 200)
  return refusal(endpoint, response.status, preview)
}

function refusal(endpoint: string, status: number, preview: string): Failure {
  const kind = kinds[status] ?? (status >= 500 ? 'overloaded' : 'unknown')
  return new Failure(kind, `${endpoint} answered with status ${status}${preview === '' ? '' : `: ${preview}`}`, {
    endpoint,
    status,
    preview,
  })
}

/** Anything thrown, as a Failure. */
export function failureFrom(endpoint: string, error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof Problem)
    return new Failure('unknown', [error.message, error.detail.mend].filter(Boolean).join(' '), {
      endpoint,
      cause: error,
    })
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : ''
  return new Failure('network', `${endpoint} cannot be reached${code}.`, { endpoint, cause: error })
}

/** Does `work` within `ms`. Rejects with a Failure: `timeout` when it takes longer, `aborted` when `signal` says so first. */
export async function within<T>(
  {
    clock,
    endpoint,
    ms,
    signal,
  }: { readonly clock: Clock; readonly endpoint: string; readonly ms: number; readonly signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const done = new AbortController()
  const late = clock.sleep(ms, done.signal).then(
    () => over.abort(new Failure('timeout', `${endpoint} took longer than ${ms / 1_000} s.`, { endpoint })),
    () => undefined,
  )
  const either = AbortSignal.any([signal, over.signal])
  const ended = new Promise<never>((_, reject) => {
    const onEnd = () => reject(either.reason as Error)
    if (either.aborted) onEnd()
    else either.addEventListener('abort', onEnd, { once: true })
  })
  ended.catch(() => undefined)
  try {
    return await Promise.race([work(either), ended])
  } catch (error) {
    if (over.signal.aborted) throw over.signal.reason
    if (signal.aborted) throw new Failure('aborted', `${endpoint}: the call was ended.`, { endpoint, cause: error })
    throw failureFrom(endpoint, error)
  } finally {
    done.abort()
    await late
  }
}
