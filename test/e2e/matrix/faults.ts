import type { FailureKind } from '../../../src/core/failure.ts'
import type { ModelEntry } from '../../../src/models/entry.ts'
import {
  anthropicError,
  chunk,
  either,
  event,
  frames,
  json,
  messageBegins,
  messageWord,
  openaiError,
  page,
  type Serve,
} from './faulty-server.ts'

/** What follows from a fault, for the chain and for who reads. */
export interface Outcome {
  readonly kind: FailureKind
  readonly status?: number
  /** What the person reads when nobody answers. */
  readonly says: RegExp
  /** Who rests, and for how many seconds after the first, second and third failure in a row. */
  readonly rest?: { readonly scope: 'model' | 'key'; readonly seconds: readonly [number, ...number[]] }
  /** How often a candidate is tried when nobody answers: as the only one, and as one of several. */
  readonly rounds: { readonly alone: number; readonly together: number }
  /** The candidate is passed over. */
  readonly skipped?: true
}
export interface Fault extends Outcome {
  readonly name: string
  /** Absent: nobody listens at the address. */
  readonly serve?: Serve
  readonly protocol?: 'anthropic-messages'
  readonly entry?: Partial<ModelEntry>
  /** It is final: no other candidate is asked. */
  readonly final?: true
  /** In a stream it comes after the first word: what was shown cannot be taken back, and nobody else is asked. */
  readonly afterFirstWord?: true
  /** The person stops as soon as the question has arrived. */
  readonly stopped?: true
  /** Each faulty candidate was asked once before. */
  readonly again?: true
  /** What is different for an only candidate. */
  readonly alone?: Partial<Outcome>
}

const once = { alone: 1, together: 1 }
const minute = [60, 300, 1_500] as const
const moment = [5, 10, 20] as const
/** A model rests briefly, and the whole chain is asked again where that helps. */
const briefly = (rounds: Outcome['rounds']) => ({ rest: { scope: 'model', seconds: moment }, rounds }) as const
const passing = briefly({ alone: 3, together: 2 })
/** Others stand in while the model rests; an only one is asked three times. */
const busy = { rest: { scope: 'model', seconds: minute }, rounds: { alone: 3, together: 1 } } as const
const standing = { rest: { scope: 'model', seconds: minute }, rounds: once } as const
const ofKey = { rest: { scope: 'key', seconds: minute }, rounds: once } as const
const ofAccount = { rest: { scope: 'key', seconds: [18_000, 36_000] }, rounds: once } as const
const noRest = { rounds: once } as const
const patience: Partial<ModelEntry> = { requestTimeoutMs: 60, firstTokenTimeoutMs: 60, idleTimeoutMs: 60 }
const wordsOf = (finish: string, content: string) =>
  json(200, { id: 'c', model: 'm', choices: [{ index: 0, message: { content }, finish_reason: finish }] })

/** Faults of servers that speak chat completions. */
const openai: readonly Fault[] = [
  {
    name: '401, a wrong key',
    kind: 'auth',
    status: 401,
    says: /key or login was not accepted .*HTTP 401.*Check its api_key/,
    serve: openaiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' }),
    ...ofKey,
  },
  {
    name: '403, a web page of a firewall',
    kind: 'blocked',
    status: 403,
    says: /proxy, firewall or region.*403/,
    serve: page(403),
    ...briefly(once),
  },
  {
    name: '402, an empty account',
    kind: 'billing',
    status: 402,
    says: /no balance.*Insufficient Balance.*Top up/,
    serve: openaiError(402, 'Insufficient Balance'),
    ...ofAccount,
  },
  {
    name: '429 that means an empty account',
    kind: 'billing',
    status: 429,
    says: /no balance/,
    serve: openaiError(429, 'You exceeded your current quota, please check your plan and billing details.', {
      code: 'insufficient_quota',
    }),
    ...ofAccount,
  },
  {
    name: '429 with Retry-After',
    kind: 'rate-limit',
    status: 429,
    says: /too many requests.*left alone for 2 s/,
    serve: openaiError(429, 'Slow down.', {}, { 'retry-after': '2' }),
    rest: { scope: 'model', seconds: [2, 300, 1_500] },
    rounds: { alone: 3, together: 2 },
  },
  {
    name: '429 with a long Retry-After',
    kind: 'rate-limit',
    status: 429,
    says: /too many requests.*left alone for 900 s/,
    serve: openaiError(429, 'Slow down.', {}, { 'retry-after': '900' }),
    rest: { scope: 'model', seconds: [900] },
    rounds: once,
  },
  {
    name: '429 without a word',
    kind: 'rate-limit',
    status: 429,
    says: /too many requests/,
    serve: json(429, ''),
    ...busy,
  },
  {
    name: '500',
    kind: 'overloaded',
    status: 500,
    says: /busy or broken.*HTTP 500/,
    serve: openaiError(500, 'The server had an error.', { type: 'server_error' }),
    ...busy,
  },
  {
    name: '502, a web page',
    kind: 'overloaded',
    status: 502,
    says: /web page.*502|502.*web page/,
    serve: page(502),
    ...busy,
  },
  { name: '503', kind: 'overloaded', status: 503, says: /busy.*HTTP 503/, serve: json(503, 'no upstream'), ...busy },
  {
    name: '504',
    kind: 'timeout',
    status: 504,
    says: /within the time limit.*HTTP 504/,
    serve: json(504, ''),
    ...standing,
  },
  {
    name: '400, a parameter',
    kind: 'bad-request',
    status: 400,
    says: /did not accept the request.*user_id/,
    serve: openaiError(400, "Unsupported parameter: 'user_id'.", { param: 'user_id', code: 'unsupported_parameter' }),
    ...noRest,
  },
  {
    name: '400, too long',
    kind: 'too-long',
    status: 400,
    says: /does not fit the model/,
    serve: openaiError(400, "This model's maximum context length is 8192 tokens.", { code: 'context_length_exceeded' }),
    ...noRest,
  },
  {
    name: '413',
    kind: 'too-long',
    status: 413,
    says: /does not fit the model.*HTTP 413/,
    serve: json(413, ''),
    ...noRest,
  },
  {
    name: '404, no such model',
    kind: 'not-found',
    status: 404,
    says: /no such model as m\d/,
    serve: openaiError(404, 'The model `m1` does not exist.', { code: 'model_not_found' }),
    ...standing,
  },
  {
    name: '404, a web page',
    kind: 'bad-endpoint',
    status: 404,
    says: /404.*\/v1/,
    serve: page(404),
    ...briefly(once),
  },
  {
    name: '200, a web page',
    kind: 'bad-endpoint',
    status: 200,
    says: /web page.*\/v1/,
    serve: page(200),
    ...briefly(once),
  },
  {
    name: '200, an error inside',
    kind: 'overloaded',
    status: 200,
    says: /busy or broken.*Provider returned error/,
    serve: json(200, { error: { message: 'Provider returned error', code: 502 } }),
    ...busy,
  },
  {
    name: 'truncated JSON',
    kind: 'cut',
    says: /not readable JSON/,
    serve: json(200, '{"id":"c","choices":[{"mess'),
    ...passing,
  },
  {
    name: 'JSON that is none',
    kind: 'bad-reply',
    says: /not readable JSON/,
    serve: json(200, '{"choices":[}'),
    ...passing,
  },
  {
    name: 'a stream cut before its first word',
    kind: 'cut',
    says: /stopped before its end/,
    serve: frames('break', chunk({ role: 'assistant' })),
    ...passing,
  },
  {
    name: 'a stream cut in the middle',
    kind: 'cut',
    says: /stopped before its end/,
    serve: frames('break', chunk({ content: 'half an ' }), chunk({ content: 'answ' })),
    afterFirstWord: true,
    ...passing,
  },
  {
    name: 'silence',
    kind: 'timeout',
    says: /nothing came for 0\.1 s/,
    serve: () => undefined,
    entry: patience,
    ...standing,
  },
  {
    name: 'silence after a keep-alive comment',
    kind: 'timeout',
    says: /nothing (?:more )?came for 0\.1 s/,
    serve: frames('silence', ': OPENROUTER PROCESSING\n\n'),
    entry: patience,
    ...standing,
  },
  {
    name: 'silence after the first word',
    kind: 'timeout',
    says: /nothing more came for 0\.1 s/,
    serve: frames('silence', chunk({ content: 'half' })),
    entry: patience,
    afterFirstWord: true,
    ...standing,
  },
  {
    name: 'a reset connection',
    kind: 'network',
    says: /the connection to 127\.0\.0\.1:\d+ failed/,
    serve: (response) => response.socket?.resetAndDestroy(),
    ...passing,
  },
  {
    name: 'nobody listens',
    kind: 'network',
    says: /nobody listens on 127\.0\.0\.1:\d+ .*correct api_base/,
    ...passing,
  },
  {
    name: 'something that is no HTTP',
    kind: 'network',
    says: /the connection to 127\.0\.0\.1:\d+ failed/,
    serve: (response) => response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n'),
    ...passing,
  },
  {
    name: 'empty choices',
    kind: 'empty',
    says: /content/,
    serve: either(
      frames('end', 'data: {"id":"c","model":"m","choices":[]}\n\n', 'data: [DONE]\n\n'),
      json(200, { id: 'c', model: 'm', choices: [] }),
    ),
    rounds: { alone: 3, together: 3 },
  },
  {
    name: 'an empty body',
    kind: 'empty',
    says: /empty/,
    serve: (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
    rounds: { alone: 3, together: 3 },
  },
  {
    name: 'a refusal on content',
    kind: 'refused',
    says: /for its content/,
    serve: either(
      frames('end', chunk({ role: 'assistant', content: '' }), chunk({}, 'content_filter'), 'data: [DONE]\n\n'),
      wordsOf('content_filter', ''),
    ),
    final: true,
    ...noRest,
  },
  {
    name: 'an error of a kind nobody knows, inside a stream',
    kind: 'unknown',
    says: /the call failed.*The stars are wrong/,
    serve: frames('end', 'data: {"error":{"message":"The stars are wrong.","code":"stars"}}\n\n'),
    ...briefly(once),
  },
  {
    name: 'the person stops',
    kind: 'aborted',
    says: /ended/,
    serve: () => undefined,
    stopped: true,
    final: true,
    ...noRest,
  },
  {
    name: 'our own limit of requests per minute',
    kind: 'paced',
    says: /limit of one request per minute/,
    serve: either(frames('end', chunk({ content: 'Yes.' }, 'stop'), 'data: [DONE]\n\n'), wordsOf('stop', 'Yes.')),
    entry: { rpm: 1 },
    again: true,
    skipped: true,
    ...noRest,
  },
  {
    name: 'a rest after the call before',
    kind: 'resting',
    says: /rest.*no balance/s,
    serve: openaiError(402, 'Insufficient Balance'),
    again: true,
    skipped: true,
    ...ofAccount,
    alone: { kind: 'billing', status: 402, says: /Top up/, rest: { scope: 'key', seconds: [36_000] } },
  },
]

/** Faults of servers that speak messages. */
const anthropic: readonly Fault[] = [
  {
    name: '401, a wrong key',
    kind: 'auth',
    status: 401,
    says: /key or login was not accepted/,
    serve: anthropicError(401, 'authentication_error', 'invalid x-api-key'),
    ...ofKey,
  },
  {
    name: '529, overloaded',
    kind: 'overloaded',
    status: 529,
    says: /busy or broken.*HTTP 529.*Overloaded/,
    serve: anthropicError(529, 'overloaded_error', 'Overloaded'),
    ...busy,
  },
  {
    name: '429',
    kind: 'rate-limit',
    status: 429,
    says: /too many requests/,
    serve: anthropicError(429, 'rate_limit_error', 'This request would exceed your rate limit.'),
    ...busy,
  },
  {
    name: '400, no credit',
    kind: 'billing',
    status: 400,
    says: /no balance/,
    serve: anthropicError(
      400,
      'invalid_request_error',
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    ),
    ...ofAccount,
  },
  {
    name: '400, too long',
    kind: 'too-long',
    status: 400,
    says: /does not fit the model/,
    serve: anthropicError(400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    ...noRest,
  },
  {
    name: 'overloaded before the first word',
    kind: 'overloaded',
    says: /busy or broken/,
    serve: frames(
      'end',
      ...messageBegins,
      event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
    ),
    ...busy,
  },
  {
    name: 'overloaded after the first word',
    kind: 'overloaded',
    says: /busy or broken/,
    serve: frames(
      'end',
      ...messageBegins,
      messageWord('half'),
      event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
    ),
    afterFirstWord: true,
    ...busy,
  },
  {
    name: 'a stream cut in the middle',
    kind: 'cut',
    says: /stopped before its end/,
    serve: frames('break', ...messageBegins, messageWord('half an '), messageWord('answ')),
    afterFirstWord: true,
    ...passing,
  },
  {
    name: 'a refusal',
    kind: 'refused',
    says: /for its content/,
    serve: either(
      frames(
        'end',
        messageBegins[0] ?? '',
        event('message_delta', { delta: { stop_reason: 'refusal' }, usage: { output_tokens: 0 } }),
        event('message_stop'),
      ),
      json(200, {
        id: 'm',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        stop_reason: 'refusal',
        usage: { input_tokens: 3, output_tokens: 0 },
      }),
    ),
    final: true,
    ...noRest,
  },
]

export const faults: readonly Fault[] = [
  ...openai,
  ...anthropic.map((fault): Fault => ({ ...fault, name: `messages: ${fault.name}`, protocol: 'anthropic-messages' })),
]

/** Kinds that no wire can produce, and why. */
export const offTheWire: Partial<Readonly<Record<FailureKind, string>>> = {
  budget: 'Our own cap; nothing sets one yet.',
}
