import type { Clock } from '../core/clock.ts'
import { isJsonObject } from '../core/json.ts'
import type { ToolCallPart, ToolResultPart } from '../core/message.ts'
import type { Tool, ToolContext, ToolOutput } from '../core/tool.ts'
import { nearest } from '../kit/nearest.ts'
import type { Emit, Turn } from './ports.ts'
import { withinReach } from './reach.ts'
import { clipToTokens } from './shorten.ts'

/** Calls of one reply that are run; more than that is a model that lost its way. */
const mostCalls = 32

export interface CallsInput {
  readonly turn: Pick<Turn, 'tools' | 'guard' | 'redact' | 'checkpoint'>
  readonly calls: readonly ToolCallPart[]
  /** True when the reply was cut, so that its last call may not be whole. */
  readonly cut: boolean
  /** The context of a call, by its id. */
  context(call: string): ToolContext
  /** True when a message has arrived that the model should see first. */
  interrupted(): boolean
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Tokens that one result may have. */
  readonly longestResult: number
  readonly emit: Emit
}

export interface CallOutcome {
  readonly call: ToolCallPart
  readonly result: ToolResultPart
  /** False when the tool was not started. */
  readonly ran: boolean
  /** True when it was not, for a message that has arrived. */
  readonly skipped: boolean
  readonly ms: number
}

/**
 * Runs the calls of one reply: read-only ones side by side, the others one at a time. Outcomes come in the order of the calls, group by group, as soon as
 * a group is done. Once a message waits, what would change anything is skipped. Never throws but on abort.
 */
export async function* runCalls(input: CallsInput): AsyncGenerator<readonly CallOutcome[]> {
  for (const group of groups(input)) yield await Promise.all(group.map((each) => each()))
}

type Work = () => Promise<CallOutcome>

function groups(input: CallsInput): readonly (readonly Work[])[] {
  const { calls, turn } = input
  const grouped: Work[][] = []
  let sideBySide = false
  for (const [index, call] of calls.entries()) {
    const readOnly = turn.tools.get(call.name)?.readOnly ?? true
    const work = () => outcomeOf(input, call, index)
    const last = grouped.at(-1)
    if (last && sideBySide && readOnly) last.push(work)
    else grouped.push([work])
    sideBySide = readOnly
  }
  return grouped
}

async function outcomeOf(input: CallsInput, call: ToolCallPart, index: number): Promise<CallOutcome> {
  const { turn, clock, emit, signal } = input
  signal.throwIfAborted()
  const start = clock.now()
  emit({ type: 'tool-start', call: call.id, name: call.name, input: call.input })
  const refusal = refusalOf(input, call, index)
  const tool = turn.tools.get(call.name)
  const { output, ran } =
    refusal !== undefined || !tool
      ? { output: failed(refusal ?? ''), ran: false }
      : await guarded(input, call, tool, input.context(call.id))
  const result = resultOf(call, output, input)
  const ms = clock.now() - start
  emit({ type: 'tool-end', call: call.id, name: call.name, isError: result.isError, ms, result })
  return { call, result, ran, skipped: refusal === skipped, ms }
}

const skipped = 'Skipped: a new message of the person has arrived. Read it first; ask again if the call is still right.'

/** Why a call is answered without being run. */
function refusalOf(
  { turn, calls, cut, interrupted }: CallsInput,
  call: ToolCallPart,
  index: number,
): string | undefined {
  const tool = turn.tools.get(call.name)
  if (!tool) return noSuchTool(call.name, turn.tools)
  if (index >= mostCalls) return `Not run: a reply may hold ${mostCalls} calls. Ask again for what is still needed.`
  if (cut && index === calls.length - 1)
    return 'Not run: the reply reached its token limit in the middle of this call. Ask again with shorter arguments, in several steps if need be.'
  if (!isJsonObject(call.input) || isUnreadable(call, tool))
    return 'Not run: the arguments are not a JSON object. Ask again with arguments that fit the schema of the tool.'
  if (calls.slice(0, index).some((other) => isSame(other, call)))
    return 'Not run: this is the same call, with the same id, as one before it in this reply. It was run once.'
  if (!tool.readOnly && interrupted()) return skipped
  return undefined
}

function noSuchTool(name: string, tools: ReadonlyMap<string, Tool>): string {
  const meant = nearest(name, tools.keys())
  const known = [...tools.keys()].join(', ')
  return `There is no tool named ${name}.${meant ? ` Did you mean ${meant}?` : ''} ${known ? `The tools are: ${known}.` : 'There are no tools in this conversation.'}`
}

/** Arguments that could not be read come as one text named raw. */
function isUnreadable({ input }: ToolCallPart, { spec }: Tool): boolean {
  const { properties } = spec.input
  const known = isJsonObject(properties) && 'raw' in properties
  return !known && typeof input['raw'] === 'string' && Object.keys(input).length === 1
}

const isSame = (left: ToolCallPart, right: ToolCallPart): boolean =>
  left.id === right.id && left.name === right.name && JSON.stringify(left.input) === JSON.stringify(right.input)

async function guarded(
  { turn, signal }: CallsInput,
  call: ToolCallPart,
  tool: Tool,
  context: ToolContext,
): Promise<{ readonly output: ToolOutput; readonly ran: boolean }> {
  await turn.checkpoint?.('tool-called')
  try {
    const instead = await withinReach(Promise.resolve(turn.guard?.(call, tool, context)), signal)
    if (instead) return { output: instead, ran: false }
  } catch (error) {
    signal.throwIfAborted()
    // A permission that could not be asked for is none.
    return { output: failed(`Not run: it could not be asked whether it may be. ${messageOf(error)}`), ran: false }
  }
  await turn.checkpoint?.('tool-allowed')
  try {
    const output = await withinReach(tool.run(call.input, context), signal)
    await turn.checkpoint?.('tool-ran')
    return { output, ran: true }
  } catch (error) {
    signal.throwIfAborted()
    return { output: failed(`${call.name} broke down: ${messageOf(error)}`), ran: true }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const failed = (text: string): ToolOutput => ({ content: [{ type: 'text', text }], isError: true })

/** What the model gets to see: without secrets, of a length that leaves room for more. */
function resultOf(call: ToolCallPart, output: ToolOutput, { turn, longestResult }: CallsInput): ToolResultPart {
  const { content, isError = false, outside } = output
  return {
    type: 'tool-result',
    id: call.id,
    name: call.name,
    content: content.map((part) =>
      part.type === 'text' ? { ...part, text: clipToTokens(turn.redact(part.text), longestResult) } : part,
    ),
    isError,
    ...(outside !== undefined && { outside }),
  }
}
