import type { Answer } from '../core/chat.ts'
import { Failure } from '../core/failure.ts'
import type { AssistantMessage, ToolCallPart } from '../core/message.ts'
import { textOf } from '../core/message.ts'
import type { Answerer } from '../core/provider.ts'
import type { TurnLimits, TurnStop } from './ports.ts'

/** A turn without a time limit of its own still ends: a week. */
export const longestMs = 7 * 86_400_000

/** What the model is told when its answer was cut at the token limit. */
export const carryOn =
  '(Your answer was cut at the token limit. Go on exactly where it stopped. Repeat nothing, and come to an end soon.)'
/** What the model is told when it said nothing. */
export const speakUp = '(Your last reply had no words in it. Answer the person now, in plain words.)'
/** What the model is told before its last call. */
export const sumUpNow = (why: string): string =>
  `(${why} No tool can be called any more. Tell the person in a few sentences what was done, what was found and what is still open.)`

/** What is added to an answer that was cut a second time. */
export const stillCut =
  '\n\n(The answer was cut here: it reached the token limit. Raise max_tokens, or ask me to go on.)'

/** One honest sentence about a turn that did not come to its own end. */
export function whyStopped(stop: TurnStop, limits: TurnLimits, what = ''): string {
  switch (stop) {
    case 'step-limit':
      return `Stopped after ${limits.maxSteps} rounds of tool calls, the limit set by agents.defaults.max_tool_iterations.`
    case 'time-limit':
      return `Stopped after ${duration(limits.maxMs ?? longestMs)}, the time limit of one turn.`
    case 'money-limit':
      return what === ''
        ? `Stopped at $${((limits.maxCostMicros ?? 0) / 1e6).toFixed(2)}, the limit of money for one turn.`
        : `Stopped for the sake of money: ${what}`
    case 'loop':
      return `Stopped because the work led nowhere: ${what}.`
    default:
      return ''
  }
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`
}

/** Why an answer without words is none. */
export function wordless(answer: Answer, { endpoint }: Answerer): Failure {
  const detail = { endpoint }
  if (answer.stop === 'refusal')
    return new Failure('refused', `${endpoint} refused to answer. Ask in another way, or another model.`, detail)
  if (answer.stop === 'length')
    return new Failure(
      'empty',
      `${endpoint} used up its tokens before the first word of the answer. Raise agents.defaults.max_tokens, or lower thinking_level.`,
      detail,
    )
  const thought = answer.message.parts.some(({ type }) => type === 'thinking' || type === 'redacted-thinking')
  return new Failure(
    'empty',
    `${endpoint} ${thought ? 'thought about it but said nothing' : 'gave an empty answer'}. Ask again, or try another model with --model.`,
    detail,
  )
}

/** The calls of an answer. One without a name gets one, so that it can be answered. */
export function callsOf({ parts }: AssistantMessage): readonly ToolCallPart[] {
  return parts.filter((part) => part.type === 'tool-call')
}
export function named(message: AssistantMessage): AssistantMessage {
  const parts = message.parts.map((part) =>
    part.type === 'tool-call' && part.name.trim() === '' ? { ...part, name: 'unnamed' } : part,
  )
  return { ...message, parts }
}

/** An answer and what came after it was cut, as one. Reasoning of two replies does not go together: it is left out. */
export function joined(first: AssistantMessage, rest: AssistantMessage): AssistantMessage {
  return { ...rest, parts: [{ type: 'text', text: textOf(first) + textOf(rest) }, ...callsOf(rest)] }
}
