import { type Fault, busy, noRest, ofAccount, ofKey, passing } from './fault.ts'
import { anthropicError, either, event, frames, json, messageBegins, messageWord } from './faulty-server.ts'

/** Faults of servers that speak messages. */
export const messageFaults: readonly Fault[] = [
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
