import type { Message } from '../core/message.ts'
import { isOfOthers } from './outside.ts'
import { textTokens } from './tokens.ts'

/** How a line begins that a person means for good, in the languages that people write most. */
const beginnings = [
  String.raw`(?:rule|remember|important)\s*\d*\s*[:：]`,
  String.raw`(?:always|never)\b`,
  String.raw`(?:regel|merke?|wichtig)\s*\d*\s*[:：]|(?:immer|niemals|nie)\b`,
  String.raw`(?:règle|retiens|important)\s*\d*\s*[:：]|(?:toujours|jamais)\b`,
  String.raw`(?:regla|recuerda|importante)\s*\d*\s*[:：]|(?:siempre|nunca)\b`,
  String.raw`(?:правило|запомни)\s*\d*\s*[:：]|(?:всегда|никогда)(?![\p{L}])`,
  String.raw`(?:规则|規則|记住|記住|ルール)\s*\d*\s*[:：]|(?:始终|始終|总是|永远|永遠|绝不|絕不|切勿)`,
]
const rule = new RegExp(String.raw`^\s*(?:[-*•>]\s+|\d+[.)]\s+)?(?:${beginnings.join('|')})`, 'iu')
/** Longer lines are texts, not rules. */
const longestRule = 2_000

/** The lines of a text that say what shall always hold, word for word. */
export function rulesIn(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length <= longestRule && rule.test(line) && !/^\W*never ?mind\b/i.test(line))
}

/** The rules of the people this conversation trusts; what came from outside sets none. */
export function rulesOf(messages: readonly Message[]): readonly string[] {
  return messages.flatMap((message) =>
    message.role === 'user' && !isOfOthers(message)
      ? message.parts.flatMap((part) => (part.type === 'text' ? rulesIn(part.text) : []))
      : [],
  )
}

/** Each rule once, in the order in which it was first set; the newest count when they need more than `room` tokens. */
export function pinnedRules(before: readonly string[], more: readonly string[], room: number): readonly string[] {
  const all = [...new Set([...before, ...more])]
  let left = room
  const from = all.findLastIndex((line) => (left -= textTokens(line) + 2) < 0)
  return all.slice(from + 1)
}
