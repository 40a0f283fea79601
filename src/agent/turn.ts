import type { Answer, ChatEvent, ChatRequest, StopReason, Usage } from '../core/chat.ts'
import { noUsage } from '../core/chat.ts'
import { folding } from '../core/collect.ts'
import { type Attempt, Failure } from '../core/failure.ts'
import type { Message, ToolCallPart, ToolMessage, ToolResultPart } from '../core/message.ts'
import { textOf } from '../core/message.ts'
import type { Answerer, Cause, Provider, Reply, ReplyEnd } from '../core/provider.ts'
import type { Tool, ToolContext } from '../core/tool.ts'

export type TurnEvent =
  | ChatEvent
  | { readonly type: 'restart'; readonly why: string }
  | { readonly type: 'tool-result'; readonly result: ToolResultPart }

/** One question and everything it needs. */
export interface Turn {
  readonly id: string
  readonly provider: Provider
  readonly tools: ReadonlyMap<string, Tool>
  /** The request of the first step, history and question included. */
  readonly request: ChatRequest
  readonly context: ToolContext
  readonly cause: Cause
  readonly agent: string
  /** Rounds of tool calls before the turn ends. */
  readonly maxSteps: number
  /** False when nobody watches the words come. */
  readonly stream: boolean
  newId(): string
}

export interface TurnResult {
  /** What to append to the session: answers and tool results, in order. */
  readonly messages: readonly Message[]
  /** The last answer's words. */
  readonly text: string
  readonly stop: StopReason | 'step-limit'
  readonly by: Answerer
  /** The model in the vendor's own words. */
  readonly model: string
  readonly attempts: readonly Attempt[]
  readonly notes: readonly string[]
  readonly usage: Usage
  /** Micro-dollars; absent when the price of any call is not known. */
  readonly costMicros?: number
}

/** One turn: ask the model, run the tools it calls, ask again, until it is done. Throws a Failure when no answer is to be had. */
export async function runTurn(turn: Turn, emit: (event: TurnEvent) => void): Promise<TurnResult> {
  const messages: Message[] = []
  const attempts: Attempt[] = []
  const notes: string[] = []
  let usage = noUsage
  let cost: number | undefined = 0
  for (let step = 1; ; step += 1) {
    const { answer, end: paid, reply } = await ask(turn, [...turn.request.messages, ...messages], emit)
    messages.push({ ...answer.message, by: `${reply.by.vendor}/${reply.by.model}` })
    attempts.push(...reply.attempts)
    notes.push(...reply.notes.filter((note) => !notes.includes(note)))
    usage = addUsage(usage, answer.usage)
    cost = cost === undefined || paid.costMicros === undefined ? undefined : cost + paid.costMicros
    const costMicros = cost
    const { by } = reply
    const calls = answer.message.parts.filter((part) => part.type === 'tool-call')
    const end = (stop: TurnResult['stop']): TurnResult => ({
      messages,
      text: textOf(answer.message),
      stop,
      by,
      model: answer.model,
      attempts,
      notes,
      usage,
      ...(costMicros !== undefined && { costMicros }),
    })
    if (calls.length === 0) {
      if (textOf(answer.message).trim() === '') throw wordless(answer, by)
      return end(answer.stop)
    }
    const results = await runCalls(turn, calls)
    for (const result of results.parts) emit({ type: 'tool-result', result })
    messages.push(results)
    if (step >= turn.maxSteps) return end('step-limit')
  }
}

/** Why an answer without words is none. */
function wordless(answer: Answer, by: Answerer): Failure {
  const endpoint = { endpoint: by.endpoint }
  if (answer.stop === 'refusal')
    return new Failure('refused', `${by.endpoint} refused to answer. Ask in another way, or another model.`, endpoint)
  if (answer.stop === 'length')
    return new Failure(
      'empty',
      `${by.endpoint} used up its tokens before the first word of the answer. Raise agents.defaults.max_tokens, or lower thinking_level.`,
      endpoint,
    )
  const thought = answer.message.parts.some((part) => part.type === 'thinking')
  return new Failure(
    'empty',
    `${by.endpoint} ${thought ? 'thought about it but said nothing' : 'gave an empty answer'}. Ask again, or try another model with --model.`,
    endpoint,
  )
}

interface Heard {
  readonly answer: Answer
  readonly end: ReplyEnd
  readonly reply: Reply
}

/** Asks once; an answer that breaks off in the middle is asked for once more, from its beginning. */
async function ask(turn: Turn, messages: readonly Message[], emit: (event: TurnEvent) => void): Promise<Heard> {
  for (let again = false; ; again = true) {
    const reply = await turn.provider.open(
      {
        id: turn.newId(),
        request: () => ({
          ...turn.request,
          messages,
          ...(turn.tools.size > 0 && { tools: [...turn.tools.values()].map((tool) => tool.spec) }),
        }),
        stream: turn.stream,
        cause: turn.cause,
        session: turn.context.session,
        agent: turn.agent,
        turn,
      },
      turn.context.signal,
    )
    try {
      return { ...(await listen(reply, emit)), reply }
    } catch (error) {
      if (again || !(error instanceof Failure) || !brokenOff.has(error.kind)) throw error
      emit({ type: 'restart', why: error.message })
    }
  }
}

const brokenOff: ReadonlySet<string> = new Set(['cut', 'timeout', 'network', 'overloaded', 'bad-reply'])

async function listen(reply: Reply, emit: (event: TurnEvent) => void): Promise<Omit<Heard, 'reply'>> {
  if (reply.type === 'bytes')
    throw new Failure('bad-reply', `${reply.by.endpoint} relayed bytes where events were asked for.`)
  const fold = folding()
  for await (const event of reply.events) {
    emit(event)
    const answer = fold.add(event)
    if (answer) return { answer, end: await reply.end }
  }
  throw new Failure('cut', `The answer of ${reply.by.endpoint} stopped before its end.`, {
    endpoint: reply.by.endpoint,
  })
}

/** Read-only calls run side by side, the others in order; the answers keep the order of the calls. */
async function runCalls(turn: Turn, calls: readonly ToolCallPart[]): Promise<ToolMessage> {
  const parts = new Array<ToolResultPart>()
  let group: ToolCallPart[] = []
  const flush = async () => {
    parts.push(...(await Promise.all(group.map((call) => runCall(turn, call)))))
    group = []
  }
  for (const call of calls) {
    if (!turn.tools.get(call.name)?.readOnly) await flush()
    group.push(call)
    if (!turn.tools.get(call.name)?.readOnly) await flush()
  }
  await flush()
  return { role: 'tool', parts }
}

async function runCall(turn: Turn, call: ToolCallPart): Promise<ToolResultPart> {
  const tool = turn.tools.get(call.name)
  const { content, isError = false } = tool
    ? await tool.run(call.input, turn.context)
    : { content: [{ type: 'text' as const, text: `There is no tool named ${call.name}.` }], isError: true }
  return { type: 'tool-result', id: call.id, name: call.name, content, isError }
}

function addUsage(left: Usage, right: Usage): Usage {
  const reasoning = (left.reasoning ?? 0) + (right.reasoning ?? 0)
  return {
    input: left.input + right.input,
    output: left.output + right.output,
    cacheRead: left.cacheRead + right.cacheRead,
    cacheWrite: left.cacheWrite + right.cacheWrite,
    ...(reasoning > 0 && { reasoning }),
  }
}
