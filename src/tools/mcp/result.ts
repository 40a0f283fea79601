import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { DocumentPart, ImagePart, TextPart } from '../../core/message.ts'
import type { ToolOutput } from '../../core/tool.ts'
import type { McpResults } from './ports.ts'

export interface ResultOptions {
  readonly server: string
  readonly tool: string
  /** Characters; a longer text becomes a file. */
  readonly maxInlineChars: number
  readonly results: McpResults
  /** Blots out what the server was given as secret. */
  redact(text: string): string
}

type Part = TextPart | ImagePart | DocumentPart

/** The start of a text that became a file. */
const previewChars = 2000

/** What a model is shown of a server's result. */
export async function outputOf(result: JsonObject, options: ResultOptions): Promise<ToolOutput> {
  const blocks = Array.isArray(result['content']) ? (result['content'] as readonly Json[]).filter(isJsonObject) : []
  const parts: Part[] = []
  for (const block of blocks) {
    const type = textIn(block, 'type')
    const read = Object.hasOwn(readers, type) ? readers[type] : undefined
    parts.push(
      ...(isForPersonOnly(block)
        ? [say('[A part of the result is meant for the person only.]')]
        : await (read ?? unknownBlock)(block, options)),
    )
  }
  const structured = result['structuredContent']
  if (structured !== undefined && !parts.some(({ type }) => type === 'text'))
    parts.push(say(JSON.stringify(structured)))
  const content = await shortened(joined(parts, options), options)
  return {
    content: content.length > 0 ? content : [say('(no output)')],
    outside: `mcp:${options.server}`,
    ...(result['isError'] === true && { isError: true }),
  }
}

type Reader = (block: JsonObject, options: ResultOptions) => Promise<readonly Part[]>

const readers: Readonly<Record<string, Reader>> = {
  text: async (block) => [say(textIn(block, 'text'))],
  image: (block, options) => media(textIn(block, 'mimeType') || 'image/png', textIn(block, 'data'), 'image', options),
  audio: (block, options) => media(textIn(block, 'mimeType') || 'audio/wav', textIn(block, 'data'), 'audio', options),
  async resource(block, options) {
    const { resource } = block
    if (!isJsonObject(resource)) return []
    const uri = textIn(resource, 'uri')
    if (typeof resource['text'] === 'string') return [say(`[${uri}]\n${resource['text']}`)]
    return media(textIn(resource, 'mimeType') || 'application/octet-stream', textIn(resource, 'blob'), uri, options)
  },
  async resource_link(block) {
    const told = [textIn(block, 'title') || textIn(block, 'name'), textIn(block, 'description')]
      .filter(Boolean)
      .join(': ')
    return [say(`[Link: ${textIn(block, 'uri')}${told && ` (${told})`}]`)]
  },
}

const unknownBlock: Reader = async (block) => [say(`[${textIn(block, 'type') || 'something'} that cannot be shown]`)]

/** Pictures and PDF files become parts that a model can see; other bytes a file. */
async function media(
  mime: string,
  base64: string,
  name: string,
  { results, server }: ResultOptions,
): Promise<readonly Part[]> {
  const bytes = Buffer.from(base64, 'base64')
  const label = `${name}: ${mime}, ${bytes.length} bytes`
  if (bytes.length === 0) return [say(`[${name}: ${mime}, empty]`)]
  const seen = /^image\/(?:png|jpeg|gif|webp)$/.test(mime)
    ? 'image'
    : mime === 'application/pdf'
      ? 'document'
      : undefined
  if (seen !== undefined && results.blobs) {
    const id = await results.blobs.put(bytes, mime)
    return [{ type: seen, mime, source: { type: 'blob', id } }]
  }
  const path = await results.save?.(`${fileName(server)}.${fileName(mime.split(/[/;+]/)[1] ?? 'bin')}`, bytes)
  return [say(path === undefined ? `[${label}]` : `[${label}, stored in ${path}]`)]
}

/** Texts that follow each other are one. */
function joined(parts: readonly Part[], { redact }: ResultOptions): readonly Part[] {
  const all: Part[] = []
  for (const part of parts) {
    const last = all.at(-1)
    if (part.type !== 'text') all.push(part)
    else if (last?.type === 'text') all[all.length - 1] = say(`${last.text}\n${redact(part.text)}`)
    else if (part.text !== '') all.push(say(redact(part.text)))
  }
  return all
}

async function shortened(
  parts: readonly Part[],
  { maxInlineChars, results, tool, server }: ResultOptions,
): Promise<readonly Part[]> {
  const chars = parts.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0)
  if (chars <= maxInlineChars) return parts
  const whole = parts
    .map((part) => (part.type === 'text' ? part.text : ''))
    .filter(Boolean)
    .join('\n')
  const path = await results.save?.(`${fileName(server)}-${fileName(tool)}.txt`, whole)
  const rest = path === undefined ? 'the rest was left out' : `all of it is in ${path}`
  const start = whole
    .slice(0, path === undefined ? maxInlineChars : Math.min(previewChars, maxInlineChars))
    .toWellFormed()
  const note = `[The result has ${whole.length} characters; ${rest}. This is its start:]`
  return [say(`${note}\n${start}`), ...parts.filter(({ type }) => type !== 'text')]
}

function isForPersonOnly({ annotations }: JsonObject): boolean {
  const audience = isJsonObject(annotations) ? annotations['audience'] : undefined
  return Array.isArray(audience) && audience.length > 0 && !audience.includes('assistant')
}

const say = (text: string): TextPart => ({ type: 'text', text: text.replaceAll('\0', '\uFFFD') })
const textIn = (block: JsonObject, key: string) => (typeof block[key] === 'string' ? block[key] : '')
const fileName = (name: string) => name.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 60) || 'result'
