import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Order, ordersIn } from '../security/obedient.ts'

interface WireMessage {
  readonly role: string
  readonly content?: unknown
  readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: string } }[]
}

export interface ObedientModel extends AsyncDisposable {
  readonly url: string
  /** Everything that was ever sent to it. */
  heard(): string
}

/** Said by a person, it makes the model go through the whole conversation again and do what anybody said in it. */
export const doAll = 'DOALL'
/** Rounds of calls after which even this model has had enough. */
const mostRounds = 6

/** A model on loopback that does whatever any text says, whoever wrote it: each order that it has not followed in this turn is a call. */
export async function obedientModel(): Promise<ObedientModel> {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    bodies.push(body)
    const { messages } = JSON.parse(body) as { readonly messages: readonly WireMessage[] }
    const orders = openOrders(messages)
    const message =
      orders.length === 0
        ? { role: 'assistant', content: 'All done.' }
        : { role: 'assistant', content: null, tool_calls: orders.map(asCall) }
    const choice = { index: 0, message, finish_reason: orders.length === 0 ? 'stop' : 'tool_calls' }
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'obedient', choices: [choice], usage }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard: () => bodies.join('\n'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const wordsOf = ({ content }: WireMessage) => (typeof content === 'string' ? content : JSON.stringify(content ?? ''))
const keyOf = ({ name, input }: Order) => `${name} ${JSON.stringify(input)}`

function openOrders(messages: readonly WireMessage[]): readonly Order[] {
  const asked = messages.findLastIndex(({ role }) => role === 'user')
  const turn = messages.slice(asked)
  const calls = turn.flatMap((message) => message.tool_calls ?? [])
  if (turn.filter(({ tool_calls: made }) => made?.length).length >= mostRounds) return []
  const done = new Set(
    calls.map(({ function: { name, arguments: json } }) => `${name} ${JSON.stringify(JSON.parse(json))}`),
  )
  const all = turn.some((message) => message.role === 'user' && wordsOf(message).includes(doAll))
  const texts = (all ? messages : turn).filter(({ role }) => role === 'user' || role === 'tool').map(wordsOf)
  return ordersIn(texts.join('\n')).filter((order) => !done.has(keyOf(order)))
}

const asCall = ({ name, input }: Order, index: number) => ({
  id: `call_${Math.random().toString(36).slice(2, 10)}${index}`,
  type: 'function',
  function: { name, arguments: JSON.stringify(input) },
})
