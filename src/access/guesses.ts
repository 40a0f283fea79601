import type { Clock } from '../core/clock.ts'
import { isJsonObject, type Json } from '../core/json.ts'
import type { NoteStore } from '../core/store.ts'

const hourMs = 3_600_000
/** Wrong codes within an hour before nobody may guess any more, and before the one who guesses may not. */
const guessLimits = { all: 50, each: 5 } as const

interface Guess {
  readonly at: number
  readonly by: string
}

/** Wrong codes of the last hour. Stored, so that a restart forgives nothing. */
export interface Guesses {
  /** When this guesser may try again (epoch milliseconds); undefined when at once. */
  waitUntil(by: string): Promise<number | undefined>
  /** Counts a wrong code. */
  wrong(by: string): Promise<void>
}

/** Fifty wrong codes within an hour lock everybody out, five the one who typed them. At most fifty are ever kept. */
export function guessBook(notes: NoteStore, clock: Clock, name: string): Guesses {
  const recent = async (): Promise<readonly Guess[]> => {
    const value = await notes.get(name)
    const all: readonly Json[] = Array.isArray(value) ? value : []
    return all.filter(isGuess).filter(({ at }) => at > clock.now() - hourMs)
  }
  const endOf = (guesses: readonly Guess[], limit: number) => {
    const first = guesses.at(-limit)
    return first && first.at + hourMs
  }
  return {
    async waitUntil(by) {
      const all = await recent()
      const own = all.filter((guess) => guess.by === by)
      const ends = [endOf(all, guessLimits.all), endOf(own, guessLimits.each)].filter((end) => end !== undefined)
      return ends.length > 0 ? Math.max(...ends) : undefined
    },
    async wrong(by) {
      const kept = [...(await recent()), { at: clock.now(), by: by.slice(0, 200) }].slice(-guessLimits.all)
      await notes.put(
        name,
        kept.map((guess) => ({ ...guess })),
      )
    },
  }
}

function isGuess(value: Json): value is Guess & { readonly [key: string]: Json } {
  return isJsonObject(value) && typeof value['at'] === 'number' && typeof value['by'] === 'string'
}
