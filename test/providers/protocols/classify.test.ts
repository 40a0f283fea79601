import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { classifyAnswer, classifyThrown } from '../../../src/providers/classify.ts'
import { readSpan } from '../../../src/providers/retry-after.ts'

/** Every phrase that tells a kind when a vendor says it. */
const phrases = [
  'rate limit exceeded',
  'too many requests',
  'quota exceeded',
  'exceeded your current quota',
  'insufficient balance',
  'payment required',
  'request timeout',
  'connection timed out',
  'context deadline exceeded',
  'invalid api key',
  'incorrect api key provided',
  'unauthorized',
  'authentication failed',
  'token has expired',
  'maximum context length is 8192 tokens',
  'prompt is too long',
  'context_length_exceeded',
  'request too large',
  'model "x" does not exist',
  'model not found',
  'overloaded_error',
  'internal server error',
  'service unavailable',
  'content exists risk',
  'country, region, or territory not supported',
  'image input is not supported',
  'Unsupported parameter: temperature',
  '{"error":{"type":"overloaded_error","code":"insufficient_quota"}}',
  '<!DOCTYPE html><html>',
  'HTTP 429',
  'status 401',
  'ECONNREFUSED',
  'please try again in 20s',
  "' is invalid. rate limit exceeded",
  '\nrate limit exceeded\n',
  '"}, "code": "invalid_api_key"',
]
const echo = fc
  .array(fc.oneof(fc.constantFrom(...phrases), fc.string()), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(' '))

/** How vendors begin sentences in which a request is echoed. */
const beginnings = [
  "Invalid value: '",
  "Invalid type for 'messages[0].content': got \"",
  'messages.3.content.0: text `',
  'Could not parse arguments of tool call: ',
  'Failed to call a function. Please adjust your prompt. See failed_generation: ',
  'Validation error: input was ',
  'Unexpected token in "',
  'tool_use.input: Input should be a valid dictionary, got "',
  'Error rendering prompt with jinja template: "',
  "Expected ',' but found '",
  'Value error, ',
]
const statuses = [400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 502, 503, 529]

test('what a vendor echoes of a request never changes the kind of a failure', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...statuses, undefined),
      fc.constantFrom(...beginnings),
      echo,
      (status, beginning, text) => {
        const answer = (words: string) =>
          classifyAnswer({
            ...(status !== undefined && { status }),
            body: JSON.stringify({
              error: {
                message: `${beginning}${words}"`,
                type: 'invalid_request_error',
                failed_generation: words,
                input: words,
              },
              detail: { input: words },
              request: { messages: [{ role: 'user', content: words }] },
              metadata: { raw: words },
            }),
          })
        const [quiet, echoing] = [answer('hello'), answer(text)]
        assert.equal(echoing.kind, quiet.kind)
        assert.equal(echoing.param, quiet.param)
        assert.equal(echoing.retryAfterMs, quiet.retryAfterMs)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('a plain body echoes as little', () => {
  fc.assert(
    fc.property(fc.constantFrom(...statuses), fc.constantFrom(...beginnings), echo, (status, beginning, text) => {
      assert.equal(
        classifyAnswer({ status, body: beginning + text }).kind,
        classifyAnswer({ status, body: `${beginning}hello` }).kind,
      )
    }),
  )
})

test("a vendor's own row decides before the common tables", () => {
  const errors = [
    { code: '1113', kind: 'billing', mend: 'Top up.' },
    { message: 'out of cheese', kind: 'overloaded' },
  ] as const
  const answer = (error: object, status = 429) =>
    classifyAnswer({ status, body: JSON.stringify({ error }), vendor: { errors } })
  assert.deepEqual([answer({ code: '1113', message: 'x' }).kind, answer({ code: '1113' }).mend], ['billing', 'Top up.'])
  assert.equal(answer({ message: 'Out of cheese error' }).kind, 'overloaded')
  assert.equal(answer({ message: 'I am "out of cheese"' }).kind, 'rate-limit')
})

const now = Date.UTC(2026, 0, 1)
const waits: readonly [Record<string, string>, object, number | undefined][] = [
  [{ 'retry-after': '20' }, {}, 20_000],
  [{ 'retry-after': '0.5' }, {}, 500],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, {}, 60_000],
  [{ 'retry-after-ms': '1500', 'retry-after': '9' }, {}, 1_500],
  [{ 'x-ratelimit-reset-requests': '6m0s', 'x-ratelimit-remaining-requests': '0' }, {}, 360_000],
  [{ 'x-ratelimit-reset-requests': '6m0s', 'x-ratelimit-remaining-requests': '5' }, {}, undefined],
  [{ 'x-ratelimit-reset': String(now + 5_000), 'x-ratelimit-remaining': '0' }, {}, 5_000],
  [
    { 'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:30Z', 'anthropic-ratelimit-tokens-remaining': '0' },
    {},
    30_000,
  ],
  [{}, { details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '33s' }] }, 33_000],
  [
    {},
    {
      message:
        'Rate limit reached for gpt-4 in organization org-x on tokens per min (TPM): Limit 10000, Used 9000. Please try again in 6.5s. Visit',
    },
    6_500,
  ],
  [{}, { message: 'Value was "Please try again in 20s"' }, undefined],
  [{}, {}, undefined],
]
for (const [headers, error, expected] of waits)
  test(`a wait of ${expected ?? 'unknown'} ms is read from ${JSON.stringify(headers)} ${JSON.stringify(error).slice(0, 40)}`, () => {
    const { retryAfterMs } = classifyAnswer({
      status: 429,
      header: (name) => headers[name],
      body: JSON.stringify({ error }),
      now,
    })
    assert.equal(retryAfterMs, expected)
  })

test('spans are read as vendors write them', () => {
  assert.deepEqual(['6m0s', '20ms', '1h2m3.5s', '12', ''].map(readSpan), [360_000, 20, 3_723_500, undefined, undefined])
})

test('a thrown error is named by its code, however deep it lies', () => {
  const refused = Object.assign(new Error('text that says 429 and rate limit'), { code: 'ECONNREFUSED' })
  const wrapped = new TypeError('fetch failed', { cause: new AggregateError([refused]) })
  assert.deepEqual(classifyThrown(new Error('outer', { cause: wrapped })), { kind: 'network', code: 'ECONNREFUSED' })
  assert.deepEqual(classifyThrown(new Error('rate limit exceeded')), { kind: 'unknown' })
})
