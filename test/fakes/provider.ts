import { spell } from '../../src/core/collect.ts'
import { Failure, type FailureKind } from '../../src/core/failure.ts'
import type { Call, Provider, Reply } from '../../src/core/provider.ts'

/** What a scripted candidate does when asked: says words, fails before its first word, or breaks after it. */
export type Step = string | FailureKind | Failure | { readonly breaks: FailureKind }

export interface ScriptedProvider extends Provider {
  /** The calls it was asked, in order. */
  readonly calls: readonly Call[]
}

const usage = { input: 10, output: 5, cacheRead: 0, cacheWrite: 0 }

/** A candidate that follows a script, the last step for ever. A word that names no failure kind is what it says. */
export function scripted(name: string, steps: readonly Step[], kinds: ReadonlySet<string>): ScriptedProvider {
  const calls: Call[] = []
  return {
    name,
    calls,
    async open(call, signal): Promise<Reply> {
      if (signal.aborted) throw new Failure('aborted', 'Stopped.')
      const step = steps[Math.min(calls.length, steps.length - 1)] ?? 'nothing'
      calls.push(call)
      if (step instanceof Failure) throw step
      if (typeof step === 'string' && kinds.has(step))
        throw new Failure(step as FailureKind, `${name} says ${step}.`, { endpoint: name })
      const by = { endpoint: name, vendor: 'fake', model: name }
      const head = { by, attempts: [], notes: [], type: 'events' as const }
      if (typeof step === 'object') {
        const failure = new Failure(step.breaks, `${name} broke off.`, { endpoint: name })
        const end = Promise.reject(failure)
        end.catch(() => undefined)
        return {
          ...head,
          end,
          events: (async function* () {
            yield { type: 'text-delta' as const, text: 'half' }
            throw failure
          })(),
        }
      }
      const answer = {
        id: 'a',
        model: name,
        message: { role: 'assistant' as const, parts: [{ type: 'text' as const, text: step }] },
        stop: 'end' as const,
        usage,
      }
      return {
        ...head,
        end: Promise.resolve({ stop: 'end', usage, model: name }),
        events: (async function* () {
          yield* spell(answer)
        })(),
      }
    },
  }
}
