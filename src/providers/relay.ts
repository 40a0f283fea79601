import type { NativeRequest } from '../core/provider.ts'
import type { Fetch } from './endpoint.ts'
import { parseJson } from './read.ts'

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

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a

/**
 * The same JSON object with another text as its top-level `model`, every other byte as it was; a missing `model` is put first.
 * Bytes that are no JSON object come back as they are.
 */
export function replaceModel(body: Uint8Array, model: string): Uint8Array<ArrayBuffer> {
  const value = Buffer.from(JSON.stringify(model))
  const spans = modelSpans(body)
  const bytes = Buffer.from(body)
  if (!spans) return bytes
  if (spans.length === 0) {
    const open = bytes.indexOf('{')
    const rest = bytes.subarray(open + 1)
    const empty = /^\s*\}/.test(rest.subarray(0, 64).toString('latin1'))
    return Buffer.concat([
      bytes.subarray(0, open + 1),
      Buffer.from('"model":'),
      value,
      Buffer.from(empty ? '' : ','),
      rest,
    ])
  }
  const pieces: Buffer[] = []
  let from = 0
  for (const { start, end } of spans) {
    pieces.push(bytes.subarray(from, start), value)
    from = end
  }
  return Buffer.concat([...pieces, bytes.subarray(from)])
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Where the values of the top-level key `model` stand; undefined when the bytes are no object. */
function modelSpans(bytes: Uint8Array): readonly Span[] | undefined {
  const spans: Span[] = []
  let depth = 0
  let key: string | undefined
  let expectsKey = false
  let at = 0
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === quote) {
      const end = endOfText(bytes, at)
      if (depth === 1 && expectsKey) {
        key = textOf(bytes, at, end)
        expectsKey = false
      } else if (depth === 1 && key === 'model') spans.push({ start: at, end })
      at = end
      continue
    }
    if (byte === 0x7b || byte === 0x5b) {
      if (depth === 0 && byte === 0x5b) return undefined
      depth += 1
      if (depth === 1) expectsKey = true
    }
    if (byte === 0x7d || byte === 0x5d) depth -= 1
    if (byte === comma && depth === 1) expectsKey = true
    if (byte === colon && depth === 1 && key === 'model') {
      const span = bareValue(bytes, at + 1)
      if (span) spans.push(span)
    }
    at += 1
  }
  return spans.length === 0 && !bytes.includes(0x7b) ? undefined : spans
}

/** A value that is no text, list or object: `null`, a number. */
function bareValue(bytes: Uint8Array, from: number): Span | undefined {
  const text = Buffer.from(bytes.subarray(from, from + 64)).toString('latin1')
  const [, space = '', word] = /^(\s*)([\w.+-]+)/.exec(text) ?? []
  return word === undefined ? undefined : { start: from + space.length, end: from + space.length + word.length }
}

function endOfText(bytes: Uint8Array, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1
  return at + 1
}

function textOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  const text = parseJson(Buffer.from(bytes.subarray(start, end)).toString('utf8'))
  return typeof text === 'string' ? text : undefined
}
