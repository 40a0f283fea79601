import type { Clock } from '../../core/clock.ts'
import { Problem } from '../../core/problem.ts'
import type { FoundSkill, SkillRegistry } from './ports.ts'

export interface SearchOptions {
  readonly registries: readonly SkillRegistry[]
  readonly clock: Clock
  /** Registries asked at a time. */
  readonly concurrent: number
  /** Answers that are kept, and for how many seconds. */
  readonly kept: number
  readonly keptSeconds: number
}

export interface SkillSearch {
  /** Best first, over all registries. A Problem when none of them could be asked. */
  find(query: string, limit: number, signal: AbortSignal): Promise<readonly FoundSkill[]>
}

interface Kept {
  readonly query: ReadonlySet<string>
  readonly limit: number
  readonly at: number
  readonly found: readonly FoundSkill[]
}

/** How alike two queries must be to have one answer. */
const alike = 0.7

export function skillSearch({ registries, clock, concurrent, kept, keptSeconds }: SearchOptions): SkillSearch {
  let answers: readonly Kept[] = []
  return {
    async find(query, limit, signal) {
      const now = clock.now()
      answers = answers.filter(({ at }) => now - at < keptSeconds * 1000)
      const pieces = trigrams(query)
      const known = answers.find((one) => one.limit >= limit && likeness(one.query, pieces) >= alike)
      if (known) return known.found.slice(0, limit)
      const outcomes = await spread(registries, Math.max(1, concurrent), (one) => one.search(query, limit, signal))
      signal.throwIfAborted()
      const answered = outcomes.filter((outcome) => outcome.status === 'fulfilled')
      const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [reasonOf(outcome.reason)] : []))
      if (answered.length === 0)
        throw new Problem(`No skill registry could be asked. ${failures.join(' ') || 'None is set up.'}`, {
          mend: 'See tools.skills.registries.',
        })
      const found = answered
        .flatMap(({ value }) => value)
        .toSorted((left, right) => right.score - left.score)
        .slice(0, limit)
      // What one registry could not tell, it may tell in a moment.
      if (failures.length === 0 && kept > 0)
        answers = [...answers, { query: pieces, limit, at: now, found }].slice(-kept)
      return found
    },
  }
}

/** The outcome of `work` for each item, at most `width` of them under way. */
async function spread<Item, T>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<T>,
): Promise<readonly PromiseSettledResult<T>[]> {
  const outcomes: PromiseSettledResult<T>[] = []
  for (let at = 0; at < items.length; at += width)
    outcomes.push(...(await Promise.allSettled(items.slice(at, at + width).map(work))))
  return outcomes
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

function trigrams(text: string): ReadonlySet<string> {
  const plain = ` ${text.toLowerCase().replaceAll(/\s+/g, ' ').trim()} `
  return new Set(Array.from({ length: Math.max(1, plain.length - 2) }, (_, at) => plain.slice(at, at + 3)))
}

function likeness(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  const shared = left.intersection(right).size
  return shared / (left.size + right.size - shared)
}
