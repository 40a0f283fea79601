import { collect } from '../../../src/core/collect.ts'
import { Failure, failureKinds } from '../../../src/core/failure.ts'
import { silent } from '../../../src/core/log.ts'
import { textOf, userText } from '../../../src/core/message.ts'
import type { Call, Provider } from '../../../src/core/provider.ts'
import { restBook } from '../../../src/providers/rest-book.ts'
import { resting } from '../../../src/providers/resting.ts'
import { type FakeClock, fakeClock } from '../../fakes/clock.ts'
import { type ScriptedProvider, type Step, scripted } from '../../fakes/provider.ts'
import { memoryStore } from '../../fakes/store.ts'

const kinds: ReadonlySet<string> = new Set(failureKinds)

/** A candidate that follows a script. */
export const candidate = (name: string, ...steps: readonly Step[]): ScriptedProvider => scripted(name, steps, kinds)

export const aCall = (change: Partial<Call> = {}): Call => ({
  id: 'call',
  request: () => ({ messages: [userText('hi')] }),
  stream: true,
  cause: 'chat',
  ...change,
})

/** What a person hears: the words, or `kind: sentence`. */
export async function hear(
  provider: Provider,
  call: Call = aCall(),
  signal = new AbortController().signal,
): Promise<string> {
  try {
    const reply = await provider.open(call, signal)
    if (reply.type === 'bytes') return 'bytes'
    const answer = await collect(reply.events)
    await reply.end
    return textOf(answer.message)
  } catch (error) {
    if (error instanceof Failure) return `${error.kind}: ${error.message}`
    throw error
  }
}

/** A clock, a store and candidates that rest over them. */
export function restingBench(clock: FakeClock = fakeClock()) {
  const store = memoryStore()
  const book = restBook(store.rests, clock, silent)
  return {
    clock,
    store,
    book,
    rest: (provider: ScriptedProvider, key = provider.name, host = provider.name): Provider =>
      resting(provider, { key, model: `${key} ${provider.name}`, host }, book, clock),
  }
}
