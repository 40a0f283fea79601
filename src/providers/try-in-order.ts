import type { Clock } from '../core/clock.ts'
import { Failure, type Attempt } from '../core/failure.ts'
import type { Call, Provider, Reply, Resting } from '../core/provider.ts'
import { attemptsOf, exhausted, stopped, withAttempts } from './attempt.ts'
import { policy } from './policy.ts'

/**
 * Opens the first provider that can answer. `standing` is asked for each in turn, just before it. The reply names the attempts that
 * failed before it; the Failure names all of them.
 */
export async function tryInOrder(
  name: string,
  providers: readonly Provider[],
  call: Call,
  signal: AbortSignal,
  clock: Clock,
  standing: (index: number) => Promise<Call['standing']>,
): Promise<{ readonly reply: Reply; readonly by: Provider }> {
  const failures: Failure[] = []
  const attempts: Attempt[] = []
  for (const [index, provider] of providers.entries()) {
    const place = await standing(index)
    if (signal.aborted) throw stopped(name, signal, attempts)
    const start = clock.now()
    try {
      const reply = await provider.open(place === undefined ? call : { ...call, standing: place }, signal)
      return { reply: withAttempts(reply, attempts), by: provider }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      failures.push(error)
      attempts.push(...attemptsOf(error, provider.name, clock.now() - start))
      if (signal.aborted && error.kind !== 'aborted') throw stopped(name, signal, attempts)
      if (!policy[error.kind].next) throw new Failure(error.kind, error.message, { ...error.detail, attempts })
    }
  }
  throw exhausted(name, attempts, failures)
}

/** True when at least one does not rest. */
export async function someFree(providers: readonly Provider[]): Promise<boolean> {
  for (const provider of providers) if (!(await provider.resting?.())) return true
  return false
}

/** When all of them rest: the one that is free first. Undefined when one is free. */
export async function earliest(
  providers: readonly Provider[],
): Promise<{ readonly provider: Provider; readonly resting: Resting } | undefined> {
  let first: { readonly provider: Provider; readonly resting: Resting } | undefined
  for (const provider of providers) {
    const resting = await provider.resting?.()
    if (!resting) return undefined
    if (!first || resting.until < first.resting.until) first = { provider, resting }
  }
  return first
}
