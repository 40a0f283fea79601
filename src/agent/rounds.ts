import type { AssistantMessage, Message, ToolResultPart } from '../core/message.ts'
import { type CallOutcome, runCalls } from './calls.ts'
import { callsOf } from './endings.ts'
import { loopBreaker } from './loops.ts'
import { isOutsideResult } from './outside.ts'
import type { Emit, Turn } from './ports.ts'
import type { Steering } from './steering.ts'
import type { Tally } from './tally.ts'

/** The rounds of tool calls of a turn. */
export interface Rounds {
  /** Journals a reply, runs its calls, journals what they answer. Tells why the turn should end when they lead nowhere. */
  run(reply: AssistantMessage, cut: boolean): Promise<string | undefined>
  readonly count: number
}

interface RoundsInput {
  readonly turn: Turn
  readonly tally: Tally
  readonly arrivals: Steering
  readonly signal: AbortSignal
  readonly emit: Emit
  journal(messages: readonly Message[]): Promise<void>
  /** True when text from outside has entered the turn. */
  isTainted(): boolean
}

export function rounds({ turn, tally, arrivals, signal, emit, journal, isTainted }: RoundsInput): Rounds {
  const loops = loopBreaker()
  let count = 0
  let fromOutside = false
  const context = (call: string) => ({
    ...turn.context,
    session: turn.session,
    turn: turn.id,
    agent: turn.agent,
    cause: turn.cause,
    call,
    tainted: fromOutside || isTainted(),
    signal,
  })

  return {
    get count() {
      return count
    },
    async run(reply, cut) {
      await journal([reply])
      count += 1
      let stop: string | undefined
      let anyRan = false
      const noted = ({ call, result, ran, skipped, ms }: CallOutcome): ToolResultPart => {
        anyRan ||= ran
        if (ran) tally.tool({ name: call.name, isError: result.isError, ms })
        if (skipped) return result
        const { note, stop: why } = loops.heard(call, result, count)
        stop ??= why
        return note === undefined ? result : { ...result, content: [...result.content, { type: 'text', text: note }] }
      }
      const outcomes = runCalls({
        turn,
        calls: callsOf(reply),
        cut,
        context,
        interrupted: () => arrivals.waiting(),
        clock: turn.clock,
        signal,
        longestResult: Math.max(500, Math.floor(turn.limits.window / 4)),
        emit,
      })
      for await (const group of outcomes) {
        const parts = group.map(noted)
        fromOutside ||= parts.some(isOutsideResult)
        await journal([{ role: 'tool', parts }])
      }
      return stop ?? (arrivals.waiting() ? undefined : loops.round(anyRan))
    },
  }
}
