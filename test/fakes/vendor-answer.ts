import type { JsonObject } from '../../src/core/json.ts'

/** A tool that the model wants run. */
export interface ScriptedCall {
  readonly name: string
  readonly input: JsonObject
}

/** One answer of a model: words, calls of tools, or both. */
export interface Said {
  readonly text?: string
  readonly calls?: readonly ScriptedCall[]
  readonly usage?: { readonly input: number; readonly output: number; readonly cached?: number }
}

/** An answer together with what the vendor adds to it. */
export interface Spoken extends Said {
  readonly model: string
  /** Ids of calls begin with it: they are unlike in all answers of a vendor. */
  readonly id: string
}

const sse = (data: object, event?: string) => `${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`
const words = (text: string) => text.match(/\S+\s*/g) ?? []
const counted = ({ usage = { input: 11, output: 7 } }: Spoken) => usage
const halves = (text: string) => [text.slice(0, text.length / 2), text.slice(text.length / 2)]

export function completion(said: Spoken): object {
  const calls = said.calls?.map((call, index) => openaiCall(said, call, index))
  const message = { role: 'assistant', content: said.text ?? null, ...(calls && { tool_calls: calls }) }
  const choice = { index: 0, message, finish_reason: calls ? 'tool_calls' : 'stop' }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: said.model,
    choices: [choice],
    usage: openaiUsage(said),
  }
}

export function* completionFrames(said: Spoken): Generator<string> {
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: said.model }
  const chunk = (delta: object, finish: string | null = null) =>
    sse({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })
  yield chunk({ role: 'assistant', content: '' })
  for (const word of words(said.text ?? '')) yield chunk({ content: word })
  for (const [index, scripted] of (said.calls ?? []).entries()) {
    const { function: made, ...call } = openaiCall(said, scripted, index)
    yield chunk({ tool_calls: [{ index, ...call, function: { name: made.name, arguments: '' } }] })
    for (const piece of halves(made.arguments)) yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] })
  }
  yield chunk({}, said.calls ? 'tool_calls' : 'stop')
  yield sse({ ...head, choices: [], usage: openaiUsage(said) })
  yield 'data: [DONE]\n\n'
}

const openaiCall = ({ id }: Spoken, { name, input }: ScriptedCall, index: number) => ({
  id: `call_${id}_${index}`,
  type: 'function',
  function: { name, arguments: JSON.stringify(input) },
})

function openaiUsage(said: Spoken): object {
  const { input, output, cached } = counted(said)
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(cached !== undefined && { prompt_tokens_details: { cached_tokens: cached } }),
  }
}

export function message(said: Spoken): object {
  const { input_tokens, ...usage } = anthropicUsage(said)
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: said.model,
    content: blocks(said),
    stop_reason: said.calls ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens, ...usage },
  }
}

type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: JsonObject }

const blocks = ({ text, calls = [], id }: Spoken): readonly Block[] => [
  ...(text === undefined ? [] : [{ type: 'text' as const, text }]),
  ...calls.map((call, index) => ({ type: 'tool_use' as const, id: `toolu_${id}_${index}`, ...call })),
]

export function* messageFrames(said: Spoken): Generator<string> {
  const { content: _, ...head } = message(said) as { content: unknown }
  const { output_tokens: output, ...prompt } = anthropicUsage(said)
  const start = { ...head, content: [], stop_reason: null, usage: { ...prompt, output_tokens: 1 } }
  yield sse({ type: 'message_start', message: start }, 'message_start')
  yield sse({ type: 'ping' }, 'ping')
  for (const [index, block] of blocks(said).entries()) {
    const empty = block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} }
    yield sse({ type: 'content_block_start', index, content_block: empty }, 'content_block_start')
    for (const delta of deltas(block)) yield sse({ type: 'content_block_delta', index, delta }, 'content_block_delta')
    yield sse({ type: 'content_block_stop', index }, 'content_block_stop')
  }
  const end = { stop_reason: said.calls ? 'tool_use' : 'end_turn', stop_sequence: null }
  yield sse({ type: 'message_delta', delta: end, usage: { output_tokens: output } }, 'message_delta')
  yield sse({ type: 'message_stop' }, 'message_stop')
}

const deltas = (block: Block): readonly object[] =>
  block.type === 'text'
    ? words(block.text).map((text) => ({ type: 'text_delta', text }))
    : halves(JSON.stringify(block.input)).map((piece) => ({ type: 'input_json_delta', partial_json: piece }))

function anthropicUsage(said: Spoken) {
  const { input, output, cached } = counted(said)
  return {
    input_tokens: input,
    output_tokens: output,
    ...(cached !== undefined && { cache_read_input_tokens: cached, cache_creation_input_tokens: 0 }),
  }
}
