import type { CacheMark, ChatRequest, Usage } from '../core/chat.ts'
import { Failure } from '../core/failure.ts'
import type { Message } from '../core/message.ts'
import type { LogEntry, SessionState } from '../core/store.ts'
import { compact, cutAt } from './compact.ts'
import { requestable, sendable } from './history.ts'
import { isFromOutside } from './outside.ts'
import type { Emit, Turn } from './ports.ts'
import { summarySections } from './prompt.ts'
import { shortenResults, squeezed } from './shorten.ts'
import { messagesTokens, promptRoom, promptTokens, requestTokens } from './tokens.ts'

const opening = '(The conversation goes on; what was before is summed up above.)'
/** Characters to which every text is cut when nothing else helps, step by step. */
const squeezes = [8_000, 4_000, 2_000, 1_000, 500, 200, 80]

/** The conversation of a turn, and the requests that are made of it. */
export interface Conversation {
  /** What is in the log from now on. */
  add(messages: readonly Message[]): void
  /**
   * A request that fits the window; what is too old for it is shortened, then summed up. `more` follows the log in this request alone.
   * Throws a Failure when even the prompt and the tools alone do not fit.
   */
  request(
    options: { readonly more?: readonly Message[]; readonly mayCall: boolean },
    signal: AbortSignal,
  ): Promise<ChatRequest>
  /** Learns how many tokens the vendor counted for the request made last. */
  counted(usage: Usage): void
  /** Makes the next request smaller, after the last one was too long. False when it cannot be. */
  shrink(signal: AbortSignal): Promise<boolean>
  /** Pictures become a note from now on. False when there was none, or they are already. */
  blind(): boolean
  /** Calls and results are told in words from now on. False when there was none, or they are already. */
  flatten(): boolean
  /** True when the newest message is what tools answered. */
  readonly answersTools: boolean
  /** True when text from outside is part of what is sent. */
  readonly tainted: boolean
}

export function conversation(turn: Turn, emit: Emit, options: { readonly vision: boolean }): Conversation {
  const entries: LogEntry[] = [...turn.log]
  /** Tools may come and go while the turn works. */
  const toolsNow = () =>
    [...turn.tools.values()].map((tool) => tool.spec).sort((left, right) => (left.name < right.name ? -1 : 1))
  const shortened = new Set<Message>()
  let room = promptRoom(turn.limits)
  let state: SessionState = turn.state
  let { vision } = options
  let flat = turn.tools.size === 0
  let squeeze: number | undefined
  /** How much more the vendor counts than we do. */
  let factor = 1
  let noModel = false
  /** What the vendor counted for the first `entries` of the log with these tools; gone when anything before them changes. */
  let known: { readonly entries: number; readonly tokens: number; readonly tools: string } | undefined
  let sent = { entries: 0, estimate: 0, tokens: 0, tools: '' }

  const add = (messages: readonly Message[]) => {
    const at = turn.clock.now()
    for (const message of messages)
      entries.push({ seq: (entries.at(-1)?.seq ?? state.after ?? 0) + 1, at, turn: turn.id, message })
  }
  const forget = () => {
    known = undefined
  }
  if (turn.question) add([turn.question])

  /** The log as it is sent, before it is made valid; the moment stands beside the question. */
  function view(): readonly Message[] {
    const question = entries.findIndex((entry) => entry.turn === turn.id && entry.message.role === 'user')
    const log = entries.map(({ message }, index) => (index === question ? withMoment(message) : message))
    const short = shortenResults(log, 0, shortened)
    return squeeze === undefined ? short : squeezed(short, squeeze)
  }
  const withMoment = (message: Message): Message =>
    turn.moment === undefined || message.role !== 'user'
      ? message
      : { ...message, parts: [{ type: 'text', text: turn.moment }, ...message.parts] }
  const shape = () => ({ vision, flat, opening: hasQuestion() ? opening : [opening, turn.moment].join('\n\n').trim() })
  const hasQuestion = () => entries.some((entry) => entry.turn === turn.id && entry.message.role === 'user')

  function build(more: readonly Message[], mayCall: boolean): ChatRequest {
    const log = view()
    const tools = toolsNow()
    const messages = requestable([...log, ...more], shape())
    return {
      system: [...turn.system, ...summarySections(state)].filter((section) => section !== ''),
      messages,
      ...(tools.length > 0 && { tools }),
      ...(tools.length > 0 && !mayCall && { toolChoice: 'none' as const }),
      cacheMarks: marks(log, messages),
    }
  }

  /** After the tools, the stable section and the last message of the former turn; in a round of tools after the newest message, too. */
  function marks(log: readonly Message[], messages: readonly Message[]): readonly CacheMark[] {
    const first = entries.findIndex((entry) => entry.turn === turn.id)
    const former = first > 0 ? sendable(log.slice(0, first), shape()).length - 1 : -1
    return [
      ...(turn.tools.size > 0 ? [{ after: 'tools' } as const] : []),
      { after: 'system', index: 0 },
      ...(former >= 0 ? [{ after: 'message', index: former } as const] : []),
      ...(messages.at(-1)?.role === 'tool' ? [{ after: 'message', index: messages.length - 1 } as const] : []),
    ]
  }

  function estimate(request: ChatRequest, more: readonly Message[]): number {
    if (known?.tools !== namesOf(request)) return Math.ceil(factor * requestTokens(request))
    const fresh = [...entries.slice(known.entries).map((entry) => entry.message), ...more]
    return known.tokens + Math.ceil(factor * messagesTokens(requestable(fresh, { ...shape(), opening: '' })))
  }

  /** Tokens of the prompt and the tools, which nothing can shorten. */
  const fixed = () => Math.ceil(factor * requestTokens({ ...build([], true), messages: [] }))

  async function sumUp(keepTokens: number, signal: AbortSignal): Promise<boolean> {
    const messages = entries.map((entry) => entry.message)
    const cut = cutAt(messages, keepTokens)
    if (cut === 0) return false
    const done = await compact({
      log: entries,
      state,
      keepTokens,
      window: turn.limits.window,
      provider: noModel ? undefined : (turn.compactor ?? turn.provider),
      call: { session: turn.session, agent: turn.agent, turnId: turn.id, bill: turn.bill },
      clock: turn.clock,
      newId: () => turn.newId(),
      signal,
    })
    if (!done) return false
    entries.splice(0, done.left)
    state = { ...state, ...done.state }
    noModel ||= done.mechanical !== undefined
    squeeze = undefined
    forget()
    await turn.change?.({ ...done.state })
    emit({
      type: 'compacted',
      left: done.left,
      mechanical: done.mechanical !== undefined,
      ...(done.mechanical !== undefined && { why: turn.redact(done.mechanical) }),
    })
    return true
  }

  /** Worth a summary: a fifth of the room at least, so that not every call makes one. */
  function worthSummingUp(keepTokens: number): boolean {
    const messages = entries.map((entry) => entry.message)
    return messagesTokens(messages.slice(0, cutAt(messages, keepTokens))) * factor > room / 5
  }

  function fitByForce(more: readonly Message[], mayCall: boolean): ChatRequest | undefined {
    forget()
    for (const longest of squeezes) {
      if (squeeze !== undefined && longest > squeeze) continue
      squeeze = longest
      const request = build(more, mayCall)
      if (estimate(request, more) <= room) return request
    }
    return undefined
  }

  async function fitting(more: readonly Message[], mayCall: boolean, signal: AbortSignal): Promise<ChatRequest> {
    let request = build(more, mayCall)
    let over = estimate(request, more) - room
    if (over <= 0) return request
    forget()
    shortenResults(
      entries.map((entry) => entry.message),
      (over + room / 5) / factor,
      shortened,
    )
    request = build(more, mayCall)
    over = estimate(request, more) - room
    if (over <= 0) return request
    const left = room - fixed() - Math.ceil(factor * messagesTokens(more))
    if (left <= 0) throw tooSmall(fixed(), turn.limits.window)
    const keep = Math.floor(left / 2 / factor)
    if (worthSummingUp(keep) && (await sumUp(keep, signal))) {
      request = build(more, mayCall)
      if (estimate(request, more) <= room) return request
    }
    const forced = fitByForce(more, mayCall) ?? ((await sumUp(0, signal)) ? fitByForce(more, mayCall) : undefined)
    if (!forced) throw tooSmall(fixed(), turn.limits.window)
    return forced
  }

  return {
    add,
    async request({ more = [], mayCall }, signal) {
      const request = await fitting(more, mayCall, signal)
      const tokens = estimate(request, more)
      sent = { entries: entries.length, estimate: requestTokens(request), tokens, tools: namesOf(request) }
      const { maxTokens, ...asked } = turn.request ?? {}
      const answer = maxTokens === undefined ? undefined : Math.max(1, Math.min(maxTokens, turn.limits.window - tokens))
      return { ...request, ...asked, ...(answer !== undefined && { maxTokens: answer }) }
    },
    counted(usage) {
      const tokens = promptTokens(usage)
      // A vendor that tells nothing, or only a part.
      if (tokens < sent.estimate / 4) return
      factor = Math.max(1, tokens / sent.estimate)
      known = { entries: sent.entries, tokens, tools: sent.tools }
    },
    async shrink(signal) {
      // Whatever the configuration says, this was too much; it holds for the rest of the turn.
      room = Math.floor(Math.min(room, sent.tokens) * 0.75)
      forget()
      const left = Math.max(0, room - fixed())
      if (await sumUp(Math.floor(left / 2 / factor), signal)) return true
      shortenResults(
        entries.map((entry) => entry.message),
        Infinity,
        shortened,
      )
      const smaller = squeezes.find((longest) => longest < (squeeze ?? Infinity))
      squeeze = smaller ?? squeeze
      return smaller !== undefined
    },
    blind() {
      const seen = vision && entries.some(({ message }) => hasPicture(message))
      vision = false
      forget()
      return seen
    },
    flatten() {
      const seen = !flat && entries.some(({ message }) => message.role === 'tool')
      flat = true
      forget()
      return seen
    },
    get answersTools() {
      return entries.at(-1)?.message.role === 'tool'
    },
    get tainted() {
      return state.outside === true || entries.some(({ message }) => isFromOutside(message))
    },
  }
}

const namesOf = ({ tools = [] }: ChatRequest): string => tools.map(({ name }) => name).join()

function hasPicture(message: Message): boolean {
  return message.parts.some(
    (part) =>
      part.type === 'image' || (part.type === 'tool-result' && part.content.some((piece) => piece.type === 'image')),
  )
}

function tooSmall(tokens: number, window: number): Failure {
  return new Failure(
    'too-long',
    `The system prompt, the tools and the newest message need about ${tokens} tokens or more, and the model's window has ${window}. Raise agents.defaults.context_window if the model has more, switch tools off, or shorten AGENT.md and the memory.`,
  )
}
