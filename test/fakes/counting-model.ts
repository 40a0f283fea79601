import type { Answer, ChatRequest } from '../../src/core/chat.ts'
import { spell } from '../../src/core/collect.ts'
import { Failure } from '../../src/core/failure.ts'
import type { Part } from '../../src/core/message.ts'
import type { Provider } from '../../src/core/provider.ts'

/** Tokens of a text, as one family of models counts. */
export type Counter = (text: string) => number

/** Three ways in which models count. */
export const counters = {
  'three characters a token': (text) => Math.ceil(text.length / 3),
  'four characters a token': (text) => Math.ceil(text.length / 4),
  'a token for each Chinese character, four others a token': (text) => {
    const han = text.match(/[\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF]/g)?.length ?? 0
    return han + Math.ceil((text.length - han) / 4)
  },
} satisfies Readonly<Record<string, Counter>>

/** Tokens that a picture costs. */
const picture = 1_100

export function countTokens({ system = [], messages, tools = [] }: ChatRequest, count: Counter): number {
  const words = (part: Part): number => {
    switch (part.type) {
      case 'text':
      case 'thinking':
        return count(part.text)
      case 'tool-call':
        return count(part.name + JSON.stringify(part.input)) + 6
      case 'tool-result':
        return part.content.reduce((sum: number, piece) => sum + words(piece), 6)
      case 'image':
        return picture
      default:
        return 0
    }
  }
  const said = messages.reduce(
    (sum: number, message) => message.parts.reduce((inner: number, part) => inner + words(part), sum + 4),
    0,
  )
  return said + count(system.join('\n')) + tools.reduce((sum, tool) => sum + 8 + count(JSON.stringify(tool)), 0)
}

/** Answers as `say` tells and counts what it is asked: a request that does not fit its window is refused as the service would. */
export function countingModel(
  window: number,
  count: Counter,
  say: (request: ChatRequest, index: number) => Answer,
): { readonly provider: Provider; readonly requests: ChatRequest[]; readonly refused: () => number } {
  const requests: ChatRequest[] = []
  let refused = 0
  const provider: Provider = {
    name: 'counting',
    async open(call) {
      const request = call.request()
      const tokens = countTokens(request, count)
      requests.push(request)
      if (tokens + (request.maxTokens ?? 0) > window) {
        refused += 1
        throw new Failure('too-long', `The request has ${tokens} tokens, the window ${window}.`)
      }
      const answer = say(request, requests.length)
      const usage = { input: tokens, output: 10, cacheRead: 0, cacheWrite: 0 }
      return {
        type: 'events',
        by: { endpoint: 'counting', vendor: 'v', model: 'm' },
        attempts: [],
        notes: [],
        end: Promise.resolve({ stop: answer.stop, usage, model: 'm' }),
        events: (async function* () {
          yield* spell({ ...answer, usage })
        })(),
      }
    },
  }
  return { provider, requests, refused: () => refused }
}
