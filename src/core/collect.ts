import type { Answer, ChatEvent } from './chat.ts'
import { Failure } from './failure.ts'
import type { AssistantPart } from './message.ts'

/** Folds chat events into the answer they spell. `add` returns the answer at `end`, undefined before. */
export function folding(): { add(event: ChatEvent): Answer | undefined; parts(): readonly AssistantPart[] } {
  const parts: AssistantPart[] = []
  let id = ''
  let model = ''
  let open: 'text' | 'thinking' | undefined
  const extend = (type: 'text' | 'thinking', text: string) => {
    const last = parts.at(-1)
    if (open === type && last?.type === type) parts[parts.length - 1] = { ...last, text: last.text + text }
    else parts.push({ type, text })
    open = type
  }
  const end = (part?: AssistantPart) => {
    if (part) parts.push(part)
    open = undefined
  }
  const sign = (signature: string) => {
    if (open !== 'thinking') extend('thinking', '')
    const last = parts.at(-1)
    if (last?.type === 'thinking') parts[parts.length - 1] = { ...last, signature }
  }
  const add = (event: ChatEvent): Answer | undefined => {
    switch (event.type) {
      case 'start':
        id = event.id
        model = event.model
        break
      case 'text-delta':
        extend('text', event.text)
        break
      case 'thinking-delta':
        extend('thinking', event.text)
        break
      case 'thinking-end':
        if (event.signature !== undefined) sign(event.signature)
        end()
        break
      case 'redacted-thinking':
        end({ type: 'redacted-thinking', data: event.data })
        break
      case 'tool-call-end':
        end(event.call)
        break
      case 'tool-call-start':
      case 'tool-call-delta':
        break
      case 'end':
        return { id, model, message: { role: 'assistant', parts }, stop: event.stop, usage: event.usage }
    }
    return undefined
  }
  return { add, parts: () => parts }
}

/** The whole answer of a stream. Throws `cut` when the stream stops before its `end`. */
export async function collect(events: AsyncIterable<ChatEvent> | Iterable<ChatEvent>): Promise<Answer> {
  const fold = folding()
  for await (const event of events) {
    const answer = fold.add(event)
    if (answer) return answer
  }
  throw new Failure('cut', 'The answer stopped before its end.')
}

/** The events that spell an answer: the inverse of `collect`. */
export function* spell({ id, model, message, stop, usage }: Answer): Generator<ChatEvent> {
  yield { type: 'start', id, model }
  for (const part of message.parts) {
    switch (part.type) {
      case 'text':
        yield { type: 'text-delta', text: part.text }
        break
      case 'thinking':
        yield { type: 'thinking-delta', text: part.text }
        yield { type: 'thinking-end', ...(part.signature !== undefined && { signature: part.signature }) }
        break
      case 'redacted-thinking':
        yield { type: 'redacted-thinking', data: part.data }
        break
      case 'tool-call':
        yield { type: 'tool-call-start', id: part.id, name: part.name }
        yield { type: 'tool-call-delta', id: part.id, json: JSON.stringify(part.input) }
        yield { type: 'tool-call-end', call: part }
        break
      case 'opaque':
        break
    }
  }
  yield { type: 'end', stop, usage }
}
