import type { NativeRequest } from '../core/provider.ts'
import type { Fetch } from './endpoint.ts'
import { parseJson, readText } from './read.ts'

/** Headers of a client that belong to the question, not to its connection or its credentials. */
const forwarded =
  /^(?:accept|content-type|user-agent|x-app|anthropic-[\w-]+|openai-beta|x-stainless-[\w-]+|x-claude-code-[\w-]+)$/

/** What of a client's headers may reach a vendor: an allow list, so that no credential slips through under a new name. */
export function forwardedHeaders(client: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(client)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => forwarded.test(name)),
  )
}

/** Sends a client's own bytes; nothing in them changes but the value of `model`. */
export function relay(
  url: string,
  native: NativeRequest,
  model: string,
  headers: Record<string, string>,
  fetch: Fetch,
): Promise<Response> {
  const body = replaceModel(native.body, model)
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
}

/**
 * The same JSON object with another text as its top-level `model`, every other byte as it was; a missing `model` is put first.
 * Bytes that are no JSON object come back as they are.
 */
export function replaceModel(body: Uint8Array, model: string): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(body)
  const value = Buffer.from(JSON.stringify(model))
  const open = skipBlanks(bytes, 0)
  if (bytes[open] !== char('{')) return bytes
  const members = topLevelMembers(bytes, open + 1)
  const found = members.filter(({ key }) => key === 'model')
  if (found.length === 0) {
    const first = Buffer.concat([Buffer.from('"model":'), value, Buffer.from(members.length > 0 ? ',' : '')])
    return Buffer.concat([bytes.subarray(0, open + 1), first, bytes.subarray(open + 1)])
  }
  const pieces: Uint8Array[] = []
  let from = 0
  for (const { start, end } of found) {
    pieces.push(bytes.subarray(from, start), value)
    from = end
  }
  return Buffer.concat([...pieces, bytes.subarray(from)])
}

interface Member {
  readonly key: string | undefined
  /** Where the value stands. */
  readonly start: number
  readonly end: number
}

const char = (text: string): number => text.charCodeAt(0)
const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** The members of an object whose first byte after the brace is at `from`. */
function topLevelMembers(bytes: Uint8Array, from: number): readonly Member[] {
  const members: Member[] = []
  let at = skipBlanks(bytes, from)
  while (bytes[at] === char('"')) {
    const endOfKey = skipText(bytes, at)
    const key = readText(parseJson(Buffer.from(bytes.subarray(at, endOfKey)).toString('utf8')))
    const start = skipBlanks(bytes, skipBlanks(bytes, endOfKey) + 1)
    const end = skipValue(bytes, start)
    members.push({ key, start, end })
    at = skipBlanks(bytes, skipBlanks(bytes, end) + 1)
  }
  return members
}

function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from
  while (isBlank(bytes[at])) at += 1
  return at
}

function skipText(bytes: Uint8Array, from: number): number {
  let at = from + 1
  while (at < bytes.length && bytes[at] !== char('"')) at += bytes[at] === char('\\') ? 2 : 1
  return at + 1
}

/** The end of a value: what is nested in it is skipped, text and all. */
function skipValue(bytes: Uint8Array, from: number): number {
  let depth = 0
  let at = from
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === char('"')) {
      at = skipText(bytes, at)
      if (depth === 0) return at
      continue
    }
    const opens = byte === char('{') || byte === char('[')
    const closes = byte === char('}') || byte === char(']')
    if (depth === 0 && (closes || byte === char(',') || isBlank(byte))) return at
    depth += Number(opens) - Number(closes)
    at += 1
    if (closes && depth === 0) return at
  }
  return at
}
