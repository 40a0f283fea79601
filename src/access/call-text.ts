import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { clearText, clip } from './clear-text.ts'
import { digestOf } from './codes.ts'

/** Characters of a call that an owner is shown. */
const mostShown = 2000

/** A JSON value as text, its keys in order: equal values have equal texts. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}

/** What a grant is bound to: this tool with exactly this input in this session. */
export function callHash(tool: string, input: JsonObject, session: string): string {
  return digestOf(canonical([tool, session, input]))
}

/**
 * The call for a person to read: the tool, then one line per argument as JSON, so that no argument can look like another. Nothing in it
 * is invisible; what is very long is clipped in the middle.
 */
export function callText(tool: string, input: JsonObject): string {
  const lines = Object.entries(input).map(([name, value]) => {
    const key = /^[A-Za-z_][\w-]*$/.test(name) ? name : clearText(JSON.stringify(name))
    return `${key}: ${clearText(canonical(value))}`
  })
  const share = Math.max(100, Math.floor(mostShown / Math.max(1, lines.length)))
  return clip([clearText(tool), ...lines.map((line) => clip(line, share))].join('\n'), mostShown)
}
