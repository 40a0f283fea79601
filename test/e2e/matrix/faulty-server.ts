import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json as readJson } from 'node:stream/consumers'

/** A question as it came over the wire. */
export interface Asked {
  readonly key: string
  readonly model: string
}
/** What a server does with a question. `stream`: the answer is wanted as a stream. */
export type Serve = (response: ServerResponse, stream: boolean) => void

export interface FaultyServer extends AsyncDisposable {
  readonly url: string
}

/** A vendor on loopback that always does the same, and tells of every question before it does. */
export async function faultyServer(serve: Serve, tell: (asked: Asked) => void): Promise<FaultyServer> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { model, stream } = (await readJson(request)) as { readonly model: string; readonly stream?: boolean }
    const { authorization = '', 'x-api-key': key = authorization.replace(/^Bearer /, '') } = request.headers
    tell({ key: String(key), model })
    serve(response, stream ?? false)
  }
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An address on which nobody listens. */
export async function nobody(): Promise<string> {
  await using server = await faultyServer(
    () => undefined,
    () => undefined,
  )
  return server.url
}

export const json =
  (status: number, body: object | string, headers: Readonly<Record<string, string>> = {}): Serve =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

/** An error as chat completions spell it. */
export const openaiError = (status: number, message: string, more: object = {}, headers = {}): Serve =>
  json(status, { error: { message, type: 'error', param: null, code: null, ...more } }, headers)

/** An error as messages spell it. */
export const anthropicError = (status: number, type: string, message: string): Serve =>
  json(status, { type: 'error', error: { type, message } })

export const page =
  (status: number): Serve =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html' })
    response.end('<!DOCTYPE html><html><head><title>Welcome</title></head><body>Log in</body></html>')
  }

/** Frames, and then a proper end, a broken connection or silence. */
export const frames =
  (ending: 'end' | 'break' | 'silence', ...list: readonly string[]): Serve =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    for (const frame of list) response.write(frame)
    if (ending === 'end') response.end()
    // Broken only after the bytes are out: they would be lost otherwise.
    if (ending === 'break') response.write(': \n\n', () => setTimeout(() => response.destroy(), 5))
  }

/** One frame of a stream of chat completions. */
export const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

/** One frame of a stream of messages. */
export const event = (type: string, body: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`

/** The beginning of a stream of messages, up to its first word. */
export const messageBegins: readonly string[] = [
  event('message_start', {
    message: { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], usage: { input_tokens: 3 } },
  }),
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
]
export const messageWord = (text: string): string =>
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })

/** A stream when one is wanted, else something in one piece. */
export const either =
  (stream: Serve, whole: Serve): Serve =>
  (response, wanted) =>
    (wanted ? stream : whole)(response, wanted)
