import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { refusalOfAnthropic } from './strict-anthropic.ts'
import { refusalOfOpenai } from './strict-openai.ts'
import { completion, completionFrames, message, messageFrames, type Said } from './vendor-answer.ts'
import type { JsonObject } from '../../src/core/json.ts'

/** One request as it arrived. */
export interface Seen {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The key, whichever header it came in; undefined without one. */
  readonly key: string | undefined
  readonly body: { readonly model?: string; readonly stream?: boolean; readonly [field: string]: unknown }
}

/** What to answer: words, words and calls of tools, or a failure as the vendor would spell it. A promise that never settles is a model that hangs. */
export type Script =
  | string
  | Said
  | { readonly status: number; readonly error: object; readonly headers?: Record<string, string> }

export interface VendorServer {
  readonly url: string
  readonly seen: readonly Seen[]
  /** What was refused, in words. */
  readonly refused: readonly string[]
  close(): Promise<void>
}

/**
 * A vendor on loopback that speaks chat completions and messages, and refuses what the real ones refuse: a wrong method, a body that is
 * not JSON, no model, no messages, Anthropic without max_tokens or a version header. `strict` refuses every history that the protocol forbids too.
 */
export async function vendorServer(
  answer: (seen: Seen, count: number) => Script | Promise<Script>,
  { strict = false }: { readonly strict?: boolean } = {},
): Promise<VendorServer> {
  const seen: Seen[] = []
  const refused: string[] = []
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: String(error), type: 'server_error' } }))
    })
  })
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const path = request.url ?? ''
    if (path.endsWith('/models'))
      return json(response, 200, { object: 'list', data: [{ id: 'local-model', object: 'model' }] })
    const anthropic = path.split('?')[0]?.endsWith('/messages') ?? false
    const item = record(request, path, Buffer.concat(chunks).toString())
    const refusal = refuse(request, item, anthropic) ?? (strict ? refuseHistory(item, anthropic) : undefined)
    if (refusal !== undefined) {
      refused.push(refusal)
      return json(response, 400, { error: { message: refusal, type: 'invalid_request_error' } })
    }
    const count = seen.push(item)
    const script = await answer(item, count - 1)
    if (typeof script !== 'string' && 'status' in script)
      return json(response, script.status, script.error, script.headers)
    const words = typeof script === 'string' ? { text: script } : script
    const said = { ...words, model: item.body.model ?? '', id: String(count) }
    if (!item.body.stream) return json(response, 200, (anthropic ? message : completion)(said))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const frame of (anthropic ? messageFrames : completionFrames)(said)) response.write(frame)
    response.end()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    refused,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function record(request: IncomingMessage, path: string, text: string): Seen {
  const bearer = request.headers.authorization?.replace(/^Bearer /, '')
  const key = bearer ?? request.headers['x-api-key']
  return { path, headers: request.headers, key: typeof key === 'string' ? key : undefined, body: parse(text) }
}

function parse(text: string): Seen['body'] {
  try {
    return JSON.parse(text) as Seen['body']
  } catch {
    return {}
  }
}

function refuse(request: IncomingMessage, { body, path }: Seen, anthropic: boolean): string | undefined {
  if (request.method !== 'POST') return `${request.method} ${path} is not allowed`
  if (!request.headers['content-type']?.startsWith('application/json')) return 'the body must be JSON'
  if (typeof body.model !== 'string' || body.model === '') return 'you must provide a model parameter'
  if (!Array.isArray(body['messages']) || body['messages'].length === 0) return 'messages: at least one is required'
  if (anthropic && typeof body['max_tokens'] !== 'number') return 'max_tokens: field required'
  if (anthropic && !request.headers['anthropic-version']) return 'anthropic-version: header is required'
  return undefined
}

const refuseHistory = ({ body }: Seen, anthropic: boolean) =>
  anthropic ? refusalOfAnthropic(body as JsonObject, body.model ?? '') : refusalOfOpenai(body as JsonObject)

function json(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** The models that were asked, in order. */
export function modelsAsked(server: VendorServer): readonly (string | undefined)[] {
  return server.seen.map((item) => item.body.model)
}

/** A vendor that always says the same. */
export function saying(text: string): Promise<VendorServer> {
  return vendorServer(() => text)
}

/** Fails with a status, in the words of OpenAI's error object. */
export function failing(status: number, headers?: Record<string, string>): Promise<VendorServer> {
  assert.ok(status >= 400)
  return vendorServer(() => ({
    status,
    error: { error: { message: `scripted ${status}`, type: 'scripted', code: null, param: null } },
    ...(headers && { headers }),
  }))
}
