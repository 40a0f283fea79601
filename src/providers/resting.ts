import type { Clock } from '../core/clock.ts'
import { Failure, type Attempt } from '../core/failure.ts'
import type { Provider, Reply, Resting } from '../core/provider.ts'
import type { Rest } from '../core/store.ts'
import { attemptsOf, timeOfDay } from './attempt.ts'
import type { RestBook, RestKeys } from './rest-book.ts'

/** While one caller tries a candidate whose rest is over, the others are told to come back after this time. */
const trialMs = 1_000

/**
 * Lets a candidate rest after its failures, those in the middle of an answer too: until the rest is over it refuses with `resting`,
 * the time and its last real reason. When it is over, one caller tries it and the others are still refused; an answer ends the rest.
 * A sole candidate is asked even while it rests.
 */
export function resting(provider: Provider, keys: RestKeys, book: RestBook, clock: Clock): Provider {
  const { name } = provider
  const refusal = (rest: Rest): Resting | undefined => {
    if (rest.until > clock.now()) return { until: rest.until, reason: rest.reason }
    return book.probing(rest) ? { until: clock.now() + trialMs, reason: rest.reason } : undefined
  }
  const note = async (error: unknown, start: number) => {
    if (!(error instanceof Failure)) return
    const attempt = attemptsOf(error, name, clock.now() - start)[0]
    if (attempt) await book.failed(keys, error, attempt, start)
  }
  return {
    ...provider,
    async open(call, signal) {
      const rest = await book.find(keys)
      const refused = rest && call.standing !== undefined && call.standing !== 'sole' && refusal(rest)
      if (refused) throw restingFailure(name, refused)
      const trial = rest && book.probe(rest)
      const start = clock.now()
      let reply: Reply
      try {
        reply = await provider.open(call, signal)
        trial?.passed()
      } catch (error) {
        await note(error, start)
        throw error
      } finally {
        trial?.release()
      }
      void reply.end.then(
        () => book.clear(keys, start),
        (error: unknown) => note(error, start),
      )
      return reply
    },
    async resting() {
      const rest = await book.find(keys)
      return rest && refusal(rest)
    },
  }
}

function restingFailure(name: string, { until, reason }: Resting): Failure {
  const attempt: Attempt = { ...reason, endpoint: name, kind: 'resting', ms: 0, skipped: true, until }
  const why = reason.message.startsWith(`${name}: `) ? reason.message.slice(name.length + 2) : reason.message
  return new Failure('resting', `${name}: rests until ${timeOfDay(until)} after this: ${why}`, {
    endpoint: name,
    until,
    attempts: [attempt],
  })
}
