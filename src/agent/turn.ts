import { Failure } from '../core/failure.ts'
import type { AssistantMessage, Message } from '../core/message.ts'
import { textOf, userText } from '../core/message.ts'
import type { Answerer } from '../core/provider.ts'
import { runCalls } from './calls.ts'
import { callsOf, sumUpNow, whyStopped } from './endings.ts'
import { loopBreaker } from './loops.ts'
import { isOutsideResult } from './outside.ts'
import type { Emit, Turn, TurnResult, TurnStop } from './ports.ts'
import { speaker } from './speak.ts'
import { steering } from './steering.ts'

export type { Turn, TurnEvent, TurnLimits, TurnResult } from './ports.ts'

/** The longest that the closing words of a turn may take. */
const closingMs = 60_000

/**
 * One turn: ask the model, run the tools it calls, ask again, until it is done or a limit is reached. What tools are called is journaled
 * before they run, what they answered right after. Throws a Failure when no answer is to be had, and what `signal` was aborted with.
 */
export async function runTurn(turn: Turn, emit: Emit): Promise<TurnResult> {
  const over = new AbortController()
  const timeUp = new AbortController()
  const ticking =
    turn.limits.maxMs === undefined
      ? undefined
      : turn.clock.sleep(turn.limits.maxMs, over.signal).then(
          () => timeUp.abort(new Failure('timeout', 'The time limit of the turn is reached.')),
          () => undefined,
        )
  try {
    return await work(turn, emit, timeUp.signal)
  } finally {
    over.abort()
    await ticking
  }
}

async function work(turn: Turn, tell: Emit, timeUp: AbortSignal): Promise<TurnResult> {
  /** True while an answer is being told. */
  let speaking = false
  const emit: Emit = (event) => {
    if (event.type === 'text-delta') speaking = true
    if (event.type === 'end' || event.type === 'restart') speaking = false
    tell(event)
  }
  const arrivals = steering(() => turn.steering?.() ?? [], turn.steeringMode ?? 'one-at-a-time')
  const voice = speaker(turn, emit)
  const { talk, tally } = voice
  const loops = loopBreaker()
  const signal = AbortSignal.any([turn.signal, timeUp])
  let tainted = talk.tainted
  let steps = 0
  let by: Answerer = { endpoint: turn.provider.name, vendor: '', model: '' }
  let model = ''

  async function journal(messages: readonly Message[]): Promise<void> {
    await turn.journal.append(messages)
    talk.add(messages)
  }

  /** Takes in what arrived. `said`: the answer that came before it. */
  async function takeIn(said?: AssistantMessage): Promise<void> {
    const messages = arrivals.take()
    if (messages.length === 0) return
    await journal(said ? [said, ...messages] : messages)
    tainted ||= messages.some((message) => message.outside !== undefined)
    emit({ type: 'steered', messages, ...(said && { said: textOf(said) }) })
  }

  /** Runs the calls of a reply; tells why the turn should end when they lead nowhere. */
  async function answerCalls(message: AssistantMessage, cut: boolean): Promise<string | undefined> {
    await journal([message])
    let stop: string | undefined
    let anyRan = false
    const rounds = runCalls({
      turn,
      calls: callsOf(message),
      cut,
      context: (call) => ({
        ...turn.context,
        session: turn.session,
        turn: turn.id,
        agent: turn.agent,
        cause: turn.cause,
        call,
        tainted,
        signal,
      }),
      interrupted: () => arrivals.waiting(),
      clock: turn.clock,
      signal,
      longestResult: Math.max(500, Math.floor(turn.limits.window / 4)),
      emit,
    })
    for await (const outcomes of rounds) {
      const parts = outcomes.map(({ call, result, ran, ms }) => {
        anyRan ||= ran
        if (ran) tally.tool({ name: call.name, isError: result.isError, ms })
        const heard = loops.heard(call, result, steps)
        stop ??= heard.stop
        return heard.note === undefined
          ? result
          : { ...result, content: [...result.content, { type: 'text' as const, text: heard.note }] }
      })
      tainted ||= parts.some(isOutsideResult)
      await journal([{ role: 'tool', parts }])
    }
    return stop ?? (arrivals.waiting() ? undefined : loops.round(anyRan))
  }

  function result(stop: TurnStop, message: AssistantMessage): TurnResult {
    const { costMicros } = tally
    return {
      messages: [message],
      text: textOf(message),
      stop,
      by,
      model,
      attempts: tally.attempts,
      notes: tally.notes,
      usage: tally.usage,
      ...(costMicros !== undefined && { costMicros }),
      tools: tally.tools,
      unread: arrivals.rest(),
      tainted,
    }
  }

  /** The end of a turn that reached a limit: the model's own words where they can be had, an honest sentence in any case. */
  async function close(stop: TurnStop, { what = '', ask = true } = {}): Promise<TurnResult> {
    const why = whyStopped(stop, turn.limits, what)
    const words = ask ? await lastWords(why) : ''
    const text = words === '' ? why : `${words}\n\n(${why})`
    return result(stop, { role: 'assistant', parts: [{ type: 'text', text }] })
  }

  async function lastWords(why: string): Promise<string> {
    const late = new AbortController()
    const done = new AbortController()
    const ticking = turn.clock.sleep(closingMs, done.signal).then(
      () => late.abort(new Failure('timeout', 'The closing words took too long.')),
      () => undefined,
    )
    try {
      const more = [userText(sumUpNow(why))]
      const spoken = await voice.hear({ more, mayCall: false }, AbortSignal.any([turn.signal, late.signal]))
      ;({ by, model } = spoken)
      return textOf(spoken.message).trim()
    } catch {
      turn.signal.throwIfAborted()
      return ''
    } finally {
      done.abort()
      await ticking
    }
  }

  /** The limit that is reached before another call. */
  function limitReached(): { readonly stop: TurnStop; readonly ask: boolean } | undefined {
    if (timeUp.aborted) return { stop: 'time-limit', ask: true }
    const { maxCostMicros = Infinity } = turn.limits
    const spent = tally.costMicros ?? 0
    // The closing words cost about as much as the last call.
    if (steps > 0 && spent + 2 * tally.lastCostMicros > maxCostMicros)
      return { stop: 'money-limit', ask: spent + tally.lastCostMicros <= maxCostMicros }
    return steps >= turn.limits.maxSteps ? { stop: 'step-limit', ask: true } : undefined
  }

  async function run(): Promise<TurnResult> {
    for (;;) {
      await takeIn()
      const limit = limitReached()
      if (limit) return close(limit.stop, limit)
      const spoken = await voice.speak(signal)
      ;({ by, model } = spoken)
      if (callsOf(spoken.message).length === 0) {
        if (!arrivals.waiting()) return result(spoken.stop, spoken.message)
        await takeIn(spoken.message)
        continue
      }
      const lost = await answerCalls(spoken.message, spoken.stop === 'length')
      steps += 1
      if (lost !== undefined) return close('loop', { what: lost })
    }
  }

  for (let ended = false; ; ended = true) {
    try {
      return await run()
    } catch (error) {
      if (!ended && timeUp.aborted && !turn.signal.aborted) {
        if (speaking) emit({ type: 'restart', why: whyStopped('time-limit', turn.limits) })
        continue
      }
      if (steps > 0 && error instanceof Failure && error.kind === 'budget' && !turn.signal.aborted)
        return close('money-limit', { what: error.message, ask: false })
      // What was handed over must not be lost with the turn.
      const unread = arrivals.rest()
      if (unread.length > 0) await turn.journal.append(unread)
      throw error
    }
  }
}
