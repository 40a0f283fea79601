import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { Problem } from '../../src/core/problem.ts'
import { defineTool } from '../../src/tools/define.ts'
import { checkOf } from '../../src/tools/json-schema.ts'
import { call, contextOf } from './context.ts'

const tool = (run: (input: { text: string; times?: number | undefined }) => Promise<string>, limit = 100) =>
  defineTool({
    name: 'say',
    description: 'Says it.',
    input: z.object({ text: z.string().describe('The words.'), times: z.int().min(1).optional() }),
    readOnly: true,
    limit,
    run,
  })
const echo = tool(({ text }) => Promise.resolve(text))

test('the schema that the model sees closes the object and carries no noise', () => {
  assert.deepEqual(echo.spec.input, {
    type: 'object',
    properties: { text: { type: 'string', description: 'The words.' }, times: { type: 'integer', minimum: 1 } },
    required: ['text'],
    additionalProperties: false,
  })
})

test('valid arguments run the tool', async () => {
  assert.deepEqual(await call(echo, { text: 'hi', times: 2 }), { text: 'hi', failed: false })
})

for (const [what, input, named] of [
  ['a missing property', {}, 'text'],
  ['a property nobody asked for', { text: 'a', colour: 'red' }, 'colour'],
  ['a number where words belong', { text: 7 }, 'text'],
  ['words where a number belongs', { text: 'a', times: '3' }, 'times'],
  ['half a number', { text: 'a', times: 1.5 }, 'times'],
] as const)
  test(`${what} is refused by name, and the tool does not run`, async () => {
    let ran = false
    const watched = tool(() => {
      ran = true
      return Promise.resolve('')
    })
    const { text, failed } = await call(watched, input)
    assert.ok(failed)
    assert.match(text, new RegExp(`Invalid arguments for tool "say"[^]*${named}`))
    assert.ok(!ran)
  })

test('a long output is clipped with a note, never through a character', async () => {
  const { text } = await call(echo, { text: `${'a'.repeat(99)}😀${'b'.repeat(50)}` })
  assert.match(text, /^a{99}\uFFFD\n\[51 more characters were left out\.\]$/)
})

test('what a tool throws is told to the model with the advice', async () => {
  const broken = tool(() => Promise.reject(new Problem('It is shut.', { mend: 'Open it.' })))
  assert.deepEqual(await call(broken, { text: '' }), { text: 'It is shut. Open it.', failed: true })
})

test('an abort is thrown on', async () => {
  const stop = new AbortController()
  const stopped = tool(() => {
    stop.abort(new Error('stopped'))
    return Promise.reject(new Error('stopped'))
  })
  await assert.rejects(stopped.run({ text: '' }, contextOf('cli', stop.signal)), /stopped/)
  await assert.rejects(echo.run({ text: '' }, contextOf('cli', stop.signal)), /stopped/)
})

test('a foreign schema that cannot be read checks nothing but that there is an object', () => {
  const check = checkOf({ type: 'object', properties: { a: { $ref: 'https://elsewhere.example/schema' } } })
  assert.equal(check({ a: 1 }), undefined)
})

test('branches of a foreign schema may name what each of them does not', () => {
  const check = checkOf({
    type: 'object',
    properties: { kind: { type: 'string' } },
    allOf: [{ type: 'object', properties: { size: { type: 'number' } } }],
  })
  assert.equal(check({ kind: 'a', size: 1 }), undefined)
  assert.match(check({ kind: 'a', size: 'b' }) ?? '', /size/)
})
