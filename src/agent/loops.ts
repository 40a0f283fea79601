import { createHash } from 'node:crypto'
import { isJsonObject, type Json } from '../core/json.ts'
import type { ToolCallPart, ToolResultPart } from '../core/message.ts'

/** Repetitions after which the model is told, and after which the turn ends. */
const noteAt = 3
const stopAt = 5
/** Rounds in a row in which no call could be run at all. */
const malformedStop = 3

export interface LoopBreaker {
  /** Hears of a result. `note`: the model should be told so; `stop`: why the turn should end. */
  heard(call: ToolCallPart, result: ToolResultPart, step: number): { readonly note?: string; readonly stop?: string }
  /** Hears whether any call of a round could be run; tells why the turn should end. */
  round(anyRan: boolean): string | undefined
}

/**
 * Notices work that leads nowhere: the same call with the same result, and one tool that fails in the same way whatever it is given. A
 * result that changes is progress.
 */
export function loopBreaker(): LoopBreaker {
  const calls = new Map<string, { result: string; count: number; step: number }>()
  const errors = new Map<string, { kind: string; count: number; step: number }>()
  let malformed = 0

  // A round counts once, however often it holds the same call and however many of its calls fail.
  const sameCall = (call: ToolCallPart, result: string, step: number): number => {
    const key = `${call.name} ${canonical(call.input)}`
    const seen = calls.get(key)
    const count = seen?.result !== result ? 1 : seen.step === step ? seen.count : seen.count + 1
    calls.set(key, { result, count, step })
    return count
  }
  const sameError = (call: ToolCallPart, result: ToolResultPart, step: number): number => {
    if (!result.isError) {
      errors.delete(call.name)
      return 0
    }
    const kind = classOf(textOf(result))
    const seen = errors.get(call.name)
    if (seen?.kind !== kind) {
      errors.set(call.name, { kind, count: 1, step })
      return 1
    }
    if (seen.step !== step) seen.count += 1
    seen.step = step
    return seen.count
  }

  return {
    heard(call, result, step) {
      const same = sameCall(call, digest(result), step)
      const failed = sameError(call, result, step)
      const count = Math.max(same, failed)
      const what =
        same >= failed
          ? `the same call to ${call.name} gave the same result ${same} times`
          : `${call.name} failed in the same way ${failed} times`
      if (count < noteAt) return {}
      return {
        note: `[Note: ${what}. Do something else, or tell the person what is in the way.]`,
        ...(count >= stopAt && { stop: what }),
      }
    },
    round(anyRan) {
      malformed = anyRan ? 0 : malformed + 1
      return malformed >= malformedStop ? `none of the calls in ${malformed} replies in a row could be run` : undefined
    },
  }
}

/** Stands for a result that may be long. */
const digest = ({ isError, content }: ToolResultPart): string =>
  createHash('sha256')
    .update(JSON.stringify([isError, content]))
    .digest('base64')

const textOf = ({ content }: ToolResultPart): string =>
  content.map((part) => (part.type === 'text' ? part.text : part.type)).join('\n')

/** What kind of error a text tells of: its beginning without figures, paths and quoted words. */
function classOf(text: string): string {
  return text
    .slice(0, 500)
    .replaceAll(/(["'`«“]).*?(["'`»”])/g, '')
    .replaceAll(/\S*[/\\\d]\S*/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 120)
}

/** The same text for the same value, whatever the order of its keys. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`
}
