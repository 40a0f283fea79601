import type { Answer, ChatRequest } from '../core/chat.ts'
import { folding } from '../core/collect.ts'
import { Failure } from '../core/failure.ts'
import type { EventReply, Reply, ReplyEnd } from '../core/provider.ts'
import type { Emit, Turn } from './ports.ts'
import { withinReach } from './reach.ts'

export interface Heard {
  readonly answer: Answer
  readonly end: ReplyEnd
  readonly reply: EventReply
}

/** Failures after which an answer that had begun is asked for again. */
const brokenOff: ReadonlySet<string> = new Set(['cut', 'timeout', 'network', 'overloaded', 'bad-reply'])

/** Asks once; an answer that breaks off in the middle is asked for once more, from its beginning. */
export async function ask(turn: Turn, request: ChatRequest, emit: Emit, signal: AbortSignal): Promise<Heard> {
  for (let again = false; ; again = true) {
    const reply = await withinReach(open(turn, request, signal), signal)
    try {
      return { ...(await withinReach(listen(reply, emit, signal), signal)), reply }
    } catch (error) {
      if (again || signal.aborted || !(error instanceof Failure) || !brokenOff.has(error.kind)) throw error
      emit({ type: 'restart', why: error.message })
    }
  }
}

async function open(turn: Turn, request: ChatRequest, signal: AbortSignal): Promise<EventReply> {
  const reply: Reply = await turn.provider.open(
    {
      id: turn.newId(),
      request: () => request,
      stream: turn.stream,
      cause: turn.cause,
      session: turn.session,
      agent: turn.agent,
      turnId: turn.id,
      bill: turn.bill,
      turn,
    },
    signal,
  )
  if (reply.type === 'bytes')
    throw new Failure('bad-reply', `${reply.by.endpoint} relayed bytes where events were asked for.`)
  return reply
}

async function listen(reply: EventReply, emit: Emit, signal: AbortSignal): Promise<Omit<Heard, 'reply'>> {
  const fold = folding()
  for await (const event of reply.events) {
    // Whoever aborted is gone: what a hanging stream still says is told to nobody.
    signal.throwIfAborted()
    emit(event)
    const answer = fold.add(event)
    if (answer) return { answer, end: await reply.end }
  }
  throw new Failure('cut', `The answer of ${reply.by.endpoint} stopped before its end.`, {
    endpoint: reply.by.endpoint,
  })
}
