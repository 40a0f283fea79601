import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { ChatRequest } from '../../../src/core/chat.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import type { Message, UserPart } from '../../../src/core/message.ts'
import { userText } from '../../../src/core/message.ts'
import type { ModelEntry } from '../../../src/models/entry.ts'
import type { Quirks } from '../../../src/models/vendor.ts'
import { anthropicMessagesDialect } from '../../../src/providers/anthropic-messages/index.ts'
import { openaiChatDialect } from '../../../src/providers/openai-chat/index.ts'
import { sequencer } from '../../../src/providers/sequencer.ts'
import { fakeEndpoint } from '../../fakes/endpoint.ts'

interface Setup {
  readonly entry?: Partial<ModelEntry>
  readonly quirks?: Quirks
  readonly stream?: boolean
}
const blob = (id: string) => Promise.resolve(Buffer.from(`bytes of ${id}`))
const body = async (
  dialect: typeof openaiChatDialect,
  request: Partial<ChatRequest>,
  { entry, quirks, stream = false }: Setup,
) => {
  const endpoint = fakeEndpoint(entry, { blob, ...(quirks && { quirks }) })
  return (await dialect.encode(endpoint, { messages: [userText('hello')], ...request }, stream)).body
}
const openai = (request: Partial<ChatRequest>, setup: Setup = {}) => body(openaiChatDialect, request, setup)
const anthropic = (request: Partial<ChatRequest>, setup: Setup = {}) => body(anthropicMessagesDialect, request, setup)

const tool = {
  name: 'mcp.files/read',
  description: 'Reads',
  input: { type: 'object', properties: { path: { type: 'string' } } },
}
const media: readonly UserPart[] = [
  { type: 'text', text: 'Look' },
  { type: 'image', mime: 'image/png', source: { type: 'blob', id: 'b1' } },
  { type: 'image', mime: 'image/png', source: { type: 'url', url: 'https://pics.test/a.png' } },
  { type: 'audio', mime: 'audio/mpeg', source: { type: 'inline', base64: 'AAAA' } },
  { type: 'document', mime: 'application/pdf', name: 'a.pdf', source: { type: 'inline', base64: 'BBBB' } },
  {
    type: 'document',
    mime: 'text/plain',
    name: 'n.txt',
    source: { type: 'inline', base64: Buffer.from('notes').toString('base64') },
  },
  { type: 'opaque', dialect: 'somewhere-else', json: { type: 'odd' } },
]
const image = Buffer.from('bytes of b1').toString('base64')

test('chat completions take every kind of part in its own form', async () => {
  const { messages } = await openai({ messages: [{ role: 'user', parts: media }] })
  assert.deepEqual(messages, [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
        { type: 'image_url', image_url: { url: 'https://pics.test/a.png' } },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,BBBB' } },
        { type: 'text', text: 'n.txt:\nnotes' },
      ],
    },
  ])
})

test('messages take every kind of part in its own form, and say what they cannot take', async () => {
  const { messages } = await anthropic({ messages: [{ role: 'user', parts: media }] })
  assert.deepEqual(messages, [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } },
        { type: 'image', source: { type: 'url', url: 'https://pics.test/a.png' } },
        { type: 'text', text: '[Audio (audio/mpeg) could not be passed on]' },
        { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'BBBB' }, title: 'a.pdf' },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'notes' }, title: 'n.txt' },
      ],
    },
  ])
})

const toolTurn: readonly Message[] = [
  userText('go'),
  {
    role: 'assistant',
    by: 'acme/model-1',
    parts: [
      { type: 'thinking', text: 'hm', signature: 'sig' },
      { type: 'redacted-thinking', data: 'enc' },
      { type: 'text', text: 'reading' },
      { type: 'tool-call', id: 'call 1', name: 'mcp.files/read', input: { path: 'a' }, signature: 'gem' },
      { type: 'tool-call', id: 'c2', name: 'look', input: {} },
    ],
  },
  { role: 'system', parts: [{ type: 'text', text: 'mind the time' }] },
  {
    role: 'tool',
    parts: [
      {
        type: 'tool-result',
        id: 'call 1',
        name: 'mcp.files/read',
        content: [{ type: 'text', text: 'no such file' }],
        isError: true,
      },
    ],
  },
  {
    role: 'tool',
    parts: [
      {
        type: 'tool-result',
        id: 'c2',
        name: 'look',
        content: [{ type: 'image', mime: 'image/png', source: { type: 'blob', id: 'b1' } }],
        isError: false,
      },
    ],
  },
  userText('and?'),
]

test('tool turns: results stand right after their calls, pictures follow, names and ids are spelled so that vendors take them', async () => {
  const messages = (await openai({ messages: toolTurn.filter(({ role }) => role !== 'system') }))[
    'messages'
  ] as JsonObject[]
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['user', 'assistant', 'tool', 'tool', 'user', 'user'],
  )
  const calls = messages[1]?.['tool_calls'] as { id: string; function: { name: string }; extra_content?: object }[]
  assert.match(calls[0]?.id ?? '', /^call_1_[0-9a-f]{8}$/)
  assert.match(calls[0]?.function.name ?? '', /^mcp_files_read_[0-9a-f]{8}$/)
  assert.deepEqual(calls[0]?.extra_content, { google: { thought_signature: 'gem' } })
  assert.equal(messages[2]?.['tool_call_id'], calls[0]?.id)
  assert.equal(messages[2]?.['content'], 'Error: no such file')
  assert.deepEqual((messages[4]?.['content'] as JsonObject[] | undefined)?.[1], {
    type: 'image_url',
    image_url: { url: `data:image/png;base64,${image}` },
  })
})

test('messages alternate, results stand first, and instructions in between are labelled', async () => {
  const messages = (await anthropic({ messages: toolTurn }))['messages'] as { role: string; content: JsonObject[] }[]
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['user', 'assistant', 'user'],
  )
  assert.deepEqual(
    messages[1]?.content.map(({ type }) => type),
    ['thinking', 'redacted_thinking', 'text', 'tool_use', 'tool_use'],
  )
  assert.deepEqual(
    messages[2]?.content.map(({ type }) => type),
    ['tool_result', 'tool_result', 'text', 'text'],
  )
  assert.equal(messages[2]?.content[0]?.['is_error'], true)
  assert.match(JSON.stringify(messages[2]?.content[2]), /<system-reminder>\\nmind the time\\n<\/system-reminder>/)
})

test("a tool's own name comes back from the name on the wire", async () => {
  const endpoint = fakeEndpoint()
  for (const dialect of [openaiChatDialect, anthropicMessagesDialect]) {
    const encoded = await dialect.encode(endpoint, { messages: [], tools: [tool] }, false)
    const [wire] = encoded.body['tools'] as { name?: string; function?: { name: string } }[]
    assert.equal(encoded.toolName(wire?.name ?? wire?.function?.name ?? ''), tool.name)
    assert.equal(encoded.toolName('unknown'), 'unknown')
  }
})

const by = (author: string | undefined): Message[] => [
  userText('a'),
  {
    role: 'assistant',
    parts: [
      { type: 'thinking', text: 'hm', signature: 'sig' },
      { type: 'text', text: 'b' },
    ],
    ...(author !== undefined && { by: author }),
  },
  userText('c'),
]

const signed = async (author: string | undefined, keepThinking: ModelEntry['keepThinking']) => {
  const [there, here] = [
    await anthropic({ messages: by(author) }, { entry: { keepThinking } }),
    await openai({ messages: by(author) }, { entry: { keepThinking } }),
  ]
  return [JSON.stringify(there).includes('"sig"'), JSON.stringify(here).includes('"sig"')]
}

test('thinking goes back to its author alone, unless the entry says otherwise', async () => {
  assert.deepEqual(await signed('acme/model-1', 'auto'), [true, true])
  assert.deepEqual(await signed('acme/model-2', 'auto'), [false, false])
  assert.deepEqual(await signed(undefined, 'auto'), [false, false])
  assert.deepEqual(await signed('acme/model-2', 'always'), [true, false])
  assert.deepEqual(await signed('acme/model-1', 'never'), [false, false])
})

test('cache marks stand where they were asked for, at most four, and never on thinking', async () => {
  const request: Partial<ChatRequest> = {
    system: ['', 'stable', 'changing'],
    tools: [tool],
    messages: [
      userText('a'),
      {
        role: 'assistant',
        by: 'acme/model-1',
        parts: [
          { type: 'text', text: 'b' },
          { type: 'thinking', text: 'x', signature: 's' },
        ],
      },
      userText('c'),
    ],
    cacheMarks: [
      { after: 'tools' },
      { after: 'system', index: 1 },
      { after: 'message', index: 1 },
      { after: 'message', index: 2 },
    ],
  }
  const sent = await anthropic(request)
  const marked = { type: 'ephemeral' }
  assert.deepEqual(sent['system'], [
    { type: 'text', text: 'stable', cache_control: marked },
    { type: 'text', text: 'changing' },
  ])
  assert.deepEqual((sent['tools'] as JsonObject[])[0]?.['cache_control'], marked)
  const messages = sent['messages'] as { content: JsonObject[] }[]
  assert.deepEqual(
    messages.map(({ content }) => content.map((block) => block['cache_control'] !== undefined)),
    [[false], [true, false], [true]],
  )
  assert.ok(!JSON.stringify(await openai(request)).includes('cache_control'))
})

const asked = async (request: Partial<ChatRequest>) => {
  const { thinking, max_tokens, temperature, top_p } = await anthropic({ temperature: 0.5, topP: 0.9, ...request })
  return { thinking, max_tokens, temperature, top_p }
}
const on = (budget: number) => ({ type: 'enabled', budget_tokens: budget })

test('thinking has its budget within max_tokens, and stays away where the API refuses it', async () => {
  assert.deepEqual(await asked({ effort: 'high' }), {
    thinking: on(32_000),
    max_tokens: 40_192,
    temperature: undefined,
    top_p: undefined,
  })
  assert.deepEqual(await asked({ effort: 'xhigh' }), {
    thinking: on(59_904),
    max_tokens: 64_000,
    temperature: undefined,
    top_p: undefined,
  })
  assert.deepEqual(await asked({ effort: 'low', maxTokens: 3_000 }), {
    thinking: on(1_500),
    max_tokens: 3_000,
    temperature: undefined,
    top_p: undefined,
  })
  const plain = { thinking: undefined, temperature: 0.5, top_p: 0.9 }
  assert.deepEqual(await asked({ effort: 'low', maxTokens: 1_000 }), { ...plain, max_tokens: 1_000 })
  assert.deepEqual(await asked({ effort: 'low', tools: [tool], toolChoice: 'required' }), {
    ...plain,
    max_tokens: 8_192,
  })
  const unthought = toolTurn
    .map((message) => (message.role === 'assistant' ? { ...message, by: 'other/model' } : message))
    .slice(0, -1)
  assert.deepEqual(await asked({ effort: 'low', messages: unthought }), { ...plain, max_tokens: 8_192 })
  assert.equal((await asked({})).max_tokens, 8_192)
})

test('rules and the entry decide names, values and what comes last', async () => {
  const quirks: Quirks = {
    tokenField: 'max_completion_tokens',
    thinking: 'reasoning-effort',
    cacheKey: true,
    noStreamUsage: true,
    models: [{ match: '^model-', temperature: 'omit' }],
    extraBody: { a: 1, b: 1 },
  }
  const request: Partial<ChatRequest> = {
    maxTokens: 5,
    temperature: 1,
    effort: 'xhigh',
    cacheKey: 'agent',
    stop: ['1', '2', '3', '4', '5'],
    extra: { seed: 3 },
  }
  const entry = { extraBody: { b: 2, model: 'other' }, effort: 'low' as const }
  const sent = await openai(request, { quirks, entry, stream: true })
  assert.deepEqual(sent, {
    model: 'other',
    messages: [{ role: 'user', content: 'hello' }],
    max_completion_tokens: 5,
    stop: ['1', '2', '3', '4'],
    prompt_cache_key: 'agent',
    reasoning_effort: 'high',
    stream: true,
    seed: 3,
    a: 1,
    b: 2,
  })
  const own = await openai(request, { quirks, entry: { maxTokensField: 'max_tokens', effort: 'off' } })
  assert.deepEqual([own['max_tokens'], own['max_completion_tokens'], own['reasoning_effort']], [5, undefined, 'none'])
})

test('the shape of an answer is asked for in the words of each vendor', async () => {
  const schema = { type: 'object', properties: {} }
  const format = { type: 'json-schema', name: 'plan', schema } as const
  assert.deepEqual((await openai({ format }))['response_format'], {
    type: 'json_schema',
    json_schema: { name: 'plan', schema },
  })
  assert.deepEqual((await anthropic({ format }))['output_config'], { format: { type: 'json_schema', schema } })
  assert.match(JSON.stringify((await anthropic({ format: { type: 'json' } }))['system']), /JSON object/)
  const choice = { tools: [tool], toolChoice: { name: tool.name } }
  assert.match(JSON.stringify((await openai(choice))['tool_choice']), /mcp_files_read/)
  assert.match(JSON.stringify((await anthropic(choice))['tool_choice']), /mcp_files_read/)
  for (const encode of [openai, anthropic])
    assert.equal((await encode({ tools: [tool], toolChoice: { name: 'gone' } }))['tool_choice'], undefined)
})

test('headers: the entry has the last word, and blank names are skipped', () => {
  const entry = { headers: { 'X-Source': 'plan', ' ': 'nothing', AUTHORIZATION: 'Token mine' }, userAgent: 'mine/1' }
  assert.deepEqual(openaiChatDialect.headers(fakeEndpoint(entry), 'key'), {
    authorization: 'Token mine',
    'user-agent': 'mine/1',
    'x-source': 'plan',
  })
  assert.equal(openaiChatDialect.headers(fakeEndpoint(), undefined)['authorization'], undefined)
  assert.equal(
    anthropicMessagesDialect.headers(fakeEndpoint(), 'sk-ant-oat01-x')['authorization'],
    'Bearer sk-ant-oat01-x',
  )
  assert.equal(anthropicMessagesDialect.headers(fakeEndpoint({ auth: 'token' }), 'abc')['authorization'], 'Bearer abc')
})

test('calls whose pieces come in any order are told one after the other, each whole', () => {
  const call = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string(), { noNullPrototype: true })
  fc.assert(
    fc.property(fc.array(call, { minLength: 1, maxLength: 4 }), fc.infiniteStream(fc.nat(9)), (inputs, order) => {
      const left = inputs.map((input, key) => ({ key, json: JSON.stringify(input) }))
      const parts = sequencer((count) => `id${count}`)
      for (const { key } of left) parts.call(key, { id: `c${key}`, name: 'f' })
      while (left.some(({ json }) => json !== '')) {
        const open = left.filter(({ json }) => json !== '')
        const piece = open[order.next().value % open.length]
        assert.ok(piece)
        parts.call(piece.key, { json: piece.json.slice(0, 3) })
        piece.json = piece.json.slice(3)
      }
      parts.finish()
      const events = parts.take()
      assert.deepEqual(
        events.flatMap((event) => (event.type === 'tool-call-end' ? [event.call.input] : [])),
        inputs,
      )
      assert.deepEqual(
        events.flatMap((event) => (event.type === 'tool-call-start' ? [event.id] : [])),
        inputs.map((_, key) => `c${key}`),
      )
    }),
  )
})
