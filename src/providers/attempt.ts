import { type Attempt, Failure, type FailureKind } from '../core/failure.ts'

/** Kinds with which a candidate was never asked. */
const skips: ReadonlySet<FailureKind> = new Set(['resting', 'paced', 'budget'])

/** A failure as a line of a chain's account. */
export function attemptOf(failure: Failure, name: string, ms: number): Attempt {
  const { endpoint = name, status, until } = failure.detail
  const skipped = skips.has(failure.kind)
  return {
    endpoint,
    kind: failure.kind,
    message: failure.message,
    ms: skipped ? 0 : ms,
    skipped,
    ...(status !== undefined && { status }),
    ...(until !== undefined && { until }),
  }
}

/** The lines that a failure stands for: one, or those of the chain that it ended. */
export function attemptsOf(failure: Failure, name: string, ms: number): readonly Attempt[] {
  return failure.detail.attempts ?? [attemptOf(failure, name, ms)]
}

/** A moment as people read it: the time of day, with the date when it is not near. */
export function at(moment: number): string {
  return new Date(moment)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')
}

/**
 * The failure that ends a chain. It has the kind and status of the first candidate that was asked, since that is the one a person
 * wanted; its first sentence says what to do, and a line each what was tried. A single attempt stays the failure it was.
 */
export function exhausted(name: string, attempts: readonly Attempt[], last: Failure | undefined): Failure {
  if (attempts.length === 0)
    return new Failure('not-found', `${name} has no candidates to ask. Add a model for it to model_list.`)
  const [first, ...others] = attempts
  if (first && others.length === 0 && last)
    return new Failure(last.kind, last.message, { ...last.detail, attempts, cause: last })
  const root = attempts.find((attempt) => !attempt.skipped)
  const until = earliest(attempts)
  const lines = attempts.map((attempt, index) => `\n  ${index + 1}. ${line(attempt)}`).join('')
  if (root)
    return new Failure(
      root.kind,
      `None of the ${attempts.length} candidates of ${name} answered. ${root.message}${lines}`,
      {
        attempts,
        endpoint: root.endpoint,
        ...(root.status !== undefined && { status: root.status }),
        ...(until !== undefined && { until }),
      },
    )
  const when = until === undefined ? '' : ` The first is free again at ${at(until)}.`
  return new Failure('resting', `All ${attempts.length} candidates of ${name} rest; none was asked.${when}${lines}`, {
    attempts,
    ...(until !== undefined && { until }),
  })
}

function line({ endpoint, kind, message, ms, skipped }: Attempt): string {
  return skipped ? `${endpoint}: not asked. ${message}` : `${endpoint}: ${message} (${kind}, ${ms} ms)`
}

function earliest(attempts: readonly Attempt[]): number | undefined {
  const moments = attempts.flatMap((attempt) => attempt.until ?? [])
  return moments.length === 0 ? undefined : Math.min(...moments)
}
