import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../../src/core/json.ts'
import { refusalOfOpenai } from './strict-openai.ts'

interface WireMessage {
  readonly role: string
  readonly content?: unknown
  readonly tool_calls?: readonly object[]
}

/** One request to the model. */
export interface ModelRequest {
  readonly body: JsonObject
  readonly messages: readonly WireMessage[]
  /** The words of the last message, whoever said it, without what we tell about the moment. */
  readonly last: string
  readonly lastRole: string
  /** The whole of the body as it came. */
  readonly raw: string
  readonly tools: readonly string[]
  /** True once whoever asked hung up before the answer was whole. */
  gone: boolean
}

/** What the model does: speaks, speaks as it goes, calls tools, or fails. */
export type ModelReply =
  | string
  | AsyncIterable<string>
  | { readonly calls: readonly { readonly name: string; readonly input: JsonObject }[] }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }

export interface ScriptedModel extends AsyncDisposable {
  readonly url: string
  readonly seen: readonly ModelRequest[]
  /** Requests that the real service would not have taken, in words. */
  readonly refused: readonly string[]
  answer(request: ModelRequest): ModelReply | Promise<ModelReply>
}

/** A model behind chat completions that may call tools, as strict as the real one. */
export async function scriptedModel(answer: ScriptedModel['answer']): Promise<ScriptedModel> {
  const seen: ModelRequest[] = []
  const refused: string[] = []
  let calls = 0
  const model = { answer }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const raw = Buffer.concat(pieces).toString()
    const body = JSON.parse(raw) as JsonObject
    const refusal = refusalOfOpenai(body)
    if (refusal !== undefined) {
      refused.push(refusal)
      return fail(response, 400, refusal)
    }
    const item = read(body, raw)
    response.on('close', () => {
      if (!response.writableFinished) item.gone = true
    })
    seen.push(item)
    const reply = await model.answer(item)
    if (response.destroyed) return
    if (typeof reply === 'object' && 'status' in reply) return fail(response, reply.status, 'scripted', reply.headers)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const send = (delta: object, finish: string | null = null) => void response.write(frame(delta, finish))
    if (typeof reply === 'object' && 'calls' in reply) {
      const wanted = reply.calls.map(({ name, input }, index) => ({
        index,
        id: `call_${(calls += 1)}`,
        type: 'function',
        function: { name, arguments: JSON.stringify(input) },
      }))
      send({ role: 'assistant', content: null, tool_calls: wanted })
      send({}, 'tool_calls')
    } else {
      if (typeof reply === 'string') send({ role: 'assistant', content: reply })
      else for await (const delta of reply) send({ content: delta })
      send({}, 'stop')
    }
    response.end('data: [DONE]\n\n')
  }

  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(model, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    refused,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

function read(body: JsonObject, raw: string): ModelRequest {
  const messages = body['messages'] as unknown as readonly WireMessage[]
  const tools = (body['tools'] ?? []) as unknown as readonly { readonly function: { readonly name: string } }[]
  const last = messages.at(-1)
  return {
    body,
    messages,
    last: wordsOf(last).replace(moment, ''),
    lastRole: last?.role ?? '',
    raw,
    tools: tools.map((tool) => tool.function.name),
    gone: false,
  }
}

const moment = /^## Current Time\n[^]*?Current sender: [^\n]*\n/

/** The text of a message, whether it came as text or in parts. */
export function wordsOf(message: WireMessage | undefined): string {
  const content = message?.content
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return (content as readonly { readonly text?: string }[]).map(({ text = '' }) => text).join('')
}

function fail(response: ServerResponse, status: number, message: string, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify({ error: { message, type: 'scripted', code: null, param: null } }))
}

const frame = (delta: object, finish: string | null) =>
  `data: ${JSON.stringify({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...(finish !== null && { usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } }),
  })}\n\n`
