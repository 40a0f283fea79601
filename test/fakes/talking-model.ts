import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

interface Body {
  readonly model: string
  readonly messages: readonly { readonly role: string; readonly content?: unknown }[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
  readonly stream?: boolean
}

/** What the model says: words, words that come piece by piece, or a call of a tool it was offered. */
type Said = string | AsyncIterable<string> | { readonly call: string; readonly args: object }

export interface TalkingModel extends AsyncDisposable {
  /** With `/v1`. */
  readonly url: string
  readonly asked: readonly Body[]
  /** Every request as it came. */
  readonly texts: readonly string[]
}

/** A vendor of chat completions that streams. It refuses what the real one refuses, and a call of a tool that it was not offered. */
export async function talkingModel(say: (body: Body, count: number) => Said): Promise<TalkingModel> {
  const asked: Body[] = []
  const texts: string[] = []
  const sockets = new Set<Socket>()

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const refuse = (why: string) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: why, type: 'invalid_request_error' } }))
    }
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') return refuse(`${request.url} is not here`)
    const body = JSON.parse(text) as Body
    if (!body.model || !Array.isArray(body.messages) || body.messages.length === 0) return refuse('model and messages')
    if (body.stream !== true) return refuse('only streams are spoken here')
    texts.push(text)
    asked.push(body)
    const said = say(body, asked.length - 1)
    if (isCall(said) && !body.tools?.some((tool) => tool.function.name === said.call))
      return refuse(`no tool ${said.call} was offered`)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const tell = (delta: object, finish: string | null = null) => {
      const choices = [{ index: 0, delta, finish_reason: finish }]
      const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: body.model, choices }
      response.write(`data: ${JSON.stringify(chunk)}\n\n`)
    }
    if (typeof said === 'string') tell({ role: 'assistant', content: said })
    else if (isCall(said)) {
      const call = { name: said.call, arguments: JSON.stringify(said.args) }
      tell({ tool_calls: [{ index: 0, id: `call_${asked.length}`, type: 'function', function: call }] })
    } else for await (const piece of said) tell({ content: piece })
    tell({}, isCall(said) ? 'tool_calls' : 'stop')
    response.end('data: [DONE]\n\n')
  }
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    texts,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const isCall = (said: Said): said is { readonly call: string; readonly args: object } =>
  typeof said === 'object' && 'call' in said
