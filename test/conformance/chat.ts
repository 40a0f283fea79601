import assert from 'node:assert/strict'
import type { Answer, ChatEvent, ChatRequest, StopReason } from '../../src/core/chat.ts'
import { folding } from '../../src/core/collect.ts'
import { Failure } from '../../src/core/failure.ts'
import { isJsonObject } from '../../src/core/json.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { textOf, userText } from '../../src/core/message.ts'
import { toEntry } from '../../src/models/entry-from-row.ts'
import type { ModelRow } from '../../src/models/row.ts'
import { rowOf } from '../../src/models/url.ts'
import { rowFor } from '../../src/models/vendor-lookup.ts'
import { stopReason as anthropicStop } from '../../src/providers/anthropic-messages/decode.ts'
import anthropicMessages from '../../src/providers/anthropic-messages/index.ts'
import { classifyAnswer, classifyThrown, isVisionUnsupported } from '../../src/providers/classify.ts'
import type { Endpoint } from '../../src/providers/endpoint.ts'
import { audioFormat, parseDataUrl } from '../../src/providers/media.ts'
import openaiChat from '../../src/providers/openai-chat/index.ts'
import { parseJson } from '../../src/providers/read.ts'
import { simplifySchema } from '../../src/providers/simplify-schema.ts'
import { decodeToolArguments } from '../../src/providers/tool-arguments.ts'
import { looksLikeHtml } from '../../src/providers/vendor-error.ts'
import { fakeClock } from '../fakes/clock.ts'
import { fakeCall, fakeEndpoint } from '../fakes/endpoint.ts'
import type { Adapters } from './adapters.ts'
import { readCall, readMessages, readTools } from './message-form.ts'

type Row = Partial<ModelRow>

/** An endpoint as the models floor would make it from a row; it answers with `answer`. */
function endpointOf(row: Row, answer: () => Response | Promise<Response>, fields: Partial<Endpoint> = {}): Endpoint {
  const keyed = row.api_key !== undefined || row.api_keys !== undefined || row.auth_method !== undefined
  const entry = toEntry({ model_name: 'm', model: '', ...row, ...(!keyed && { api_key: 'test-key' }) })
  const token = entry.keys[0] ?? 'sign-in-token'
  return {
    ...fakeEndpoint(),
    entry,
    vendor: rowOf(entry),
    token: () => Promise.resolve(token),
    fetch: async (_, init) => withSignal(await answer(), init?.signal ?? undefined),
    ...fields,
  }
}

/** What fetch does on abort: the body breaks. */
function withSignal(response: Response, signal: AbortSignal | undefined): Response {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader()
  if (!reader) return response
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => signal?.addEventListener('abort', () => controller.error(signal.reason)),
    async pull(controller) {
      const { done, value } = await reader.read()
      if (signal?.aborted) return controller.error(signal.reason)
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
  return new Response(body, { status: response.status, headers: response.headers })
}

const idle = new AbortController().signal
const json = (body: string, status = 200) =>
  new Response(body, { status, headers: { 'content-type': 'application/json' } })
const completion = JSON.stringify({ choices: [{ message: { content: 'ok' }, finish_reason: 'stop' }] })
const message = JSON.stringify({ content: [{ type: 'text', text: 'ok' }], stop_reason: 'end_turn' })

interface Asked {
  readonly body: JsonObject
  readonly headers: Record<string, string>
}

/** Sends one request and shows what went over the wire. */
async function ask(row: Row, request: Partial<ChatRequest>, stream = false): Promise<Asked> {
  const asked: Asked[] = []
  const endpoint = endpointOf(row, () => json(''))
  const native = endpoint.vendor.protocol === 'anthropic-messages'
  const fetch: Endpoint['fetch'] = (_, init) => {
    assert.ok(typeof init?.body === 'string')
    const body = parseJson(init.body)
    assert.ok(isJsonObject(body))
    asked.push({ body, headers: Object.fromEntries(new Headers(init.headers)) })
    return Promise.resolve(json(native ? message : completion))
  }
  const protocol = native ? anthropicMessages : openaiChat
  await protocol({ ...endpoint, fetch }).open(fakeCall(request, { stream }), idle)
  const [first] = asked
  assert.ok(first)
  return first
}

interface WireTool {
  readonly type: string
  readonly function?: { readonly name: string }
}
interface Options {
  readonly max_tokens?: number
  readonly temperature?: number
  readonly prompt_cache_key?: string
  readonly thinking_level?: string
}
const readOptions = (options: Options = {}): Partial<ChatRequest> => ({
  ...(options.max_tokens !== undefined && { maxTokens: options.max_tokens }),
  ...(options.temperature !== undefined && { temperature: options.temperature }),
  ...(options.prompt_cache_key !== undefined && { cacheKey: options.prompt_cache_key }),
})

const finishReasons: Record<StopReason, string> = {
  end: 'stop',
  'stop-sequence': 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  refusal: 'content_filter',
}

/** An answer in the words of the vectors. */
function tell({ message, stop, usage }: Answer, events: readonly ChatEvent[]) {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite
  const calls = message.parts.filter((part) => part.type === 'tool-call')
  return {
    content: textOf(message),
    reasoningContent: message.parts.map((part) => (part.type === 'thinking' ? part.text : '')).join(''),
    toolCalls: calls.map(({ id, name, input, signature }) => ({
      id,
      name,
      arguments: input,
      thoughtSignature: signature,
    })),
    toolCallCount: calls.length,
    finishReason: finishReasons[stop],
    usage: { prompt_tokens: prompt, completion_tokens: usage.output, total_tokens: prompt + usage.output },
    eventOrder: events.flatMap((event) => ('text' in event ? [`${event.type}:${event.text}`] : [])),
  }
}

async function parse(protocol: typeof openaiChat, response: Response, stream: boolean) {
  const endpoint = endpointOf({ model: 'openai/gpt-4o' }, () => response)
  const reply = await protocol(endpoint).open(fakeCall({}, { stream }), idle)
  assert.equal(reply.type, 'events')
  const fold = folding()
  const events: ChatEvent[] = []
  let answer: Answer | undefined
  for await (const event of reply.type === 'events' ? reply.events : []) {
    events.push(event)
    answer = fold.add(event)
  }
  assert.ok(answer)
  return tell(answer, events)
}

/** The Failure that must come, as a value. */
async function failed(work: Promise<unknown>) {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(failure instanceof Failure)
  return { kind: failure.kind, ...failure.detail }
}

const sse = (text: string) => new Response(text, { headers: { 'content-type': 'text/event-stream' } })

/** Opens a call that is too slow for its entry, on a clock that runs as far as `ms`. */
async function tooSlow(
  row: Row,
  ms: number,
  answer: (wait: (ms: number) => Promise<void>) => Promise<Response>,
  limits = {},
) {
  const clock = fakeClock()
  const endpoint = endpointOf(row, () => answer((span) => clock.sleep(span)), { clock })
  const entry = { ...endpoint.entry, ...limits }
  const opened = openaiChat({ ...endpoint, entry }).open(fakeCall(), idle)
  opened.catch(() => undefined)
  await clock.advance(ms)
  return opened
}

export const adapters: Adapters = {
  async requestBody(input: { entry: Row; options?: Options; tools?: Json }) {
    const tools = readTools(input.tools)
    const { body } = await ask(input.entry, { messages: [userText('hello')], tools, ...readOptions(input.options) })
    const kinds = (body['tools'] ?? []) as unknown as readonly WireTool[]
    return {
      ...body,
      toolKinds: kinds.map(({ type, function: spec }) => (spec ? `${type}:${spec.name}` : type)),
    }
  },
  supportsPromptCacheKey: (base: string) => rowFor('openai', base).quirks?.cacheKey ?? false,
  requestTimeoutSeconds: (seconds: number) =>
    toEntry({ model_name: 'm', model: 'openai/m', api_key: 'k', request_timeout: seconds }).requestTimeoutMs / 1_000,
  requestTimesOut: ({ entry, serverDelayMs }: { entry: Row; serverDelayMs: number }) =>
    tooSlow(entry, serverDelayMs, async (wait) => {
      await wait(serverDelayMs)
      return json(completion)
    }),
  async reasoningReplay({ entry, messages }: { entry: Row; messages: Json }) {
    const { body } = await ask(entry, readMessages(messages))
    const sent = body['messages'] as JsonObject[]
    const reasoning = sent.map((item) => item['reasoning_content'] ?? null)
    return {
      messageCount: sent.length,
      reasoningByIndex: {
        ...Object.fromEntries(reasoning.entries()),
        '*': reasoning.find((item) => item !== null) ?? null,
      },
    }
  },
  async requestHeaders({ entry, streaming }: { entry: Row; streaming: boolean }) {
    const { headers } = await ask(entry, {}, streaming)
    const named = Object.entries(headers).map(([name, value]) => [
      name.replaceAll(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase()),
      value,
    ])
    return Object.fromEntries(named) as Record<string, string>
  },
  async userAgent({ entry }: { entry: Row }) {
    const azure = entry.model?.startsWith('azure/') ? { api_base: 'https://acme.openai.azure.com' } : {}
    const { headers } = await ask({ ...entry, ...azure }, {})
    return headers['user-agent']
  },
  httpOutcome: ({ status, contentType, body }: { status: number; contentType: string; body: string }) =>
    failed(parse(openaiChat, new Response(body, { status, headers: { 'content-type': contentType } }), false)),
  parseChatStream: (input: { sse: string }) => parse(openaiChat, sse(input.sse), true),
  streamIdleTimeout: ({ idleMs }: { idleMs: number }) =>
    tooSlow({ model: 'openai/m' }, idleMs, () => Promise.resolve(new Response(new ReadableStream())), {
      requestTimeoutMs: idleMs,
      firstTokenTimeoutMs: idleMs,
      idleTimeoutMs: idleMs,
    }),
  async serializeMessages({ messages }: { messages: Json }) {
    const { body } = await ask({ model: 'openai/gpt-4o' }, readMessages(messages))
    return body['messages']
  },
  parseChatCompletion: ({ body }: { body: string }) => parse(openaiChat, json(body), false),
  decodeToolArguments: (text: string) => decodeToolArguments(parseJson(text)),
  looksLikeHtml: ({ body, contentType }: { body: string; contentType: string }) => looksLikeHtml(body, contentType),
  parseDataAudioUrl(url: string) {
    const media = parseDataUrl(url)
    return media?.mime.startsWith('audio/') ? { format: audioFormat(media.mime), data: media.data } : undefined
  },
  readStoredToolCall(call: JsonObject) {
    const { name, input, signature } = readCall(call)
    return { name, arguments: input, thoughtSignature: signature }
  },
  simplifySchema,

  classifyFailure: ({ status, body }: { status: number | null; body: string }) =>
    classifyAnswer({ body, ...(status !== null && { status }) }),
  classifyTransportError({ code, name, abortedByUser }: { code?: string; name?: string; abortedByUser?: boolean }) {
    const error = Object.assign(new Error('unused'), code !== undefined && { code }, name !== undefined && { name })
    const user = new AbortController()
    if (abortedByUser) user.abort()
    return classifyThrown(error, user.signal)
  },
  isVisionUnsupported: ({ body }: { body: string }) => isVisionUnsupported(body),

  async anthropicThinking({ level, ...options }: { level: string; maxTokens: number; temperature?: number }) {
    const { body } = await ask({ model: 'anthropic-messages/claude-sonnet-4.6', thinking_level: level }, options)
    const thinking = isJsonObject(body['thinking']) ? body['thinking'] : {}
    const config = isJsonObject(body['output_config']) ? body['output_config'] : {}
    return {
      thinkingType: thinking['type'],
      budget: thinking['budget_tokens'],
      effort: config['effort'],
      maxTokens: body['max_tokens'],
      temperature: body['temperature'],
    }
  },
  async anthropicNativeBody(input: { model: string; messages: Json; options: Options }) {
    const { thinking_level } = input.options
    const row = { model: `anthropic/${input.model}`, auth_method: 'oauth', thinking_level }
    const { body } = await ask(row, { ...readMessages(input.messages), ...readOptions(input.options) })
    const thinking = isJsonObject(body['thinking']) ? body['thinking'] : {}
    return {
      ...body,
      thinkingBudget: thinking['budget_tokens'],
      systemTexts: ((body['system'] ?? []) as JsonObject[]).map((block) => block['text']),
      messageCount: (body['messages'] as Json[]).length,
    }
  },
  anthropicStopReason: (reason: string) => finishReasons[anthropicStop(reason, false)],
  parseAnthropicMessage: ({ body }: { body: string }) => parse(anthropicMessages, json(body), false),
  async anthropicMessagesBody(input: { model: string; messages: Json; tools?: Json; options: Options }) {
    const { body } = await ask(
      { model: `anthropic-messages/${input.model}` },
      { ...readMessages(input.messages), ...readOptions(input.options), tools: readTools(input.tools) },
    )
    const messages = body['messages'] as { readonly role: string; readonly content: readonly JsonObject[] }[]
    const last = messages.at(-1)
    return {
      body,
      messageCount: messages.length,
      lastRole: last?.role,
      lastToolResultIds: last?.content
        .filter(({ type }) => type === 'tool_result')
        .map((block) => block['tool_use_id']),
      assistantBlocks: messages.find(({ role }) => role === 'assistant')?.content,
    }
  },
}
