import type { ServerResponse } from 'node:http'
import type { FailureKind } from '../../src/core/failure.ts'
import type { ModelEntry } from '../../src/models/entry.ts'

/** One way in which a vendor fails on the wire, and what must come of it. */
export interface Fault {
  readonly name: string
  /** Answers one request. */
  readonly play: (response: ServerResponse, stream: boolean) => void
  readonly kind: FailureKind
  /** What the first sentence says. */
  readonly says: RegExp
  readonly status?: number
  /** The chain ends here; nobody else is asked. */
  readonly final?: true
  /** The trouble comes after the first word: for a streamed answer there is no way back then. */
  readonly midway?: true
  /** Seconds of rest after the first, second and third failure in a row; none where nobody rests. */
  readonly rests?: readonly number[]
  /** The whole key rests, not one model. */
  readonly wide?: true
  /** Rounds in which a sole candidate is asked. */
  readonly rounds?: 3
  readonly entry?: Partial<ModelEntry>
  /** What happens before: the candidate's requests are used up, or it has failed and rests. */
  readonly before?: 'drained' | 'failed'
  /** `nobody`: no server is there. `stop`: the caller ends the call once it has arrived. */
  readonly scene?: 'nobody' | 'stop'
}

const json = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
const error = (status: number, code: string, message: string, headers?: Record<string, string>): Fault['play'] =>
  function refuse(response) {
    json(response, status, { error: { message, type: 'scripted', code, param: null } }, headers)
  }
const page = (status: number): Fault['play'] =>
  function show(response) {
    response.writeHead(status, { 'content-type': 'text/html' })
    response.end('<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>')
  }
const frame = (choice: object): string => `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [choice] })}\n\n`
const role = frame({ index: 0, delta: { role: 'assistant', content: '' } })
const word = frame({ index: 0, delta: { content: 'half an answer' } })
const half = '{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"half an an'

function begin(response: ServerResponse, stream: boolean, frames: string): void {
  response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' })
  response.write(stream ? frames : half)
}
const finished = (reason: string): Fault['play'] =>
  function finish(response, stream) {
    if (!stream) {
      const choice = { index: 0, message: { role: 'assistant', content: null }, finish_reason: reason }
      return json(response, 200, { id: 'c', model: 'm', choices: [choice] })
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`${role}${frame({ index: 0, delta: {}, finish_reason: reason })}data: [DONE]\n\n`)
  }

/** A right answer; the server says which key it was asked with. */
export function answer(response: ServerResponse, stream: boolean, text: string): void {
  const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
  if (!stream) {
    const choice = { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }
    return json(response, 200, { id: 'c', model: 'm', choices: [choice], usage })
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const end = frame({ index: 0, delta: {}, finish_reason: 'stop' })
  const told = `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [], usage })}\n\n`
  response.end(`${role}${frame({ index: 0, delta: { content: text } })}${end}${told}data: [DONE]\n\n`)
}

const standard = [60, 300, 1_500]
const brief = [5, 10, 20]

export const faults: readonly Fault[] = [
  {
    name: '401',
    play: error(401, 'invalid_api_key', 'Incorrect API key provided.'),
    kind: 'auth',
    status: 401,
    says: /the key or login was not accepted .*Check its api_key/,
    rests: standard,
    wide: true,
  },
  {
    name: '403 with a web page',
    play: page(403),
    kind: 'blocked',
    status: 403,
    says: /a proxy, firewall or region answered with a web page/,
    rests: brief,
  },
  {
    name: '402',
    play: error(402, 'insufficient_balance', 'No balance.'),
    kind: 'billing',
    status: 402,
    says: /the account has no balance/,
    rests: [18_000, 36_000, 72_000],
    wide: true,
  },
  {
    name: '429 with Retry-After',
    play: error(429, 'rate_limit_exceeded', 'Slow down.', { 'retry-after': '90' }),
    kind: 'rate-limit',
    status: 429,
    says: /too many requests or tokens for now .*90 s/,
    rests: [90],
  },
  {
    name: '429',
    play: error(429, 'rate_limit_exceeded', 'Slow down.'),
    kind: 'rate-limit',
    status: 429,
    says: /too many requests or tokens for now/,
    rests: standard,
    rounds: 3,
  },
  {
    name: '500',
    play: error(500, 'server_error', 'Oops.'),
    kind: 'overloaded',
    status: 500,
    says: /the vendor is busy or broken/,
    rests: standard,
    rounds: 3,
  },
  {
    name: '502 with a web page',
    play: page(502),
    kind: 'overloaded',
    status: 502,
    says: /a web page came instead/,
    rests: standard,
    rounds: 3,
  },
  {
    name: '503',
    play: error(503, 'unavailable', 'Try later.'),
    kind: 'overloaded',
    status: 503,
    says: /busy or broken/,
    rests: standard,
    rounds: 3,
  },
  {
    name: '529',
    play: error(529, 'overloaded_error', 'Overloaded'),
    kind: 'overloaded',
    status: 529,
    says: /busy or broken/,
    rests: standard,
    rounds: 3,
  },
  {
    name: '400 about the request',
    play: error(400, 'invalid_value', 'The messages are in the wrong order.'),
    kind: 'bad-request',
    status: 400,
    says: /did not accept the request .*The messages are in the wrong order/,
  },
  {
    name: '400 about the context',
    play: error(400, 'context_length_exceeded', "This model's maximum context length is 8192 tokens."),
    kind: 'too-long',
    status: 400,
    says: /does not fit the model/,
  },
  {
    name: '404 about the model',
    play: error(404, 'model_not_found', 'The model m1 does not exist.'),
    kind: 'not-found',
    status: 404,
    says: /the vendor knows no such model .*Check the model id/,
    rests: standard,
  },
  {
    name: '404 with a web page',
    play: page(404),
    kind: 'bad-endpoint',
    status: 404,
    says: /a web page came instead of a model's answer .*Check api_base/,
    rests: brief,
  },
  {
    name: '200 with a web page',
    play: page(200),
    kind: 'bad-endpoint',
    status: 200,
    says: /a web page came instead of a model's answer/,
    rests: brief,
  },
  {
    name: '200 with an error nobody knows',
    play: (response) => json(response, 200, { error: { message: 'something quite different' } }),
    kind: 'unknown',
    says: /something quite different/,
    rests: brief,
  },
  {
    name: 'an answer that is no JSON',
    play(response) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{oops}')
    },
    kind: 'bad-reply',
    says: /not readable JSON/,
    rests: brief,
    rounds: 3,
  },
  {
    name: 'truncated JSON',
    play(response) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(half)
    },
    kind: 'cut',
    says: /not readable JSON/,
    rests: brief,
    rounds: 3,
  },
  {
    name: 'a cut before the first word',
    play(response, stream) {
      begin(response, stream, role)
      response.end()
    },
    kind: 'cut',
    says: /the answer stopped before its end|not readable JSON/,
    rests: brief,
    rounds: 3,
  },
  {
    name: 'a cut in the middle',
    play(response, stream) {
      begin(response, stream, role + word)
      setImmediate(() => response.destroy())
    },
    kind: 'cut',
    says: /the answer stopped before its end/,
    rests: brief,
    rounds: 3,
    midway: true,
  },
  {
    name: 'a stall before the first byte',
    play() {},
    kind: 'timeout',
    says: /nothing came for 1\.2 s/,
    rests: standard,
    entry: { requestTimeoutMs: 1_200, firstTokenTimeoutMs: 1_200 },
  },
  {
    name: 'a stall in the middle',
    play: (response, stream) => begin(response, stream, role + word),
    kind: 'timeout',
    says: /nothing (?:more )?came for 1\.2 s/,
    rests: standard,
    entry: { requestTimeoutMs: 1_200, idleTimeoutMs: 1_200 },
    midway: true,
  },
  {
    name: 'a connection that is reset',
    play: (response) => response.socket?.destroy(),
    kind: 'network',
    says: /the connection to 127\.0\.0\.1:\d+ failed/,
    rests: brief,
    rounds: 3,
  },
  {
    name: 'a port nobody listens on',
    play: (response) => response.destroy(),
    scene: 'nobody',
    kind: 'network',
    says: /nobody listens on 127\.0\.0\.1:\d+ .*Start the server there/,
    rests: brief,
    rounds: 3,
  },
  {
    name: 'an answer without content',
    play: finished('stop'),
    kind: 'empty',
    says: /the answer had no content/,
    rounds: 3,
  },
  {
    name: 'a refusal on content',
    play: finished('content_filter'),
    kind: 'refused',
    says: /refused the request for its content/,
    final: true,
  },
  {
    name: 'a caller who stops',
    play() {},
    scene: 'stop',
    kind: 'aborted',
    says: /the call was ended/,
    final: true,
  },
  {
    name: 'our own limit of requests',
    play: (response, stream) => answer(response, stream, 'never heard'),
    before: 'drained',
    kind: 'paced',
    says: /its limit of one request per minute/,
    entry: { rpm: 1 },
  },
  {
    name: 'a candidate that rests',
    play: (response, stream) => answer(response, stream, 'words of a sole candidate'),
    before: 'failed',
    kind: 'resting',
    says: /rests until/,
  },
]
