import { isJsonObject } from '../core/json.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { parseJson } from './read.ts'

/**
 * The input of a tool call as vendors spell it: an object, text that holds one (once or twice encoded), null or nothing.
 * What cannot be read comes back as `{raw: text}`, so that the model can be told.
 */
export function decodeToolArguments(value: Json | undefined): JsonObject {
  if (isJsonObject(value)) return value
  if (typeof value !== 'string') return value === undefined || value === null ? {} : { raw: JSON.stringify(value) }
  if (value.trim() === '') return {}
  const parsed = parseJson(value)
  if (typeof parsed === 'string') return isJsonObject(parseJson(parsed)) ? decodeToolArguments(parsed) : { raw: parsed }
  if (parsed === null) return {}
  return isJsonObject(parsed) ? parsed : { raw: value }
}
