import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collect } from '../../../src/core/collect.ts'
import anthropicMessages from '../../../src/providers/anthropic-messages/index.ts'
import openaiChat from '../../../src/providers/openai-chat/index.ts'
import { fakeCall, fakeEndpoint, testKey } from '../../fakes/endpoint.ts'
import { httpServer, json, sse, until } from '../../fakes/http-server.ts'

const signal = new AbortController().signal

test('a chat completion streams from the first word to its usage', async () => {
  await using server = await httpServer(
    sse(
      { id: 'c1', model: 'acme-1', choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] },
      { id: 'c1', model: 'acme-1', choices: [{ index: 0, delta: { content: 'Hel' } }] },
      { id: 'c1', model: 'acme-1', choices: [{ index: 0, delta: { content: 'lo' }, finish_reason: 'stop' }] },
      {
        id: 'c1',
        choices: [],
        usage: { prompt_tokens: 9, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 4 } },
      },
      '[DONE]',
    ),
  )
  const reply = await openaiChat(fakeEndpoint({ apiBase: `${server.url}/v1` })).open(fakeCall(), signal)
  assert.equal(reply.type, 'events')
  const answer = await collect(reply.type === 'events' ? reply.events : [])
  assert.deepEqual(answer, {
    id: 'c1',
    model: 'acme-1',
    message: { role: 'assistant', parts: [{ type: 'text', text: 'Hello' }] },
    stop: 'end',
    usage: { input: 5, output: 2, cacheRead: 4, cacheWrite: 0 },
  })
  assert.deepEqual(await reply.end, { stop: 'end', usage: answer.usage, model: 'acme-1' })
  assert.equal(server.requests[0]?.url, '/v1/chat/completions')
  assert.equal(server.requests[0]?.headers['authorization'], `Bearer ${testKey}`)
  assert.match(server.requests[0]?.headers['user-agent'] ?? '', /^picoclaw\//)
  await until(() => server.busySockets() === 0)
})

test('a message streams with thinking, text and a tool call', async () => {
  await using server = await httpServer(
    sse(
      { type: 'message_start', message: { id: 'm1', model: 'claude', usage: { input_tokens: 7, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
      { type: 'ping' },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'sig' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'ok' } },
      { type: 'content_block_stop', index: 1 },
      { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 't1', name: 'look', input: {} } },
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"a":' } },
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '1}' } },
      { type: 'content_block_stop', index: 2 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 12 } },
      { type: 'message_stop' },
    ),
  )
  const reply = await anthropicMessages(fakeEndpoint({ apiBase: server.url })).open(fakeCall(), signal)
  const answer = await collect(reply.type === 'events' ? reply.events : [])
  assert.deepEqual(answer.message.parts, [
    { type: 'thinking', text: 'hm', signature: 'sig' },
    { type: 'text', text: 'ok' },
    { type: 'tool-call', id: 't1', name: 'look', input: { a: 1 } },
  ])
  assert.equal(answer.stop, 'tool-calls')
  assert.deepEqual(answer.usage, { input: 7, output: 12, cacheRead: 0, cacheWrite: 0 })
  assert.equal(server.requests[0]?.url, '/v1/messages')
  assert.equal(server.requests[0]?.headers['x-api-key'], testKey)
  assert.equal(server.requests[0]?.headers['authorization'], undefined)
})

test('an answer in one piece is asked for and read in one piece', async () => {
  await using server = await httpServer(
    json({
      id: 'c2',
      model: 'acme-1',
      choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1 },
    }),
    json({
      id: 'm2',
      model: 'claude',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    }),
  )
  for (const [protocol, apiBase] of [
    [openaiChat, `${server.url}/v1`],
    [anthropicMessages, server.url],
  ] as const) {
    const reply = await protocol(fakeEndpoint({ apiBase })).open(fakeCall({}, { stream: false }), signal)
    const answer = await collect(reply.type === 'events' ? reply.events : [])
    assert.deepEqual(answer.message.parts, [{ type: 'text', text: 'Hi' }])
  }
  for (const { body } of server.requests)
    assert.equal((JSON.parse(body.toString()) as { stream?: boolean }).stream, undefined)
})
