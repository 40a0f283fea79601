import type { Clock } from '../core/clock.ts'
import { type Attempt, Failure } from '../core/failure.ts'
import type { Call, Provider, Reply, Resting, Standing } from '../core/provider.ts'
import { attemptsOf, exhausted } from './attempt.ts'
import { policy } from './policy.ts'

/**
 * Asks candidates one after the other until one answers, the next one at once. Each is told whether another is free. What failed before
 * the answer stands in its `attempts`; when none answers, the failure lists them all.
 */
export async function tryInOrder(
  name: string,
  candidates: readonly Provider[],
  call: Call,
  signal: AbortSignal,
  clock: Clock,
): Promise<{ readonly reply: Reply; readonly by: Provider }> {
  const attempts: Attempt[] = []
  let last: Failure | undefined
  for (const [index, candidate] of candidates.entries()) {
    const start = clock.now()
    try {
      const standing = await standingOf(candidates.slice(index + 1), candidates.length, call)
      const reply = await candidate.open({ ...call, standing }, signal)
      return { reply: { ...reply, attempts: [...attempts, ...reply.attempts] }, by: candidate }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      attempts.push(...attemptsOf(error, candidate.name, clock.now() - start))
      if (!policy[error.kind].next)
        throw new Failure(error.kind, error.message, { ...error.detail, attempts, cause: error })
      last = error
    }
  }
  throw exhausted(name, attempts, last)
}

async function standingOf(later: readonly Provider[], count: number, call: Call): Promise<Standing> {
  const outer = call.standing ?? 'sole'
  if (count === 1) return outer
  if (outer === 'one-of-many') return outer
  for (const candidate of later) if (!(await candidate.resting?.())) return 'one-of-many'
  return 'last'
}

/** The rest of a group: none while a member is free, else the one that ends first. */
export async function restOfAll(members: readonly Provider[]): Promise<Resting | undefined> {
  const rests = await Promise.all(members.map((member) => member.resting?.()))
  const all = rests.filter((rest) => rest !== undefined)
  if (all.length < members.length) return undefined
  return all.sort((left, right) => left.until - right.until)[0]
}
