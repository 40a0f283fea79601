import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Order } from '../security/obedient.ts'

export interface WireMessage {
  readonly role: string
  readonly content?: unknown
  readonly tool_call_id?: string
  readonly tool_calls?: readonly {
    readonly id: string
    readonly function: { readonly name: string; readonly arguments: string }
  }[]
}
export interface WireRequest {
  readonly messages: readonly WireMessage[]
  readonly tools?: readonly { readonly function: { readonly name: string; readonly description?: string } }[]
}

export interface CallingModel extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly WireRequest[]
}

export const wordsOf = ({ content }: WireMessage): string =>
  typeof content === 'string' ? content : JSON.stringify(content ?? '')
/** Names of the tools that a request offers. */
export const toolsOf = ({ tools = [] }: WireRequest): readonly string[] => tools.map(({ function: { name } }) => name)

/** A model on loopback in the format of OpenAI, without streaming: its script answers with words, or with calls. An error of it is the model's. */
export async function callingModel(
  script: (request: WireRequest, count: number) => string | readonly Order[] | Promise<string | readonly Order[]>,
): Promise<CallingModel> {
  const requests: WireRequest[] = []
  let calls = 0
  const asCall = ({ name, input }: Order) => ({
    id: `call_${(calls += 1)}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  })
  const server = createServer((request, response) => {
    const serve = async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = JSON.parse(Buffer.concat(chunks).toString()) as WireRequest
      requests.push(body)
      const said = await script(body, requests.length - 1)
      const message =
        typeof said === 'string'
          ? { role: 'assistant', content: said }
          : { role: 'assistant', content: null, tool_calls: said.map(asCall) }
      const choice = { index: 0, message, finish_reason: typeof said === 'string' ? 'stop' : 'tool_calls' }
      const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
      return { id: 'c', object: 'chat.completion', created: 1, model: 'scripted', choices: [choice], usage }
    }
    const send = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    serve().then(
      (body) => send(200, body),
      (error: unknown) => send(400, { error: { message: String(error), type: 'invalid_request_error' } }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
