import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import type { Call, Provider, Reply } from '../core/provider.ts'
import { attemptOf, at } from './attempt.ts'
import type { RestBook, RestIdentity } from './rest-book.ts'

/**
 * Lets a candidate rest after a failure. While it rests it is not asked, unless it is the sole one. When the rest is over one caller
 * tries it, and the others leave it alone until that one knows.
 */
export function resting(provider: Provider, identity: RestIdentity, book: RestBook, clock: Clock): Provider {
  let probing = false

  async function refuse(call: Call): Promise<void> {
    const standing = call.standing ?? 'sole'
    if (standing === 'sole') return
    const rest = await book.find(identity)
    if (rest)
      throw new Failure('resting', `${provider.name} rests until ${at(rest.until)}: ${rest.reason.message}`, {
        endpoint: provider.name,
        until: rest.until,
      })
    if (probing && standing === 'one-of-many')
      throw new Failure('resting', `${provider.name} is being tried after its rest.`, { endpoint: provider.name })
  }

  async function note(error: unknown, start: number): Promise<Failure | undefined> {
    if (!(error instanceof Failure)) return undefined
    const attempt = attemptOf(error, provider.name, clock.now() - start)
    const until = await book.failed(identity, attempt, error)
    return until === undefined
      ? error
      : new Failure(error.kind, error.message, { ...error.detail, until, cause: error })
  }

  return {
    name: provider.name,
    resting: () => book.find(identity),
    async open(call, signal) {
      await refuse(call)
      const start = clock.now()
      const probe = !probing && (await book.wasResting(identity))
      probing ||= probe
      let reply: Reply
      try {
        reply = await provider.open(call, signal)
      } catch (error) {
        if (probe) probing = false
        throw (await note(error, start)) ?? error
      }
      reply.end
        .then(
          () => book.succeeded(identity),
          (error: unknown) => note(error, start),
        )
        .then(
          () => {
            if (probe) probing = false
          },
          () => undefined,
        )
      return reply
    },
  }
}
