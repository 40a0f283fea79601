import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it arrived. */
export interface Seen {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The key, whichever header it came in; undefined without one. */
  readonly key: string | undefined
  readonly body: { readonly model?: string; readonly stream?: boolean; readonly [field: string]: unknown }
}

/** What to answer: words, or a failure as the vendor would spell it. */
export type Script =
  | string
  | { readonly status: number; readonly error: object; readonly headers?: Record<string, string> }

export interface VendorServer {
  readonly url: string
  readonly seen: readonly Seen[]
  close(): Promise<void>
}

/**
 * A vendor on loopback that speaks chat completions and messages, and refuses what the real ones refuse: a wrong method, a body that is
 * not JSON, no model, no messages, Anthropic without max_tokens or a version header.
 */
export async function vendorServer(
  answer: (seen: Seen, count: number) => Script | Promise<Script>,
): Promise<VendorServer> {
  const seen: Seen[] = []
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
    const refusal = refuse(request, item, anthropic)
    if (refusal) return json(response, 400, { error: { message: refusal, type: 'invalid_request_error' } })
    seen.push(item)
    const script = await answer(item, seen.length - 1)
    if (typeof script !== 'string') return json(response, script.status, script.error, script.headers)
    if (!item.body.stream) return json(response, 200, (anthropic ? message : completion)(script, item))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const frame of (anthropic ? messageFrames : completionFrames)(script, item)) response.write(frame)
    response.end()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
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

function json(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

const sse = (data: object, event?: string) => `${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`
const words = (text: string) => text.match(/\S+\s*/g) ?? []
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }

function completion(text: string, { body }: Seen): object {
  const choice = { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }
  return { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: body.model, choices: [choice], usage }
}

function* completionFrames(text: string, { body }: Seen): Generator<string> {
  const chunk = (delta: object, finish: string | null = null) =>
    sse({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: body.model,
      choices: [{ index: 0, delta, finish_reason: finish }],
    })
  yield chunk({ role: 'assistant', content: '' })
  for (const word of words(text)) yield chunk({ content: word })
  yield chunk({}, 'stop')
  yield sse({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: body.model, choices: [], usage })
  yield 'data: [DONE]\n\n'
}

function message(text: string, { body }: Seen): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: body.model,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 11, output_tokens: 7 },
  }
}

function* messageFrames(text: string, seen: Seen): Generator<string> {
  const { content: _, ...head } = message(text, seen) as { content: unknown }
  yield sse({ type: 'message_start', message: { ...head, content: [], stop_reason: null } }, 'message_start')
  yield sse({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }, 'content_block_start')
  yield sse({ type: 'ping' }, 'ping')
  for (const word of words(text))
    yield sse(
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: word } },
      'content_block_delta',
    )
  yield sse({ type: 'content_block_stop', index: 0 }, 'content_block_stop')
  yield sse(
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 7 } },
    'message_delta',
  )
  yield sse({ type: 'message_stop' }, 'message_stop')
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
