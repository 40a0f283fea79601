import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'

/** A stored conversation of the original, as its files say it. */
export interface StoredSession {
  /** Absent where no file tells it. */
  readonly key?: string
  readonly summary: string
  /** Epoch milliseconds; absent where no file tells it. */
  readonly createdAt?: number
  readonly updatedAt?: number
  /** Messages in the original's form, without those it no longer used. */
  readonly lines: readonly JsonObject[]
}

/** The name, without ending, of the file that held a session. */
export const sessionFileName = (key: string): string => key.replaceAll(/[:/\\]/g, '_')

/**
 * The messages of a `.jsonl` file, without the first `skip`. A line that is no message (the last one may be torn) is left out, and so is an
 * answer that was but a thought.
 */
export function readLines(text: string, skip = 0): readonly JsonObject[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(skip)
    .map(parsed)
    .filter((line) => line !== undefined)
    .filter((line) => !isOnlyThought(line))
}

/** A session of version 2: a line for each message, and what is kept beside them in `.meta.json`; undefined when that file is missing. */
export function readSession(text: string, metaText: string | undefined): StoredSession {
  const meta = (metaText !== undefined && parsed(metaText)) || {}
  return { ...about(meta), lines: readLines(text, Number(meta['skip'] ?? 0) || 0) }
}

/** A session of version 1: all in one file; undefined when it is none. */
export function readWholeSession(text: string): StoredSession | undefined {
  const whole = parsed(text)
  const messages = whole?.['messages']
  if (!whole || !Array.isArray(messages)) return undefined
  const lines = (messages as readonly Json[]).filter(isJsonObject).filter((line) => !isOnlyThought(line))
  return { ...about(whole), lines }
}

function about(meta: JsonObject): Omit<StoredSession, 'lines'> {
  const key = keyOf(meta)
  const createdAt = momentOf(meta['created_at'] ?? meta['created'])
  const updatedAt = momentOf(meta['updated_at'] ?? meta['updated'])
  return {
    ...(key !== undefined && { key }),
    summary: typeof meta['summary'] === 'string' ? meta['summary'] : '',
    ...(createdAt !== undefined && { createdAt }),
    ...(updatedAt !== undefined && { updatedAt }),
  }
}

/** The key; of a key that is but a number of checks (version 3), the readable name it had before. */
function keyOf({ key, aliases }: JsonObject): string | undefined {
  const names = [key, ...(Array.isArray(aliases) ? (aliases as readonly Json[]) : [])].filter(
    (name) => typeof name === 'string' && name !== '',
  ) as readonly string[]
  return names.find((name) => name.startsWith('agent:')) ?? names[0]
}

/** Epoch milliseconds of a moment in text; undefined when it is none, or the original's zero. */
export function momentOf(text: Json | undefined): number | undefined {
  const at = typeof text === 'string' ? Date.parse(text) : Number.NaN
  return at > 0 ? at : undefined
}

function parsed(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isOnlyThought(line: JsonObject): boolean {
  const calls = line['tool_calls']
  const media = line['media']
  const none = (list: Json | undefined) => !Array.isArray(list) || list.length === 0
  return line['role'] === 'assistant' && (line['content'] ?? '') === '' && none(calls) && none(media)
}
