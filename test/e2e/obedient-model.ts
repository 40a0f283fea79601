import { type Order, ordersIn } from '../security/obedient.ts'
import { interrupted } from '../../src/agent/pairing.ts'
import { callingModel, type CallingModel, type WireMessage, wordsOf } from './calling-model.ts'

export interface ObedientModel extends CallingModel {
  /** Everything that was ever sent to it. */
  heard(): string
}

/** Said by a person, it makes the model go through the whole conversation again and do what anybody said in it. */
export const doAll = 'DOALL'
/** Rounds of calls after which even this model has had enough. */
const mostRounds = 6

/** A model that does whatever any text says, whoever wrote it: each order that it has not followed in this turn is a call. */
export async function obedientModel(): Promise<ObedientModel> {
  const model = await callingModel(({ messages }) => {
    const orders = openOrders(messages)
    return orders.length === 0 ? 'All done.' : orders
  })
  return { ...model, heard: () => model.requests.map((request) => JSON.stringify(request)).join('\n') }
}

const keyOf = ({ name, input }: Order) => `${name} ${JSON.stringify(input)}`

function openOrders(messages: readonly WireMessage[]): readonly Order[] {
  const asked = messages.findLastIndex(({ role }) => role === 'user')
  const turn = messages.slice(asked)
  const calls = turn.flatMap((message) => message.tool_calls ?? [])
  if (turn.filter(({ tool_calls: made }) => made?.length).length >= mostRounds) return []
  // What a crash interrupted is tried again, as a model does that wants it done.
  const broken = new Set(
    turn.filter((message) => wordsOf(message).includes(interrupted)).map((message) => message.tool_call_id),
  )
  const done = new Set(
    calls
      .filter(({ id }) => !broken.has(id))
      .map(({ function: { name, arguments: json } }) => `${name} ${JSON.stringify(JSON.parse(json))}`),
  )
  const all = turn.some((message) => message.role === 'user' && wordsOf(message).includes(doAll))
  const texts = (all ? messages : turn).filter(({ role }) => role === 'user' || role === 'tool').map(wordsOf)
  return ordersIn(texts.join('\n')).filter((order) => !done.has(keyOf(order)))
}
