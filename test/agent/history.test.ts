import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { buildHistory, estimateTokens } from '../../src/agent/history.ts'
import { type Message, userText } from '../../src/core/message.ts'

const said = (text: string): Message => ({ role: 'assistant', parts: [{ type: 'text', text }] })
const called = (...ids: string[]): Message => ({
  role: 'assistant',
  parts: ids.map((id) => ({ type: 'tool-call', id, name: 'look', input: {} })),
})
const answered = (...ids: string[]): Message => ({
  role: 'tool',
  parts: ids.map((id) => ({
    type: 'tool-result',
    id,
    name: 'look',
    content: [{ type: 'text', text: 'seen' }],
    isError: false,
  })),
})
const plenty = 1_000_000

test('a whole conversation stays as it is', () => {
  const log = [userText('a'), called('1', '2'), answered('1', '2'), said('b'), userText('c'), said('d')]
  assert.deepEqual(buildHistory(log, plenty), log)
})

test('what comes before the first question is left out', () => {
  assert.deepEqual(buildHistory([said('x'), answered('9'), userText('a')], plenty), [userText('a')])
})

test('a call without a result and a result without a call are left out', () => {
  const log = [userText('a'), called('1'), userText('b'), answered('7'), said('c')]
  assert.deepEqual(buildHistory(log, plenty), [userText('a'), userText('b'), said('c')])
})

test('results come back in the order of their calls', () => {
  const built = buildHistory([userText('a'), called('1', '2'), answered('2', '1')], plenty)
  assert.deepEqual(built.at(-1), answered('1', '2'))
})

test('an answer that is only thinking is left out', () => {
  const log: Message[] = [
    userText('a'),
    { role: 'assistant', parts: [{ type: 'thinking', text: 'hm' }] },
    userText('b'),
  ]
  assert.deepEqual(buildHistory(log, plenty), [userText('a'), userText('b')])
})

test('the newest turns that fit are kept whole, the newest always', () => {
  const old = [userText('a'.repeat(400)), said('b')]
  const fresh = [userText('c'), said('d')]
  assert.deepEqual(buildHistory([...old, ...fresh], 100), fresh)
  assert.deepEqual(buildHistory([...fresh, ...old], 1), old)
})

const anyMessage = fc.oneof(
  fc.string().map(userText),
  fc.string().map(said),
  fc.array(fc.constantFrom('1', '2', '3'), { minLength: 1 }).map((ids) => called(...new Set(ids))),
  fc.array(fc.constantFrom('1', '2', '3'), { minLength: 1 }).map((ids) => answered(...new Set(ids))),
)

test('any log gives a history that no protocol refuses, within its budget', () =>
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 20 }), fc.nat(500), (log, budget) => {
      const built = buildHistory(log, budget)
      if (built.length > 0) assert.equal(built[0]?.role, 'user')
      for (const [index, message] of built.entries()) {
        const calls = message.role === 'assistant' ? message.parts.filter((part) => part.type === 'tool-call') : []
        const next = built[index + 1]
        if (calls.length > 0)
          assert.deepEqual(
            next?.role === 'tool' && next.parts.map((part) => part.id),
            calls.map((call) => call.id),
          )
        if (message.role === 'tool') assert.equal(built[index - 1]?.role, 'assistant')
      }
      const turns = built.filter((message) => message.role === 'user').length
      if (turns > 1) assert.ok(built.reduce((sum, message) => sum + estimateTokens(message), 0) <= budget)
    }),
  ))
