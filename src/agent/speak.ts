import { Failure } from '../core/failure.ts'
import type { AssistantMessage, Message } from '../core/message.ts'
import { textOf, userText } from '../core/message.ts'
import type { Answerer } from '../core/provider.ts'
import { ask, type Heard } from './ask.ts'
import { conversation, type Conversation } from './conversation.ts'
import { callsOf, carryOn, joined, named, speakUp, stillCut, wordless } from './endings.ts'
import type { Emit, Turn, TurnStop } from './ports.ts'
import { tally, type Tally } from './tally.ts'

export interface Spoken {
  readonly message: AssistantMessage
  readonly stop: TurnStop
  readonly by: Answerer
  readonly model: string
}

/** The model's side of a turn. */
export interface Speaker {
  readonly talk: Conversation
  readonly tally: Tally
  /** One answer with words or calls. An answer that was cut is carried on once, one without words asked for once more. */
  speak(signal: AbortSignal): Promise<Spoken>
  /** One reply as it is. */
  hear(
    options: { readonly more?: readonly Message[]; readonly mayCall: boolean },
    signal: AbortSignal,
  ): Promise<Spoken & { readonly heard: Heard }>
}

const noVision = 'no-vision'

export function speaker(turn: Turn, emit: Emit): Speaker {
  const blindness = `${noVision}:${turn.provider.name}`
  const told = new Set(turn.state.told)
  const talk = conversation(turn, emit, { vision: !told.has(blindness) })
  const sums = tally()
  let shrunk = false

  async function tellBlindness(): Promise<void> {
    const first = ![...told].some((name) => name.startsWith(noVision))
    told.add(blindness)
    await turn.change?.({ told: [...told] })
    const text = `The model of ${turn.provider.name} cannot see pictures; it was told that there is one. Set agents.defaults.image_model, or choose a model that can see.`
    if (first) emit({ type: 'notice', name: noVision, text })
    sums.note(text)
  }

  /** Changes the next request for what a failure says. False when nothing can be done. */
  async function mend(failure: Failure, signal: AbortSignal): Promise<boolean> {
    const { kind, detail } = failure
    const kinds = [kind, ...(detail.attempts ?? []).map((attempt) => attempt.kind)]
    if (kinds.includes('too-long')) {
      if (shrunk) return false
      shrunk = true
      return talk.shrink(signal)
    }
    if (kind !== 'bad-request') return false
    if (detail.param === 'image_url' && talk.blind()) {
      await tellBlindness()
      return true
    }
    if (!talk.flatten()) return false
    sums.note('The model did not take the tool calls of this conversation; they were told in words.')
    return true
  }

  const hear: Speaker['hear'] = async (options, signal) => {
    if (turn.vision === false && talk.blind()) await tellBlindness()
    for (;;) {
      const request = await talk.request(options, signal)
      try {
        await turn.checkpoint?.('model-asking')
        const heard = await ask(turn, request, emit, signal)
        await turn.checkpoint?.('model-answered')
        const { answer, end, reply } = heard
        sums.reply(reply, end)
        talk.counted(answer.usage)
        shrunk = false
        const message = { ...named(answer.message), by: `${reply.by.vendor}/${reply.by.model}` }
        return { heard, message, stop: answer.stop, by: reply.by, model: answer.model }
      } catch (error) {
        if (signal.aborted || !(error instanceof Failure) || !(await mend(error, signal))) throw error
        sums.failed(error.detail.attempts ?? [])
      }
    }
  }

  const isSilent = ({ message }: Spoken) => callsOf(message).length === 0 && textOf(message).trim() === ''

  /** Undefined when a model had nothing to say to the results of its calls, as small ones do. */
  async function firstTry(signal: AbortSignal): Promise<(Spoken & { readonly heard: Heard }) | undefined> {
    try {
      return await hear({ mayCall: true }, signal)
    } catch (error) {
      if (signal.aborted || !(error instanceof Failure) || error.kind !== 'empty' || !talk.answersTools) throw error
      sums.failed(error.detail.attempts ?? [])
      return undefined
    }
  }

  async function speak(signal: AbortSignal): Promise<Spoken> {
    let spoken = await firstTry(signal)
    if (!spoken) spoken = await hear({ more: [userText(speakUp)], mayCall: true }, signal)
    else if (isSilent(spoken) && spoken.stop !== 'refusal' && spoken.stop !== 'length')
      spoken = await hear({ more: [userText(speakUp)], mayCall: true }, signal)
    if (isSilent(spoken)) throw wordless(spoken.heard.answer, spoken.by)
    return spoken.stop === 'length' && callsOf(spoken.message).length === 0 ? carriedOn(spoken, signal) : spoken
  }

  /** An answer that was cut, with its end. */
  async function carriedOn(first: Spoken, signal: AbortSignal): Promise<Spoken> {
    const cut = { ...first, message: withWords(first.message, stillCut) }
    try {
      const rest = await hear({ more: [first.message, userText(carryOn)], mayCall: true }, signal)
      if (isSilent(rest)) return cut
      const message = joined(first.message, rest.message)
      const isCut = rest.stop === 'length' && callsOf(message).length === 0
      return { ...rest, message: isCut ? withWords(message, stillCut) : message }
    } catch (error) {
      // Half an answer is more than none.
      if (signal.aborted || !(error instanceof Failure)) throw error
      sums.failed(error.detail.attempts ?? [])
      return cut
    }
  }

  return { talk, tally: sums, speak, hear }
}

const withWords = (message: AssistantMessage, more: string): AssistantMessage => ({
  ...message,
  parts: [...message.parts, { type: 'text', text: more }],
})
