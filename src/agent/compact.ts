import type { Clock } from '../core/clock.ts'
import { collect } from '../core/collect.ts'
import { Failure } from '../core/failure.ts'
import { textOf, userText, type Message } from '../core/message.ts'
import type { Call, Provider } from '../core/provider.ts'
import type { LogEntry, SessionState } from '../core/store.ts'
import { isSafeBoundary, partsNoCall } from './boundaries.ts'
import { deadline } from './deadline.ts'
import { isOfOthers } from './outside.ts'
import { pinnedRules, rulesOf } from './pinned.ts'
import { withinReach } from './reach.ts'
import { clipToTokens } from './shorten.ts'
import { messagesTokens, messageTokens, textTokens } from './tokens.ts'
import { pieces, questionFor, transcript } from './transcript.ts'

/** Requests that one summary may take; of a longer log the newest part counts. */
const mostPieces = 8
/** Tokens that the rules of a conversation may have. */
const mostRules = 8_000
/** Messages that are never summed up. */
const keepMessages = 4
/** The longest a summary may take to be written. */
const compactionMs = 120_000

export interface CompactionInput {
  readonly log: readonly LogEntry[]
  readonly state: SessionState
  /** Tokens that the messages kept may have. */
  readonly keepTokens: number
  /** Tokens that a request of the model that writes the summary may hold, its answer included. */
  readonly window: number
  /** Absent: no model is asked. */
  readonly provider: Provider | undefined
  readonly call: Pick<Call, 'session' | 'agent' | 'turnId' | 'bill'>
  readonly clock: Clock
  newId(): string
  readonly signal: AbortSignal
  readonly deadlineMs?: number
}

export interface Compacted {
  readonly state: Pick<SessionState, 'after' | 'summary' | 'pinned' | 'outside'>
  /** Messages that are no longer sent. */
  readonly left: number
  /** Why no model wrote the summary. */
  readonly mechanical?: string
}

/**
 * Sums up the older part of a log; the newest messages stay, from a place where no call is parted from its result. Undefined when there is
 * nothing to sum up. Never fails for the model's sake: without its words the summary is a mechanical one. Throws only when `signal` aborts.
 */
export async function compact(input: CompactionInput): Promise<Compacted | undefined> {
  const { log, state, window } = input
  const cut = cutAt(
    log.map((entry) => entry.message),
    input.keepTokens,
  )
  const last = log[cut - 1]
  if (last === undefined) return undefined
  const old = log.slice(0, cut).map((entry) => entry.message)
  const outside = state.outside === true || old.some(isOfOthers)
  const pinned = pinnedRules(state.pinned ?? [], rulesOf(old), Math.min(mostRules, Math.floor(window / 4)))
  const { summary, mechanical } = await summarise(old, input)
  return {
    left: cut,
    state: {
      after: last.seq,
      summary:
        clipToTokens(summary, summaryRoom(window)) +
        underWay(log, cut, Math.floor(summaryRoom(window) / 2), state.summary),
      ...(pinned.length > 0 && { pinned }),
      ...(outside && { outside }),
    },
    ...(mechanical !== undefined && { mechanical }),
  }
}

/** True when a log has grown so long that it should be summed up between two turns; 0 switches a limit off. */
export function isDue(
  log: readonly Message[],
  limits: { readonly messages: number; readonly percent: number; readonly window: number },
): boolean {
  const { messages, percent, window } = limits
  if (messages > 0 && log.length > messages) return true
  return percent > 0 && messagesTokens(log) > (window * percent) / 100
}

/** Tokens that a summary may have. */
const summaryRoom = (window: number): number => Math.min(2_000, Math.max(100, Math.floor(window / 10)))

/**
 * The first message that is kept: the earliest start of a turn whose rest fits, else the earliest place within a turn that parts no call
 * from its result. 0 when nothing can go.
 */
export function cutAt(log: readonly Message[], keepTokens: number): number {
  const latest = log.length - keepMessages
  if (latest < 1) return 0
  const fits: boolean[] = []
  let sum = 0
  for (let index = log.length - 1; index > 0; index -= 1) {
    const message = log[index]
    if (message) sum += messageTokens(message)
    fits[index] = sum <= keepTokens
  }
  const places = Array.from({ length: latest }, (_, index) => index + 1)
  const starts = places.filter((index) => isSafeBoundary(log, index))
  const within = places.filter((index) => partsNoCall(log, index))
  return starts.find((index) => fits[index]) ?? within.find((index) => fits[index]) ?? within.at(-1) ?? 0
}

const worksOn = "\n\nStill being worked on, in the person's words:\n"

/** The question whose answer is cut in two: its words, so that the work goes on. It may have been cut off before. */
function underWay(log: readonly LogEntry[], cut: number, room: number, before = ''): string {
  if (log[cut]?.message.role === 'user') return ''
  const question = log.slice(0, cut).findLast(({ message }) => message.role === 'user')
  if (question) return worksOn + clipToTokens(textOf(question.message), room)
  const at = before.lastIndexOf(worksOn)
  return at < 0 ? '' : before.slice(at)
}

/** A summary without the question that was being worked on. */
const settled = (summary = ''): string => summary.split(worksOn)[0] ?? ''

async function summarise(
  old: readonly Message[],
  input: CompactionInput,
): Promise<{ readonly summary: string; readonly mechanical?: string }> {
  const { provider, clock, signal, state, deadlineMs = compactionMs } = input
  if (!provider) return { summary: mechanicalSummary(old, settled(state.summary)), mechanical: 'no model was asked' }
  using late = deadline(clock, deadlineMs, `The summary took longer than ${Math.round(deadlineMs / 1_000)} s.`)
  const both = AbortSignal.any([signal, late.signal])
  try {
    return { summary: await withinReach(writeSummary(old, provider, input, both), both) }
  } catch (error) {
    signal.throwIfAborted()
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown'
    return { summary: mechanicalSummary(old, settled(state.summary)), mechanical: why }
  }
}

/** Piece by piece, each with the summary so far, so that no request is larger than the window. */
async function writeSummary(
  old: readonly Message[],
  provider: Provider,
  input: CompactionInput,
  signal: AbortSignal,
): Promise<string> {
  const { call, window, state } = input
  const room = summaryRoom(window)
  let summary = clipToTokens(settled(state.summary), 2 * room)
  const all = pieces(transcript(old), Math.max(200, Math.floor(window * 0.8) - 3 * room - 300))
  for (const piece of all.slice(-mostPieces)) {
    const reply = await provider.open(
      {
        ...call,
        id: input.newId(),
        request: () => ({ messages: [userText(questionFor(summary, piece, room))], maxTokens: room, temperature: 0.3 }),
        stream: true,
        cause: 'compaction',
        turn: input,
      },
      signal,
    )
    if (reply.type !== 'events') throw new Failure('bad-reply', 'The summary came as bytes.')
    const answer = await collect(reply.events)
    await reply.end
    const words = textOf(answer.message).trim()
    if (words === '' || answer.stop === 'refusal') throw new Failure('empty', 'The model wrote no summary.')
    summary = clipToTokens(words, 2 * room)
  }
  return summary
}

const digest = 120

/** What can be said without a model: the former summary and how the questions began. */
function mechanicalSummary(old: readonly Message[], before = ''): string {
  const asked = old.flatMap((message) => {
    const words = message.role === 'user' && message.outside === undefined ? textOf(message).trim() : ''
    return words === '' ? [] : [`- ${words.replaceAll(/\s+/g, ' ').slice(0, digest).toWellFormed()}`]
  })
  const note = `[${old.length} older messages were left out to make room. They are still in the log and can be searched.]`
  return [before.trim(), note, asked.length > 0 && `The person had asked:\n${newestFirst(asked)}`]
    .filter(Boolean)
    .join('\n\n')
}

/** The newest lines that fit. */
function newestFirst(lines: readonly string[]): string {
  let left = 600
  const from = lines.findLastIndex((line) => (left -= textTokens(line)) < 0)
  return lines.slice(from + 1).join('\n')
}
