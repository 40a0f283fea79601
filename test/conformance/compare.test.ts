import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../src/core/failure.ts'
import { Problem } from '../../src/core/problem.ts'
import { compare } from './compare.ts'
import { valueAt } from './equal.ts'
import { outcomeOf } from './outcome.ts'

/** Compares what a unit returns; `unit` is a function when it throws. */
const check = async (expected: unknown, result: unknown, fn = 'unit', input: unknown = null) => {
  const unit = typeof result === 'function' ? (result as () => unknown) : () => result
  return compare(fn, expected, await outcomeOf(unit), input)
}
const holds = async (expected: unknown, result: unknown, fn?: string, input?: unknown) =>
  assert.deepEqual(await check(expected, result, fn, input), [])
const breaks = async (expected: unknown, result: unknown, fn?: string, input?: unknown) =>
  assert.notDeepEqual(await check(expected, result, fn, input), [], `${JSON.stringify(expected)} was met`)

const refuse = () => {
  throw new Problem('The port is taken.', { at: 'config.json:5:22', mend: 'Choose another port.' })
}
const fail = () => {
  throw new Failure('auth', 'The key was not accepted.', { status: 401, preview: 'nope' })
}

test('scalars and lists are equal by value', async () => {
  await holds(512, 512.0)
  await breaks(512, '512')
  await holds(['a', 'b'], ['a', 'b'])
  await breaks(['a', 'b'], ['b', 'a'])
  await breaks(['a'], ['a', 'b'])
  await breaks(true, undefined)
})

test('null is nothing', async () => {
  await holds(null, undefined)
  await holds(null, null)
  await breaks(null, '')
  await holds({ a: null }, { b: 1 })
  await breaks({ a: null }, { a: 0 })
})

test('an object asks for its listed keys only, at every depth and inside lists', async () => {
  await holds({ a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 })
  await breaks({ a: { b: 1 } }, { a: { b: 2 } })
  await breaks({ a: 1 }, undefined)
  await breaks({}, 'text')
  await holds([{ a: 1 }], [{ a: 1, b: 2 }])
  await breaks([{ a: 1 }], [{ b: 2 }])
})

test('a unit with exact objects allows no further key', async () => {
  await holds({ city: 'Paris' }, { city: 'Paris' }, 'decodeToolArguments')
  await breaks({ city: 'Paris' }, { city: 'Paris', more: 1 }, 'decodeToolArguments')
  await breaks({}, { more: 1 }, 'decodeToolArguments')
})

test('a thrown Problem or Failure is an error outcome, its text is message, place and advice', async () => {
  await holds({ error: true }, refuse)
  await holds({ errorContains: ['PORT', 'config.json', 'another'] }, refuse)
  await breaks({ errorContains: ['disk'] }, refuse)
  await breaks({ error: null }, refuse)
  await holds({ error: null }, 'fine')
  await breaks({ error: true }, 'fine')
  await breaks({ errorContains: ['x'] }, 'x')
  await holds({ kind: 'auth', status: 401, previewShorterThan: 10 }, fail)
  await holds({ kindIn: ['auth', 'blocked'] }, fail)
  await breaks({ kindIn: ['billing'] }, fail)
  await breaks('x', fail)
  await breaks({ a: null }, fail)
  await breaks(null, refuse)
})

test('an object may tell of its failure in `error`', async () => {
  await holds({ ok: false, errorContains: ['name'] }, { ok: false, error: 'name is missing' })
  await holds({ error: true, status: 500 }, { error: 'it broke', status: 500 })
  await holds({ error: null }, { error: null })
})

test('a defect of an adapter is no error outcome', async () => {
  await assert.rejects(check({ error: true }, () => assert.fail('a slip')))
})

test('the place of an error is a line and a range of columns', async () => {
  await holds({ errorAt: { line: 5, column: [20, 24] } }, refuse)
  await breaks({ errorAt: { line: 4, column: [20, 24] } }, refuse)
  await breaks({ errorAt: { line: 5, column: [1, 4] } }, refuse)
})

test('contains and lacks speak of a text, or of the body', async () => {
  await holds({ contains: ['b'], lacks: ['B'] }, 'abc')
  await breaks({ contains: ['B'] }, 'abc')
  await breaks({ lacks: ['b'] }, 'abc')
  await holds({ contains: { a: { b: 1 } }, absent: ['x'], nonEmpty: ['a'] }, { body: { a: { b: 1, c: 1 } }, other: 1 })
  await breaks({ absent: ['a'] }, { body: { a: 1 } })
  await breaks({ nonEmpty: ['a'] }, { body: { a: '' } })
  await holds({ has: ['"a":1'], lacks: ['"b"'] }, { a: 1 })
  await holds({ exact: { a: 1 } }, { body: { a: 1 } })
  await breaks({ exact: { a: 1 } }, { body: { a: 1, b: 1 } })
})

test('patterns and choices', async () => {
  await holds({ matches: '^a.c$' }, 'abc')
  await holds({ matches: '(?i)^ABC$' }, 'abc')
  await breaks({ matches: '^b' }, 'abc')
  await holds({ oneOf: ['x', 'abc'] }, 'abc')
  await breaks({ oneOf: ['x'] }, 'abc')
})

test('dotted paths lead into the root, through lists and keys with dots', async () => {
  const root = { list: [{ name: 'a' }], 'my.key': { deep: 1 }, none: null }
  assert.equal(valueAt(root, 'list.0.name'), 'a')
  assert.equal(valueAt(root, 'my.key.deep'), 1)
  await holds({ paths: { 'list.0.name': 'a' }, absentPaths: ['list.1', 'none'], hasPaths: ['list'] }, { root })
  await breaks({ paths: { 'list.0.name': 'b' } }, { root })
  await breaks({ absentPaths: ['list'] }, root)
  await breaks({ hasPaths: ['none'] }, root)
  await breaks({ keysAbsentAnywhere: ['name'] }, root)
  await holds({ keysAbsentAnywhere: ['nam'] }, root)
})

test('a suffix speaks of the key before it, unless the outcome has the whole key', async () => {
  await holds({ bodyContains: { a: 1 }, bodyAbsent: ['b'], pathMatches: '^/v1' }, { body: { a: 1 }, path: '/v1/x' })
  await breaks({ bodyAbsent: ['a'] }, { body: { a: 1 } })
  await holds({ aliasesInclude: ['q'] }, { aliases: ['q', 'r'] })
  await breaks({ aliasesInclude: ['x'] }, { aliases: ['q'] })
  await breaks({ aliasesInclude: ['x'] }, {})
  await holds({ modelNamesAnyOrder: ['a', 'b'] }, { modelNames: ['b', 'a'] })
  await breaks({ modelNamesAnyOrder: ['a'] }, { modelNames: ['b', 'a'] })
  await holds({ budgetBelow: 10 }, { budget: 9 })
  await breaks({ budgetBelow: 10 }, { budget: 10 })
  await breaks({ budgetBelow: 10 }, {})
  await holds({ firstHas: ['a'], secondLacks: ['a'] }, { first: { a: 1 }, second: { b: 1 } })
  await breaks({ secondLacks: ['a'] }, { second: { a: 1 } })
  await holds({ replyContains: ['x'], replyNonEmpty: true, textContains: ['y'] }, { reply: 'xx', text: 'y' })
  await breaks({ replyNonEmpty: true }, { reply: '' })
  await holds({ rolesOneOf: [['user'], ['user', 'tool']] }, { roles: ['user'] })
  await breaks({ rolesOneOf: [['user']] }, { roles: [] })
  await holds({ usedIn: 3 }, { usedIn: 3 })
})

test('warnings and unknown keys of a config', async () => {
  const outcome = { warnings: ['unknown key tols: tools?', 'old form'], unknownKeys: ['b', 'a'] }
  await holds({ warningsContain: [['tols', 'tools'], ['old']], unknownKeys: ['a', 'b'] }, outcome)
  await breaks({ warningsContain: [['tols', 'old']] }, outcome)
  await breaks({ unknownKeys: ['a'] }, outcome)
})

test('pieces of a message keep to the limit, whole characters, whole fences and the whole text', async () => {
  const input = { text: 'aaa bbb 😀', limit: 5 }
  await holds({ chunkCount: [3, 3] }, { chunks: ['aaa ', 'bbb', '😀'] }, 'splitMessage', input)
  await breaks({ chunkCount: [2, 2] }, { chunks: ['aaa bbb', '😀'] }, 'splitMessage', input)
  await breaks({ chunkCount: [2, 2] }, { chunks: ['aaa', 'bbb'] }, 'splitMessage', input)
  await breaks({}, { chunks: ['aaa', 'bbb \ud83d', '\ude00'] }, 'splitMessage', input)
  await holds({ chunks: ['x'] }, { chunks: ['x\n'] }, 'splitMessage', { text: 'x', limit: 9 })
  const fenced = { text: '```go\na\nb\n```', limit: 40 }
  const whole = { chunks: ['```go\na\n```', '```go\nb\n```'] }
  await holds({ fencesWhole: true, everyChunkMatches: '^```go\\n' }, whole, 'splitMessage', fenced)
  await breaks({ fencesWhole: true }, { chunks: ['```go\na', 'b\n```'] }, 'splitMessage', fenced)
})

const history = (...messages: readonly object[]) => ({ roles: ['user'], messages })

test('a repaired history has a result for every call and a call for every result', async () => {
  const call = { role: 'assistant', tool_calls: [{ id: 'A' }] }
  const result = { role: 'tool', tool_call_id: 'A' }
  const user = { role: 'user' }
  const roles = { roles: ['user'] }
  await holds(roles, history(user, call, result, user), 'sanitizeHistory')
  await breaks(roles, history(user, call, user), 'sanitizeHistory')
  await breaks(roles, history(user, result), 'sanitizeHistory')
  await breaks(roles, history(call, result), 'sanitizeHistory')
})

test('units whose description allows it are compared without accidents of form', async () => {
  await holds('a\n\nb', 'a  \n\nb\n', 'htmlToMarkdown')
  await holds('<p>a</p><p>b</p>', '<p>a</p>\n<p>b</p>', 'matrixHtml')
  await holds({ 'X-Source': 'a', 'User-Agent': null }, { 'x-source': 'a' }, 'requestHeaders')
  await breaks({ 'X-Source': 'a' }, { 'x-source': 'b' }, 'requestHeaders')
  await holds({ text: 'a < b\nc' }, '<b>a &lt; b</b>\n\n\nc', 'telegramHtml')
  const body = {
    messages: [{ role: 'user', content: [{ type: 'text', text: 'hi', cache_control: {} }] }],
    stream: true,
  }
  await holds({ exact: { messages: [{ role: 'user', content: 'hi' }] } }, body, 'anthropicMessagesBody')
  await breaks({ exact: { messages: [{ role: 'user', content: 'ho' }] } }, body, 'anthropicMessagesBody')
})

test('spread, order and reasoning', async () => {
  await holds({ each: { min: 5, max: 15 } }, { a: 10, b: 10 })
  await breaks({ each: { min: 5, max: 15 } }, { a: 4, b: 10 })
  await breaks({ each: { min: 5, max: 15 } }, {})
  await holds({ containsOnceInOrder: ['a', 'b'] }, 'xaxb')
  await breaks({ containsOnceInOrder: ['b', 'a'] }, 'xaxb')
  await breaks({ containsOnceInOrder: ['a'] }, 'aa')
  await holds({ reasoningByIndex: { 1: 'x', 2: null } }, { reasoningByIndex: { 1: 'x' } })
  await breaks({ reasoningByIndex: { '*': null } }, { reasoningByIndex: { 3: 'x' } })
  await holds({ prefix: 'https://a/', query: { b: 'c' } }, { url: 'https://a/x?b=c', query: { b: 'c', d: 'e' } })
  await holds({ minLines: 2 }, 'a\nb')
  await breaks({ minLines: 2 }, 'a')
})
