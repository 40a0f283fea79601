import type { ChatEvent, StopReason, Usage } from '../../core/chat.ts'
import { noUsage } from '../../core/chat.ts'
import { isJsonObject } from '../../core/json.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Decoder, DecoderContext } from '../dialect.ts'
import { parseJson, readObject, readObjects, readText } from '../read.ts'
import { sequencer } from '../sequencer.ts'
import type { Sequencer } from '../sequencer.ts'
import { carriesError } from '../vendor-error.ts'
import { readUsage } from './usage.ts'

/** Reads the chunks of a chat completion, or a whole one. */
export function decoder({ blame, toolName, seed }: DecoderContext): Decoder {
  let id = ''
  let started = false
  let finish: string | undefined
  let refusing = false
  let usage: Usage = noUsage
  const parts = sequencer((count) => `call_${(id || seed).replaceAll(/[^\w-]/g, '_')}_${count}`)
  const pieces = toolCalls(parts, toolName)

  const readDelta = (delta: JsonObject) => {
    readReasoning(delta, parts)
    readContent(delta['content'], parts)
    const refusal = readText(delta['refusal'])
    if (refusal) {
      refusing = true
      parts.text(refusal)
    }
    for (const piece of readObjects(delta['tool_calls'])) pieces(piece)
  }
  const start = (chunk: JsonObject): readonly ChatEvent[] => {
    if (started) return []
    started = true
    id = readText(chunk['id']) ?? ''
    return [{ type: 'start', id, model: readText(chunk['model']) ?? '' }]
  }
  const read = (chunk: JsonObject): readonly ChatEvent[] => {
    const choice = firstChoice(chunk)
    const first = start(chunk)
    const counted = countsIn(chunk, choice)
    if (counted) usage = readUsage(counted)
    const delta = readObject(choice?.['delta'] ?? choice?.['message'])
    if (delta) readDelta(delta)
    const reason = readText(choice?.['finish_reason'])
    if (reason && failed.has(reason)) throw blame.ours('overloaded', `the vendor ended the answer with "${reason}"`)
    finish = reason || finish
    return [...first, ...parts.take()]
  }
  const end = (): readonly ChatEvent[] => {
    parts.finish()
    const stop = refusing ? 'refusal' : stopReason(finish ?? 'stop', parts.calls > 0)
    return [...parts.take(), { type: 'end', stop, usage }]
  }
  const check = (chunk: Json | undefined, event?: string): JsonObject => {
    if (!isJsonObject(chunk)) throw blame.ours('bad-reply', 'a frame of the stream is not readable JSON')
    if (event === 'error' || carriesError(chunk)) throw blame.inside(chunk)
    return chunk
  }
  return {
    frame(data, event) {
      if (data.trim() === '[DONE]') return end()
      return read(check(parseJson(data), event))
    },
    whole(answer) {
      return [...read(check(answer)), ...end()]
    },
    close() {
      if (finish === undefined) throw blame.ours('cut')
      return end()
    },
    get complete() {
      return finish !== undefined
    },
  }
}

/** Where vendors put their counts. */
const countsIn = (chunk: JsonObject, choice: JsonObject | undefined): JsonObject | undefined =>
  [chunk['usage'], choice?.['usage'], readObject(chunk['x_groq'])?.['usage']].map(readObject).find(Boolean)

/** Ends that are failures by another name: OpenRouter, DeepSeek, Zhipu. */
const failed = new Set(['error', 'insufficient_system_resource', 'network_error'])
const tooLong = new Set(['length', 'max_tokens', 'max_output_tokens', 'model_length'])
const refusals = new Set(['content_filter', 'refusal', 'sensitive', 'safety'])

/** A vendor that says `stop` though it called tools means the calls. */
function stopReason(finish: string, hasCalls: boolean): StopReason {
  if (tooLong.has(finish)) return 'length'
  if (refusals.has(finish)) return 'refusal'
  if (hasCalls || finish === 'tool_calls' || finish === 'function_call') return 'tool-calls'
  return finish === 'stop_sequence' ? 'stop-sequence' : 'end'
}

/** Of several choices the first alone counts. */
const firstChoice = (chunk: JsonObject): JsonObject | undefined =>
  readObjects(chunk['choices']).find((choice) => (choice['index'] ?? 0) === 0)

/** Text, or the list of parts that some vendors send. */
function readContent(content: Json | undefined, parts: Sequencer): void {
  if (typeof content === 'string') return parts.text(content)
  for (const part of readObjects(content)) {
    const text = readText(part['text'])
    if (part['type'] === 'thinking') parts.thinking(textIn(part['thinking']))
    else if (text !== undefined) parts.text(text)
  }
}

const textIn = (value: Json | undefined): string =>
  readText(value) ??
  readObjects(value)
    .map((piece) => readText(piece['text']) ?? '')
    .join('')

/** Reasoning under any of its names; `reasoning_details` repeats the text of `reasoning` and adds what is signed. */
function readReasoning(delta: JsonObject, parts: Sequencer): void {
  const plain = readText(delta['reasoning_content']) ?? readText(delta['reasoning'])
  if (plain) parts.thinking(plain)
  for (const detail of readObjects(delta['reasoning_details'])) {
    const data = readText(detail['data'])
    const signature = readText(detail['signature'])
    if (detail['type'] === 'reasoning.encrypted' && data) parts.redacted(data)
    else if (!plain) parts.thinking(readText(detail['text']) ?? readText(detail['summary']) ?? '')
    if (signature) parts.endThinking(signature)
  }
}

/** Tells whose piece it is: by index, by id where the index is missing, else the last call's. */
function toolCalls(parts: Sequencer, toolName: (wire: string) => string): (piece: JsonObject) => void {
  const known = new Map<Json, { readonly key: number; readonly id: string | undefined }>()
  let last: Json = 0
  let count = 0
  return (piece) => {
    const wire = readObject(piece['function']) ?? {}
    const id = readText(piece['id']) || undefined
    const name = readText(wire['name']) || undefined
    last = piece['index'] ?? id ?? last
    let call = known.get(last)
    // Some vendors give every call the same index: another id and a name begin another call.
    const another = name !== undefined && differ(id, call?.id)
    if (!call || another) {
      call = { key: count, id }
      count += 1
    }
    known.set(last, { key: call.key, id: call.id ?? id })
    parts.call(call.key, {
      id,
      name: name && toolName(name),
      json: argumentsText(wire['arguments']),
      signature: signatureOf(piece, wire),
    })
  }
}

const differ = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one !== other

/** Arguments as text, though some vendors send the object itself. */
const argumentsText = (value: Json | undefined): string | undefined =>
  isJsonObject(value) ? JSON.stringify(value) : readText(value)

/** Gemini's thought signature, in any place where vendors put it. */
export function signatureOf(call: JsonObject, wire: JsonObject): string | undefined {
  const google = readObject(readObject(call['extra_content'])?.['google'])
  return (
    readText(wire['thought_signature']) ??
    readText(call['thought_signature']) ??
    readText(google?.['thought_signature'])
  )
}
