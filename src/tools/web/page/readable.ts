import { TextDecoder } from 'node:util'
import { Problem } from '../../../core/problem.ts'
import { htmlToText } from './text.ts'

export interface Readable {
  readonly extractor: 'json' | 'text' | 'markdown' | 'raw'
  readonly text: string
}

/** What came from the web. */
export interface Fetched {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

/** Characters of the longest page that is made into markdown; a longer one becomes plain text. */
const largestMarkdown = 1_500_000

/** The words of what was fetched. A Problem when it is no text. */
export async function readable(fetched: Fetched, format: 'plaintext' | 'markdown'): Promise<Readable> {
  const type = (fetched.headers['content-type'] ?? '').toLowerCase()
  const text = decode(fetched.bytes, type)
  if (/^[^;]*\bjson\b/.test(type)) return pretty(text)
  if (/^[^;]*html/.test(type) || /^\s*<(?:!doctype html|html)/i.test(text)) return page(text, fetched.url, format)
  if (isBinary(fetched.bytes, type))
    throw new Problem(
      `${fetched.url} is no text but ${type.split(';')[0] || 'binary data'} of ${fetched.bytes.length} bytes, so it is not shown.`,
    )
  return { extractor: 'raw', text }
}

function pretty(text: string): Readable {
  try {
    return { extractor: 'json', text: JSON.stringify(JSON.parse(text), null, 2) }
  } catch {
    return { extractor: 'raw', text }
  }
}

async function page(html: string, url: string, format: 'plaintext' | 'markdown'): Promise<Readable> {
  if (format === 'markdown' && html.length <= largestMarkdown && !isDeep(html)) {
    const { htmlToMarkdown } = await import('./markdown.ts')
    try {
      return { extractor: 'markdown', text: htmlToMarkdown(html, url) }
    } catch {
      // Markup that no reader of structure can take still has words.
    }
  }
  return { extractor: 'text', text: htmlToText(html) }
}

/** More levels than any page for people has: reading them as a structure takes seconds. */
const deepest = 1000
/** Elements that end by themselves when the next one begins, or have no end. */
const unclosed = /^(?:p|li|t[dhr]|d[dt]|option|br|hr|img|input|meta|link|source|area|col|wbr|html|body)$/i

function isDeep(html: string): boolean {
  let depth = 0
  for (const [, closes, name = ''] of html.matchAll(/<(\/?)([a-z][a-z\d-]*)/gi)) {
    if (unclosed.test(name)) continue
    depth = Math.max(0, depth + (closes ? -1 : 1))
    if (depth > deepest) return true
  }
  return false
}

/** By the mark of its first bytes, else by what the server says, else by what the page says of itself. */
function decode(bytes: Uint8Array, type: string): string {
  const start = Buffer.from(bytes.subarray(0, 1024)).toString('latin1')
  const meta = /<meta[^>]{0,200}charset[^>]{0,100}/i.exec(start)?.[0] ?? ''
  const [, said] = /charset\s*=\s*["']?([\w-]+)/.exec(type) ?? /charset\s*=\s*["']?([\w-]+)/i.exec(meta) ?? []
  return decoderOf(markOf(bytes) ?? said).decode(bytes)
}

function markOf([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

function decoderOf(label = 'utf-8'): TextDecoder {
  try {
    return new TextDecoder(label)
  } catch {
    return new TextDecoder()
  }
}

function isBinary(bytes: Uint8Array, type: string): boolean {
  if (/^(?:image|audio|video|font)\/(?!svg)/.test(type)) return true
  return markOf(bytes) === undefined && bytes.subarray(0, 8192).includes(0)
}
