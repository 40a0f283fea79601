import type { Answer, StopReason, Usage } from '../../src/core/chat.ts'
import type { AssistantPart } from '../../src/core/message.ts'

/** An answer as a vendor would spell it on the wire. */
export interface Spelling {
  /** The frames of a stream, each with its blank line. */
  readonly stream: (answer: Answer) => readonly string[]
  readonly whole: (answer: Answer) => string
}

const frame = (value: unknown, event?: string) =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`

/** A text in two pieces, as streams cut them. */
function pieces(text: string): readonly string[] {
  const letters = Array.from(text)
  const half = Math.ceil(letters.length / 2)
  return [letters.slice(0, half).join(''), letters.slice(half).join('')].filter((piece) => piece !== '')
}

const finish: Record<StopReason, string> = {
  end: 'stop',
  'stop-sequence': 'stop_sequence',
  length: 'length',
  'tool-calls': 'tool_calls',
  refusal: 'content_filter',
}
const openaiUsage = ({ input, output, cacheRead, cacheWrite }: Usage) => ({
  prompt_tokens: input + cacheRead + cacheWrite,
  completion_tokens: output,
  total_tokens: input + cacheRead + cacheWrite + output,
  prompt_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
})
const openaiCall = (part: Extract<AssistantPart, { type: 'tool-call' }>) => ({
  id: part.id,
  type: 'function',
  function: { name: part.name, arguments: JSON.stringify(part.input) },
  ...(part.signature !== undefined && { extra_content: { google: { thought_signature: part.signature } } }),
})

/** Deltas of one part of a chat completion; signed reasoning in OpenRouter's form. */
function openaiDeltas(part: AssistantPart, index: number): readonly object[] {
  switch (part.type) {
    case 'text':
      return pieces(part.text).map((content) => ({ content }))
    case 'thinking':
      return [
        ...pieces(part.text).map((reasoning_content) => ({ reasoning_content })),
        ...(part.signature === undefined
          ? []
          : [{ reasoning_details: [{ type: 'reasoning.text', text: '', signature: part.signature }] }]),
      ]
    case 'redacted-thinking':
      return [{ reasoning_details: [{ type: 'reasoning.encrypted', data: part.data }] }]
    case 'tool-call': {
      const call = openaiCall(part)
      const [first = '', ...rest] = pieces(call.function.arguments)
      return [
        { tool_calls: [{ index, ...call, function: { name: part.name, arguments: first } }] },
        ...rest.map((json) => ({ tool_calls: [{ index, function: { arguments: json } }] })),
      ]
    }
    case 'opaque':
      return []
  }
}

export const openaiSpelling: Spelling = {
  stream({ id, model, message, stop, usage }) {
    const chunk = (choices: readonly object[], more = {}) =>
      frame({ id, object: 'chat.completion.chunk', created: 1, model, choices, ...more })
    return [
      ': connected\n\n',
      chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
      ...message.parts.flatMap((part, index) =>
        openaiDeltas(part, index).map((delta) => chunk([{ index: 0, delta, finish_reason: null }])),
      ),
      chunk([{ index: 0, delta: {}, finish_reason: finish[stop] }]),
      chunk([], { usage: openaiUsage(usage) }),
      frame('[DONE]'),
    ]
  },
  whole({ id, model, message, stop, usage }) {
    const text = message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
    const details = message.parts.flatMap((part): object[] => {
      if (part.type === 'redacted-thinking') return [{ type: 'reasoning.encrypted', data: part.data }]
      return part.type === 'thinking' ? [{ type: 'reasoning.text', text: part.text, signature: part.signature }] : []
    })
    const calls = message.parts.flatMap((part) => (part.type === 'tool-call' ? [openaiCall(part)] : []))
    const said = {
      role: 'assistant',
      content: text === '' ? null : text,
      reasoning_details: details,
      tool_calls: calls,
    }
    const choices = [{ index: 0, message: said, finish_reason: finish[stop] }]
    return JSON.stringify({ id, object: 'chat.completion', model, choices, usage: openaiUsage(usage) })
  },
}

const stopReasons: Record<StopReason, string> = {
  end: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  refusal: 'refusal',
}
const anthropicUsage = ({ input, output, cacheRead, cacheWrite }: Usage) => ({
  input_tokens: input,
  output_tokens: output,
  cache_read_input_tokens: cacheRead,
  cache_creation_input_tokens: cacheWrite,
})

function anthropicBlock(part: AssistantPart): {
  readonly whole: object
  readonly start: object
  readonly deltas: readonly object[]
} {
  switch (part.type) {
    case 'text': {
      const deltas = pieces(part.text).map((text) => ({ type: 'text_delta', text }))
      return { whole: { type: 'text', text: part.text }, start: { type: 'text', text: '' }, deltas }
    }
    case 'thinking': {
      const whole = { type: 'thinking', thinking: part.text, signature: part.signature ?? '' }
      const signed = part.signature === undefined ? [] : [{ type: 'signature_delta', signature: part.signature }]
      const deltas = [...pieces(part.text).map((thinking) => ({ type: 'thinking_delta', thinking })), ...signed]
      return { whole, start: { type: 'thinking', thinking: '', signature: '' }, deltas }
    }
    case 'redacted-thinking': {
      const whole = { type: 'redacted_thinking', data: part.data }
      return { whole, start: whole, deltas: [] }
    }
    case 'tool-call': {
      const { id, name, input } = part
      const deltas = pieces(JSON.stringify(input)).map((json) => ({ type: 'input_json_delta', partial_json: json }))
      return { whole: { type: 'tool_use', id, name, input }, start: { type: 'tool_use', id, name, input: {} }, deltas }
    }
    case 'opaque':
      return { whole: {}, start: {}, deltas: [] }
  }
}

const say = (value: { readonly type: string; readonly [field: string]: unknown }) => frame(value, value.type)

export const anthropicSpelling: Spelling = {
  stream({ id, model, message, stop, usage }) {
    const head = { id, type: 'message', role: 'assistant', model, content: [], stop_reason: null }
    return [
      say({ type: 'message_start', message: { ...head, usage: { ...anthropicUsage(usage), output_tokens: 1 } } }),
      say({ type: 'ping' }),
      ...message.parts.flatMap((part, index) => {
        const { start, deltas } = anthropicBlock(part)
        return [
          say({ type: 'content_block_start', index, content_block: start }),
          ...deltas.map((delta) => say({ type: 'content_block_delta', index, delta })),
          say({ type: 'content_block_stop', index }),
        ]
      }),
      say({ type: 'message_delta', delta: { stop_reason: stopReasons[stop] }, usage: anthropicUsage(usage) }),
      say({ type: 'message_stop' }),
    ]
  },
  whole({ id, model, message, stop, usage }) {
    const content = message.parts.map((part) => anthropicBlock(part).whole)
    const head = { id, type: 'message', role: 'assistant', model, stop_reason: stopReasons[stop] }
    return JSON.stringify({ ...head, content, usage: anthropicUsage(usage) })
  },
}
