import assert from 'node:assert/strict'
import type { ChatEvent, Usage } from '../../src/core/chat.ts'
import type { Clock } from '../../src/core/clock.ts'
import { Failure, type FailureDetail, type FailureKind } from '../../src/core/failure.ts'
import type { Call, Provider, Reply, ReplyEnd, Resting } from '../../src/core/provider.ts'

/** What one call leads to. `cut`: the answer begins and then fails. `open`: it begins and waits for its reader or its end. */
export type Step =
  | { readonly answer: string; readonly usage?: Usage }
  | { readonly fail: FailureKind; readonly detail?: FailureDetail; readonly message?: string }
  | { readonly cut: FailureKind; readonly answer: string; readonly usage?: Usage }
  | { readonly open: true }
  | { readonly hang: true }
  | { readonly crash: Error }

export interface FakeProvider extends Provider {
  /** The calls it got, in order. */
  readonly calls: readonly Call[]
  /** What follows the script so far. */
  add(...steps: readonly Step[]): void
}

export const usage = (input: number, output: number): Usage => ({ input, output, cacheRead: 0, cacheWrite: 0 })

/**
 * Follows a script, one step per call, and refuses a call that the script does not foresee. Like a real protocol it opens at the first
 * word, settles `end` with the stream, rejects it with `aborted` when the reader leaves, and can be read once only.
 */
export function fakeProvider(
  name: string,
  steps: readonly Step[] | Step,
  { resting, clock, takesMs = 0 }: { resting?: () => Resting | undefined; clock?: Clock; takesMs?: number } = {},
): FakeProvider {
  const script: Step[] = Array.isArray(steps) ? [...(steps as readonly Step[])] : []
  const always = Array.isArray(steps) ? undefined : (steps as Step)
  const calls: Call[] = []
  return {
    name,
    calls,
    add: (...more) => void script.push(...more),
    async open(call, signal) {
      if (signal.aborted) throw new Failure('aborted', `${name}: the call was ended.`, { endpoint: name })
      calls.push(call)
      const step = script.shift() ?? always
      assert.ok(step, `${name} was asked once too often`)
      if (clock && takesMs > 0) await clock.sleep(takesMs, signal)
      if ('crash' in step) throw step.crash
      if ('fail' in step)
        throw new Failure(step.fail, step.message ?? `${name}: scripted ${step.fail}.`, {
          endpoint: name,
          ...step.detail,
        })
      if ('hang' in step) return aborted(name, signal)
      return reply(name, step, signal)
    },
    ...(resting && { resting: async () => resting() }),
  }
}

function aborted(name: string, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new Failure('aborted', `${name}: the call was ended.`, { endpoint: name }))
    signal.addEventListener('abort', stop, { once: true })
  })
}

function reply(
  name: string,
  step: Extract<Step, { readonly answer: string } | { readonly open: true }>,
  signal: AbortSignal,
): Reply {
  const model = `${name}-1`
  const end = Promise.withResolvers<ReplyEnd>()
  end.promise.catch(() => {})
  let taken = false
  const told = 'usage' in step ? step.usage : undefined
  async function* events(): AsyncGenerator<ChatEvent> {
    assert.ok(!taken, 'An answer can be read once only.')
    taken = true
    let over = false
    const fail = (failure: Failure): never => {
      over = true
      end.reject(failure)
      throw failure
    }
    try {
      yield { type: 'start', id: 'fake', model, ...(told && { usage: { ...told, output: 0 } }) }
      yield { type: 'text-delta', text: 'answer' in step ? step.answer : '…' }
      if ('open' in step) await aborted(name, signal).catch((error: Failure) => fail(error))
      if ('cut' in step) fail(new Failure(step.cut, `${name}: scripted ${step.cut} in the middle.`, { endpoint: name }))
      over = true
      end.resolve({ stop: 'end', usage: told ?? usage(10, 5), model })
      yield { type: 'end', stop: 'end', usage: told ?? usage(10, 5) }
    } finally {
      if (!over) end.reject(new Failure('aborted', `${name}: the reader left before the end.`, { endpoint: name }))
    }
  }
  signal.addEventListener('abort', () => end.reject(new Failure('aborted', `${name}: the call was ended.`)), {
    once: true,
  })
  return {
    type: 'events',
    by: { endpoint: name, vendor: 'fake', model: name },
    attempts: [],
    notes: [],
    end: end.promise,
    events: events(),
  }
}

/** A plain question. */
export function fakeCall(more: Partial<Call> = {}): Call {
  return { id: crypto.randomUUID(), request: () => ({ messages: [] }), stream: true, cause: 'test', ...more }
}

/** The text of a reply, read to its end. */
async function textOfReply(reply: Reply): Promise<string> {
  assert.equal(reply.type, 'events')
  let text = ''
  if (reply.type === 'events')
    for await (const event of reply.events) if (event.type === 'text-delta') text += event.text
  return text
}

/** Opens and reads; the Failure as a value when there is one, from before or after the first word. */
export async function ask(
  provider: Provider,
  call = fakeCall(),
  signal = new AbortController().signal,
): Promise<string | Failure> {
  try {
    return await textOfReply(await provider.open(call, signal))
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** The text of the answer, or `kind: sentence`. */
export async function hear(
  provider: Provider,
  call = fakeCall(),
  signal = new AbortController().signal,
): Promise<string> {
  const outcome = await ask(provider, call, signal)
  return typeof outcome === 'string' ? outcome : `${outcome.kind}: ${outcome.message}`
}
