import type { ChatEvent } from '../core/chat.ts'
import { isJsonObject } from '../core/json.ts'
import { parseJson } from './read.ts'
import { decodeToolArguments } from './tool-arguments.ts'

interface Words {
  readonly type: 'text' | 'thinking'
  pending: string
  signature?: string
  ended: boolean
}
interface Redacted {
  readonly type: 'redacted'
  readonly data: string
}
interface ToolCall {
  readonly type: 'call'
  id: string | undefined
  name: string | undefined
  signature: string | undefined
  json: string
  /** Characters of `json` already told. */
  told: number
  started: boolean
  ended: boolean
  /** Length of `json` when it was last found to be incomplete. */
  checked: number
}
type Part = Words | Redacted | ToolCall

export interface ToolCallPiece {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly json?: string | undefined
  readonly signature?: string | undefined
}

/** Puts what a vendor may interleave into the order that chat events promise: a part ends before the next one begins. */
export interface Sequencer {
  text(text: string): void
  thinking(text: string): void
  /** Ends the thinking part; opens an empty one when there is none. */
  endThinking(signature?: string): void
  redacted(data: string): void
  /** Adds to the tool call `key`, which begins with its first piece. */
  call(key: number | string, piece: ToolCallPiece): void
  endCall(key: number | string): void
  readonly calls: number
  /** Ends every part. */
  finish(): void
  /** The events that are due, each once. */
  take(): readonly ChatEvent[]
}

/** `newId` names calls that came without an id; it gets the count of calls so far. */
export function sequencer(newId: (count: number) => string): Sequencer {
  const queue: Part[] = []
  const calls = new Map<number | string, ToolCall>()
  let out: ChatEvent[] = []
  let count = 0

  /** Tells what is known of the first part; true when that part is over. */
  const tell = (part: Part, others: boolean): boolean => {
    if (part.type === 'redacted') {
      out.push({ type: 'redacted-thinking', data: part.data })
      return true
    }
    if (part.type === 'call') return tellCall(part, others)
    if (part.pending !== '') {
      out.push({ type: part.type === 'text' ? 'text-delta' : 'thinking-delta', text: part.pending })
      part.pending = ''
    }
    if (!part.ended && !others) return false
    if (part.type === 'thinking')
      out.push({ type: 'thinking-end', ...(part.signature !== undefined && { signature: part.signature }) })
    return true
  }
  const tellCall = (part: ToolCall, others: boolean): boolean => {
    if (part.name === undefined) return part.ended
    part.id ??= newId(count)
    if (!part.started) {
      out.push({ type: 'tool-call-start', id: part.id, name: part.name })
      part.started = true
      count += 1
    }
    if (part.told < part.json.length) {
      out.push({ type: 'tool-call-delta', id: part.id, json: part.json.slice(part.told) })
      part.told = part.json.length
    }
    if (!part.ended && !(others && isWhole(part))) return false
    const input = decodeToolArguments(part.json)
    const signature = part.signature === undefined ? {} : { signature: part.signature }
    out.push({ type: 'tool-call-end', call: { type: 'tool-call', id: part.id, name: part.name, input, ...signature } })
    return true
  }
  const advance = () => {
    for (let part = queue[0]; part && tell(part, queue.length > 1); part = queue[0]) queue.shift()
  }
  const words = (type: Words['type']): Words => {
    const last = queue.at(-1)
    if (last?.type === type && !last.ended) return last
    const part: Words = { type, pending: '', ended: false }
    queue.push(part)
    return part
  }
  const say = (type: Words['type'], text: string) => {
    if (text === '') return
    words(type).pending += text
    advance()
  }

  return {
    text: (text) => say('text', text),
    thinking: (text) => say('thinking', text),
    endThinking(signature) {
      const last = queue.at(-1)
      if (signature === undefined && last?.type !== 'thinking') return
      const part = words('thinking')
      if (signature !== undefined) part.signature = signature
      part.ended = true
      advance()
    },
    redacted(data) {
      queue.push({ type: 'redacted', data })
      advance()
    },
    call(key, piece) {
      let part = calls.get(key)
      if (!part) {
        part = emptyCall()
        calls.set(key, part)
        queue.push(part)
      }
      if (!part.started) {
        part.id ??= piece.id
        part.name ??= piece.name
      }
      part.signature ??= piece.signature
      part.json += piece.json ?? ''
      advance()
    },
    endCall(key) {
      const part = calls.get(key)
      if (part) part.ended = true
      advance()
    },
    get calls() {
      return count
    },
    finish() {
      for (const part of queue) if (part.type !== 'redacted') part.ended = true
      advance()
    },
    take() {
      const events = out
      out = []
      return events
    },
  }
}

const emptyCall = (): ToolCall => ({
  type: 'call',
  id: undefined,
  name: undefined,
  signature: undefined,
  json: '',
  told: 0,
  started: false,
  ended: false,
  checked: 0,
})

/** True when the arguments so far are a whole object, after which nothing can follow. */
function isWhole(part: ToolCall): boolean {
  if (part.checked === part.json.length || !/\}\s*$/.test(part.json.slice(-64))) return false
  part.checked = part.json.length
  return isJsonObject(parseJson(part.json))
}
