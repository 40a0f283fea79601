import type { Channel, InboundMessage, OutboundMessage } from '../core/channel.ts'
import { Failure } from '../core/failure.ts'
import { type Message, userText } from '../core/message.ts'
import { exitCodes, Problem } from '../core/problem.ts'
import { Lanes } from '../kit/lanes.ts'
import { liveMessage } from './live.ts'
import type { Desk } from './ports.ts'

export interface Dispatcher {
  /** Takes a message to its answer; resolves when the answer is delivered. Never throws for a turn that failed: the chat is told. */
  dispatch(channel: Channel, message: InboundMessage): Promise<void>
  /** Ends what runs in a session. Resolves to the number of turns that were told to stop. */
  stop(session: string): number
}

/** The one road from a message to its answer. */
export function dispatcher(desk: Desk, shutdown: AbortSignal): Dispatcher {
  const lanes = new Lanes()
  const running = new Map<string, Set<AbortController>>()

  async function dispatch(channel: Channel, message: InboundMessage): Promise<void> {
    const session = desk.sessionOf(message)
    const abort = new AbortController()
    const turns = running.get(session) ?? new Set()
    running.set(session, turns.add(abort))
    try {
      await lanes.run(session, () => answer(channel, message, session, AbortSignal.any([abort.signal, shutdown])))
    } finally {
      turns.delete(abort)
      if (turns.size === 0) running.delete(session)
    }
  }

  async function answer(
    channel: Channel,
    message: InboundMessage,
    session: string,
    signal: AbortSignal,
  ): Promise<void> {
    using _typing = channel.typing?.(message.at)
    const live = liveMessage(channel, message.at, message.id)
    const turn = desk.newId()
    const question: Message = userText(message.text)
    let finished: OutboundMessage
    try {
      signal.throwIfAborted()
      const history = await desk.history(session)
      const outcome = await desk.turn(
        { turn, session, message, question, history },
        { text: (delta) => live.push(delta), restart: (why) => live.restart(why) },
        signal,
      )
      await desk.remember(session, turn, [question, ...outcome.messages])
      finished = { to: message.at, text: outcome.text, replyTo: message.id, report: outcome.report }
    } catch (error) {
      finished = { to: message.at, replyTo: message.id, ...honest(error, signal) }
    }
    await live.finish(finished)
  }

  return {
    dispatch,
    stop(session) {
      const turns = running.get(session)
      for (const turn of turns ?? []) turn.abort()
      return turns?.size ?? 0
    },
  }
}

/** One honest sentence for the chat about why there is no answer. */
function honest(error: unknown, signal: AbortSignal): Pick<OutboundMessage, 'text' | 'trouble'> {
  if (signal.aborted) return { text: 'Stopped.', trouble: { kind: 'aborted', exitCode: exitCodes.interrupted } }
  if (error instanceof Failure)
    return { text: error.message, trouble: { kind: error.kind, exitCode: exitCodes.failed } }
  if (error instanceof Problem) {
    const mend = error.detail.mend ? ` ${error.detail.mend}` : ''
    return { text: `${error.message}${mend}`, trouble: { kind: 'problem', exitCode: error.exitCode } }
  }
  const what = error instanceof Error ? error.message : String(error)
  return {
    text: `Something in picoclaw itself went wrong: ${what}`,
    trouble: { kind: 'internal', exitCode: exitCodes.failed },
  }
}
