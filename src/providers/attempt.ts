import { Failure, type Attempt, type FailureKind } from '../core/failure.ts'
import type { Reply } from '../core/provider.ts'

/** Kinds that mean: not asked at all. */
const skips: ReadonlySet<FailureKind> = new Set(['resting', 'paced', 'budget'])

/** What a failure says about the candidates behind it: its own list, or one attempt of the provider that threw it. */
export function attemptsOf(failure: Failure, name: string, ms: number): readonly Attempt[] {
  const { attempts, endpoint = name, status, until } = failure.detail
  if (attempts) return attempts
  const skipped = skips.has(failure.kind)
  return [
    {
      endpoint,
      kind: failure.kind,
      message: failure.message,
      ms: skipped ? 0 : ms,
      skipped,
      ...(status !== undefined && { status }),
      ...(until !== undefined && { until }),
    },
  ]
}

/** The reply, with what was tried before it in front. */
export function withAttempts(reply: Reply, before: readonly Attempt[]): Reply {
  return before.length === 0 ? reply : { ...reply, attempts: [...before, ...reply.attempts] }
}

export function stopped(name: string, signal: AbortSignal, attempts: readonly Attempt[]): Failure {
  return new Failure('aborted', `${name}: the call was ended.`, { attempts, cause: signal.reason })
}

/**
 * The end of a chain in which nobody answered. Kind, status, preview and first sentence are those of the first candidate that was
 * really asked: it is the one the user chose, the others only stand in for it. When nobody was asked, the kind is that of the
 * candidate that is free first, with `until`. The lines below name every candidate with its reason.
 */
export function exhausted(name: string, attempts: readonly Attempt[], failures: readonly Failure[]): Failure {
  const asked = failures.find((failure) => firstAsked(failure))
  return asked ? failedAll(name, attempts, asked) : askedNobody(name, attempts, failures)
}

function failedAll(name: string, attempts: readonly Attempt[], asked: Failure): Failure {
  const { attempts: _, until: __, ...detail } = asked.detail
  const first = firstAsked(asked)
  const head = first?.message ?? asked.message
  const tail = `None of the ${attempts.length} attempts for ${name} succeeded:${lines(attempts)}`
  return new Failure(asked.kind, attempts.length === 1 ? head : `${head}\n${tail}`, {
    ...detail,
    ...(first && { endpoint: first.endpoint }),
    attempts,
  })
}

function askedNobody(name: string, attempts: readonly Attempt[], failures: readonly Failure[]): Failure {
  const [only] = failures
  if (only && attempts.length === 1) return new Failure(only.kind, only.message, { ...only.detail, attempts })
  const soonest = attempts.filter(hasUntil).sort((left, right) => left.until - right.until)[0]
  const kind = (soonest ?? attempts[0])?.kind ?? 'bad-request'
  const message = nobody(name, attempts, soonest) + lines(attempts)
  return new Failure(kind, message, { ...(soonest && { until: soonest.until }), attempts })
}

const lines = (attempts: readonly Attempt[]): string =>
  attempts.map((attempt, index) => `\n  ${index + 1}. ${line(attempt)}`).join('')
const firstAsked = (failure: Failure): Attempt | undefined =>
  attemptsOf(failure, failure.detail.endpoint ?? '', 0).find((attempt) => !attempt.skipped)
const hasUntil = (attempt: Attempt): attempt is Attempt & { readonly until: number } => attempt.until !== undefined

function nobody(
  name: string,
  attempts: readonly Attempt[],
  soonest: (Attempt & { until: number }) | undefined,
): string {
  if (attempts.length === 0) return `${name} has no model to ask; add one to model_list.`
  if (!soonest) return `No model of ${name} may be asked now; see what each of them needs.`
  if (soonest.kind === 'budget')
    return `No model of ${name} may be asked now: the money for them is spent. Add a free or local model as a fallback, or raise the cap.`
  return `No model of ${name} may be asked before ${timeOfDay(soonest.until)}; wait until then, or check one now with "picoclaw models test".`
}

function line({ endpoint, kind, message, ms, skipped, until }: Attempt): string {
  const said = message.startsWith(endpoint) ? message : `${endpoint}: ${message}`
  if (!skipped) return `${said} (${kind}, ${Math.round(ms)} ms)`
  if (kind !== 'resting') return `${said} (skipped, ${kind})`
  const reason = message.startsWith(`${endpoint}: `) ? message.slice(endpoint.length + 2) : message
  return `${endpoint}: skipped, resting${until === undefined ? '' : ` until ${timeOfDay(until)}`} for: ${reason}`
}

/** `HH:MM:SS` in the zone of this machine. */
export function timeOfDay(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8)
}
