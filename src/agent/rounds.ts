import type { AssistantMessage, Message, ToolCallPart, ToolResultPart } from '../core/message.ts'
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
  /** Of a turn that was interrupted: runs the calls that waited for leave. The others stay open, for nobody knows what came of them. */
  resume(): Promise<void>
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
    bill: turn.bill,
    signal,
  })

  return {
    get count() {
      return count
    },
    async resume() {
      const waiting: ToolCallPart[] = []
      for (const call of openCalls(turn)) if (await turn.waits?.(call, context(call.id))) waiting.push(call)
      if (waiting.length > 0) await carryOut(waiting, false)
    },
    async run(reply, cut) {
      await journal([reply])
      return carryOut(callsOf(reply), cut)
    },
  }

  async function carryOut(calls: readonly ToolCallPart[], cut: boolean): Promise<string | undefined> {
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
      calls,
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
  }
}

/** The calls that the last reply of an interrupted turn made and that nothing answers. */
function openCalls({ id, log }: Pick<Turn, 'id' | 'log'>): readonly ToolCallPart[] {
  const at = log.findLastIndex(({ message }) => message.role === 'assistant')
  const reply = log[at]
  if (reply?.turn !== id || reply.message.role !== 'assistant') return []
  const after = log.slice(at + 1).map(({ message }) => message)
  if (after.some(({ role }) => role !== 'tool')) return []
  const answered = new Set(
    after.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'tool-result' ? part.id : []))),
  )
  return callsOf(reply.message).filter((call) => !answered.has(call.id))
}
