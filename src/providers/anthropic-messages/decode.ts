import type { ChatEvent, StopReason, Usage } from '../../core/chat.ts'
import { noUsage } from '../../core/chat.ts'
import { isJsonObject } from '../../core/json.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Decoder, DecoderContext } from '../dialect.ts'
import { defined, parseJson, readCount, readObject, readObjects, readText } from '../read.ts'
import { sequencer } from '../sequencer.ts'
import type { Sequencer } from '../sequencer.ts'
import { carriesError } from '../vendor-error.ts'

/** Reads the events of a message, or a whole one. */
export function decoder({ blame, toolName, seed }: DecoderContext): Decoder {
  let usage: Usage = noUsage
  let reason: string | undefined
  const parts = sequencer((count) => `call_${seed.replaceAll(/[^\w-]/g, '_')}_${count}`)
  const blocks = blockReader(parts, toolName)

  const start = (message: JsonObject): ChatEvent => {
    usage = readUsage(readObject(message['usage']) ?? {}, usage)
    return { type: 'start', id: readText(message['id']) ?? '', model: readText(message['model']) ?? '', usage }
  }
  const end = (): readonly ChatEvent[] => {
    parts.finish()
    return [...parts.take(), { type: 'end', stop: stopReason(reason ?? 'end_turn', parts.calls > 0), usage }]
  }
  const check = (frame: Json | undefined, event?: string): JsonObject => {
    if (!isJsonObject(frame)) throw blame.ours('bad-reply', 'a frame of the stream is not readable JSON')
    if (event === 'error' || carriesError(frame)) throw blame.inside(frame)
    return frame
  }
  return {
    frame(data, event) {
      const frame = check(parseJson(data), event)
      const at = readCount(frame['index']) ?? 0
      switch (readText(frame['type']) ?? event) {
        case 'message_start':
          return [start(readObject(frame['message']) ?? {})]
        case 'content_block_start':
          blocks.start(at, readObject(frame['content_block']) ?? {})
          return parts.take()
        case 'content_block_delta':
          blocks.delta(at, readObject(frame['delta']) ?? {})
          return parts.take()
        case 'content_block_stop':
          blocks.stop(at)
          return parts.take()
        case 'message_delta':
          usage = readUsage(readObject(frame['usage']) ?? {}, usage)
          reason = readText(readObject(frame['delta'])?.['stop_reason']) ?? reason
          return []
        case 'message_stop':
          return end()
        default:
          return []
      }
    },
    whole(answer) {
      const message = check(answer)
      if (!Array.isArray(message['content'])) throw blame.ours('bad-reply', 'the answer is no message')
      const first = start(message)
      for (const [index, block] of readObjects(message['content']).entries()) {
        blocks.start(index, block)
        blocks.stop(index)
      }
      reason = readText(message['stop_reason'])
      return [first, ...parts.take(), ...end()]
    },
    close() {
      if (reason === undefined) throw blame.ours('cut')
      return end()
    },
    get complete() {
      return reason !== undefined
    },
  }
}

/** Feeds content blocks to the sequencer. What only Anthropic's own servers use (searches, citations) is left out. */
function blockReader(parts: Sequencer, toolName: (wire: string) => string) {
  /** The open blocks; of a tool call, the input that its start brought. */
  const open = new Map<number, { readonly type: string; readonly input?: JsonObject; hasDelta: boolean }>()
  return {
    start(index: number, block: JsonObject) {
      const type = readText(block['type']) ?? ''
      const input = readObject(block['input'])
      open.set(index, { type, hasDelta: false, ...defined({ input }) })
      if (type === 'text') parts.text(readText(block['text']) ?? '')
      if (type === 'redacted_thinking') parts.redacted(readText(block['data']) ?? '')
      if (type === 'thinking') {
        parts.thinking(readText(block['thinking']) ?? '')
        const signature = readText(block['signature'])
        if (signature) parts.endThinking(signature)
      }
      if (type !== 'tool_use') return
      const name = readText(block['name'])
      parts.call(index, { id: readText(block['id']) || undefined, name: name && toolName(name) })
    },
    delta(index: number, delta: JsonObject) {
      const block = open.get(index)
      switch (readText(delta['type'])) {
        case 'text_delta':
          return parts.text(readText(delta['text']) ?? '')
        case 'thinking_delta':
          return parts.thinking(readText(delta['thinking']) ?? '')
        case 'signature_delta':
          return parts.endThinking(readText(delta['signature']) || undefined)
        case 'input_json_delta': {
          const json = readText(delta['partial_json'])
          if (block?.type !== 'tool_use' || !json) return
          block.hasDelta = true
          return parts.call(index, { json })
        }
        default:
          return
      }
    },
    stop(index: number) {
      const block = open.get(index)
      open.delete(index)
      if (block?.type === 'thinking') parts.endThinking()
      if (block?.type !== 'tool_use') return
      if (!block.hasDelta && block.input) parts.call(index, { json: JSON.stringify(block.input) })
      parts.endCall(index)
    },
  }
}

/** Why Claude stopped, in our words. */
export function stopReason(reason: string, hasCalls: boolean): StopReason {
  switch (reason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length'
    case 'refusal':
      return 'refusal'
    case 'tool_use':
      return 'tool-calls'
    case 'stop_sequence':
      return 'stop-sequence'
    default:
      return hasCalls ? 'tool-calls' : 'end'
  }
}

/** Anthropic's counts never overlap. A later 0 for the prompt does not undo an earlier figure: some vendors repeat only part of them. */
function readUsage(wire: JsonObject, before: Usage): Usage {
  const reasoning = readCount(readObject(wire['output_tokens_details'])?.['thinking_tokens']) ?? before.reasoning
  return {
    input: readCount(wire['input_tokens']) || before.input,
    output: readCount(wire['output_tokens']) ?? before.output,
    cacheRead: readCount(wire['cache_read_input_tokens']) || before.cacheRead,
    cacheWrite: readCount(wire['cache_creation_input_tokens']) || before.cacheWrite,
    ...defined({ reasoning }),
  }
}
