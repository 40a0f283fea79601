import { Failure } from '../core/failure.ts'
import type { AssistantMessage, Message } from '../core/message.ts'
import { textOf, userText } from '../core/message.ts'
import type { Answerer } from '../core/provider.ts'
import { deadline } from './deadline.ts'
import { callsOf, longestMs, sumUpNow, whyStopped } from './endings.ts'
import type { Emit, Turn, TurnResult, TurnStop } from './ports.ts'
import { rounds } from './rounds.ts'
import { speaker, type Spoken } from './speak.ts'
import { steering } from './steering.ts'
import { promptTokens } from './tokens.ts'

export type { Turn, TurnEvent, TurnLimits, TurnResult } from './ports.ts'

/** The longest that the closing words of a turn may take. */
const closingMs = 60_000
/** Answers of one turn, when messages keep arriving; the rest are for turns of their own. */
const mostAnswers = 10

/**
 * One turn: ask the model, run the tools it calls, ask again, until it is done or a limit is reached. What tools are called is journaled
 * before they run, what they answered right after. Throws a Failure when no answer is to be had, and what `signal` was aborted with.
 */
export async function runTurn(turn: Turn, tell: Emit): Promise<TurnResult> {
  using timer = deadline(turn.clock, turn.limits.maxMs ?? longestMs, 'The time limit of the turn is reached.')
  const signal = AbortSignal.any([turn.signal, timer.signal])
  const arrivals = steering(() => turn.steering?.() ?? [], turn.steeringMode ?? 'one-at-a-time')
  const { emit, isSpeaking } = listening(tell)
  const voice = speaker(turn, emit)
  const { talk, tally } = voice
  let tainted = talk.tainted
  let last: Pick<Spoken, 'by' | 'model'> = { by: nobody(turn), model: '' }

  async function journal(messages: readonly Message[]): Promise<void> {
    await turn.journal.append(messages)
    talk.add(messages)
    tainted ||= talk.tainted
  }
  const work = rounds({ turn, tally, arrivals, signal, emit, journal, isTainted: () => tainted })

  /** Takes in what arrived. `said`: the answer that came before it. */
  async function takeIn(said?: AssistantMessage): Promise<void> {
    const messages = arrivals.take()
    if (messages.length === 0) return
    await journal(said ? [said, ...messages] : messages)
    emit({ type: 'steered', messages, ...(said && { said: textOf(said) }) })
  }

  function result(stop: TurnStop, message: AssistantMessage): TurnResult {
    const { usage, costMicros, attempts, notes, tools } = tally
    return {
      messages: [message],
      text: textOf(message),
      stop,
      by: last.by,
      model: last.model,
      attempts,
      notes,
      usage,
      ...(costMicros !== undefined && { costMicros }),
      tools,
      tainted,
    }
  }

  /** The end of a turn that reached a limit: the model's own words where they can be had, an honest sentence in any case. */
  async function close({ stop, what = '', ask = true }: Ending): Promise<TurnResult> {
    const why = whyStopped(stop, turn.limits, what)
    const words = ask ? await lastWords(why) : ''
    const text = words === '' ? why : `${words}\n\n(${why})`
    return result(stop, { role: 'assistant', parts: [{ type: 'text', text }] })
  }

  async function lastWords(why: string): Promise<string> {
    using late = deadline(turn.clock, closingMs, 'The closing words took too long.')
    try {
      const more = [userText(sumUpNow(why))]
      const spoken = await voice.hear({ more, mayCall: false }, AbortSignal.any([turn.signal, late.signal]))
      last = spoken
      return textOf(spoken.message).trim()
    } catch {
      turn.signal.throwIfAborted()
      return ''
    }
  }

  /** The limit that is reached before another call. */
  function limitReached(): Ending | undefined {
    if (timer.signal.aborted) return { stop: 'time-limit' }
    const { maxCostMicros = Infinity, maxUsage = Infinity } = turn.limits
    const spent = turn.bill.micros
    // The closing words cost about as much as the last call.
    if (spent + 2 * tally.lastCostMicros > maxCostMicros)
      return { stop: 'money-limit', ask: spent + tally.lastCostMicros <= maxCostMicros }
    if (work.count > 0 && promptTokens(tally.usage) + tally.usage.output >= maxUsage)
      return { stop: 'money-limit', what: `the work was given ${maxUsage} tokens, and they are used up.` }
    return work.count >= turn.limits.maxSteps ? { stop: 'step-limit' } : undefined
  }

  async function run(): Promise<TurnResult> {
    let answers = 1
    if (!turn.question) await work.resume()
    for (let answered: AssistantMessage | undefined; ;) {
      await takeIn(answered)
      answered = undefined
      const limit = limitReached()
      if (limit) return close(limit)
      const spoken = await voice.speak(signal)
      last = spoken
      if (callsOf(spoken.message).length > 0) {
        const what = await work.run(spoken.message, spoken.stop === 'length')
        if (what !== undefined) return close({ stop: 'loop', what })
      } else if (answers < mostAnswers && arrivals.waiting()) {
        answers += 1
        answered = spoken.message
      } else return result(spoken.stop, spoken.message)
    }
  }

  /** The end that an error means; the error itself when it is none. */
  function endingOf(error: unknown): Ending {
    if (turn.signal.aborted) throw error
    if (timer.signal.aborted) return { stop: 'time-limit' }
    if (work.count > 0 && error instanceof Failure && error.kind === 'budget')
      return { stop: 'money-limit', what: error.message, ask: false }
    throw error
  }

  return await run().catch((error: unknown) => {
    const ending = endingOf(error)
    if (isSpeaking()) emit({ type: 'restart', why: whyStopped(ending.stop, turn.limits) })
    return close(ending)
  })
}

interface Ending {
  readonly stop: TurnStop
  readonly what?: string
  /** False when not even closing words can be paid for. */
  readonly ask?: boolean
}

const nobody = ({ provider }: Turn): Answerer => ({ endpoint: provider.name, vendor: '', model: '' })

/** Knows whether an answer is being told. */
function listening(tell: Emit): { readonly emit: Emit; isSpeaking(): boolean } {
  let speaking = false
  return {
    emit(event) {
      if (event.type === 'text-delta') speaking = true
      if (event.type === 'end' || event.type === 'restart') speaking = false
      tell(event)
    },
    isSpeaking: () => speaking,
  }
}
