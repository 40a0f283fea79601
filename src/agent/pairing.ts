import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type {
  AssistantMessage,
  AssistantPart,
  Message,
  ToolCallPart,
  ToolMessage,
  ToolResultPart,
} from '../core/message.ts'

/** What a call is answered with whose result never reached the log. */
export const interrupted =
  'Interrupted before its result was known: it may or may not have happened. Check before doing it again.'

/**
 * A log in which each call is followed by its result, in the order of the calls, and each result follows its call. Ids are not empty and
 * stand for one call each in the whole log. Results that answer nothing are left out; a call without one is answered with `interrupted`.
 */
export function pairCalls(log: readonly Message[]): readonly Message[] {
  const ids = uniqueIds()
  const paired: Message[] = []
  for (const [index, message] of log.entries()) {
    if (message.role === 'tool') continue
    if (message.role !== 'assistant' || !message.parts.some((part) => part.type === 'tool-call')) {
      paired.push(message)
      continue
    }
    paired.push(...withResults(message, resultsAfter(log, index), ids))
  }
  return paired
}

/** The results between an assistant message and the next one. */
function resultsAfter(log: readonly Message[], index: number): readonly ToolResultPart[] {
  const next = log.findIndex((message, at) => at > index && message.role === 'assistant')
  return log
    .slice(index + 1, next < 0 ? log.length : next)
    .flatMap((message) => (message.role === 'tool' ? message.parts : []))
}

function withResults(
  message: AssistantMessage,
  found: readonly ToolResultPart[],
  newId: (id: string) => string,
): readonly Message[] {
  const open = [...found]
  const results: ToolResultPart[] = []
  const parts = message.parts.flatMap((part): readonly AssistantPart[] => {
    if (part.type !== 'tool-call') return [part]
    // A call of nothing cannot be sent to anybody.
    if (part.name.trim() === '') return []
    const at = open.findIndex((result) => result.id === part.id)
    const [result = unknownResult(part)] = at < 0 ? [] : open.splice(at, 1)
    const id = newId(part.id)
    results.push({ ...result, id, name: part.name })
    return [{ ...part, id, input: wellFormed(isJsonObject(part.input) ? part.input : {}) }]
  })
  const answers: readonly ToolMessage[] = results.length > 0 ? [{ role: 'tool', parts: results }] : []
  return [{ ...message, parts }, ...answers]
}

const unknownResult = ({ id, name }: ToolCallPart): ToolResultPart => ({
  type: 'tool-result',
  id,
  name,
  content: [{ type: 'text', text: interrupted }],
  isError: true,
})

/** Gives each id once: a repeated one gets a number, an empty one a name. */
function uniqueIds(): (id: string) => string {
  const used = new Set<string>()
  return (id) => {
    const base = id.trim() === '' ? 'call' : id.trim().toWellFormed()
    let unique = base
    for (let count = 2; used.has(unique); count += 1) unique = `${base}_${count}`
    used.add(unique)
    return unique
  }
}

/** Arguments that any JSON reader takes: no half characters, no NUL. */
function wellFormed(value: JsonObject): JsonObject {
  const walk = (json: Json): Json => {
    if (typeof json === 'string') return clean(json)
    if (Array.isArray(json)) return (json as readonly Json[]).map(walk)
    if (isJsonObject(json))
      return Object.fromEntries(Object.entries(json).map(([key, item]) => [clean(key), walk(item)]))
    return json
  }
  return walk(value) as JsonObject
}

/** Text that any JSON reader takes. */
export const clean = (text: string): string => text.toWellFormed().replaceAll('\0', '')
