import type { AssistantMessage, Message, ToolMessage } from '../core/message.ts'

/**
 * The part of a conversation that may be sent: whole turns, newest last, at most `budget` estimated tokens (the newest turn always
 * stays). Every tool call has its result right after it, every result its call, and the first message is the user's.
 */
export function buildHistory(log: readonly Message[], budget: number): readonly Message[] {
  const turns = splitTurns(log).map(pairCalls)
  const kept: Message[][] = []
  let spent = 0
  for (const turn of turns.toReversed()) {
    spent += turn.reduce((sum, message) => sum + estimateTokens(message), 0)
    if (kept.length > 0 && spent > budget) break
    kept.unshift(turn)
  }
  return kept.flat()
}

/** A turn starts at a user message. What comes before the first user message belongs to none. */
function splitTurns(log: readonly Message[]): Message[][] {
  const turns: Message[][] = []
  for (const message of log) {
    if (message.role === 'user') turns.push([message])
    else turns.at(-1)?.push(message)
  }
  return turns
}

function pairCalls(turn: readonly Message[]): Message[] {
  const paired: Message[] = []
  for (const [index, message] of turn.entries()) {
    if (message.role === 'tool') continue
    if (message.role !== 'assistant') {
      paired.push(message)
      continue
    }
    const next = turn[index + 1]
    paired.push(...withResults(message, next?.role === 'tool' ? next : undefined))
  }
  return paired
}

/** The assistant message with the calls that were answered, followed by their answers; nothing when nothing is left. */
function withResults(message: AssistantMessage, results: ToolMessage | undefined): Message[] {
  const answered = new Map((results?.parts ?? []).map((part) => [part.id, part]))
  const parts = message.parts.filter((part) => part.type !== 'tool-call' || answered.has(part.id))
  const answers = parts.flatMap((part) => (part.type === 'tool-call' ? (answered.get(part.id) ?? []) : []))
  if (!parts.some((part) => part.type === 'text' || part.type === 'tool-call')) return []
  return [{ ...message, parts }, ...(answers.length > 0 ? [{ role: 'tool' as const, parts: answers }] : [])]
}

const tokensPerMedia = 1_000

/** A rough count: one token for four characters of text, a flat figure for media. */
export function estimateTokens(message: Message): number {
  let characters = 0
  let media = 0
  for (const part of message.parts) {
    if (part.type === 'image' || part.type === 'audio' || part.type === 'document') media += 1
    else characters += JSON.stringify(part).length
  }
  return Math.ceil(characters / 4) + media * tokensPerMedia
}
