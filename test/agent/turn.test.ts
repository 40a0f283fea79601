import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runTurn, type Turn, type TurnEvent } from '../../src/agent/turn.ts'
import type { Answer } from '../../src/core/chat.ts'
import { spell } from '../../src/core/collect.ts'
import { Failure } from '../../src/core/failure.ts'
import type { AssistantPart } from '../../src/core/message.ts'
import { userText } from '../../src/core/message.ts'
import type { Call, Provider, Reply, ReplyEnd } from '../../src/core/provider.ts'
import type { Tool } from '../../src/core/tool.ts'

const usage = { input: 3, output: 2, cacheRead: 1, cacheWrite: 0 }

function answer(...parts: readonly AssistantPart[]): Answer {
  const calls = parts.some((part) => part.type === 'tool-call')
  return { id: 'a', model: 'm-1', message: { role: 'assistant', parts }, stop: calls ? 'tool-calls' : 'end', usage }
}
const says = (text: string) => answer({ type: 'text', text })
const calls = (...names: readonly string[]) =>
  answer(...names.map((name, index) => ({ type: 'tool-call' as const, id: `${name}-${index}`, name, input: {} })))

/** Answers from a script; a Failure in it breaks the answer before it in the middle. */
function scripted(script: readonly (Answer | Failure)[], end: Partial<ReplyEnd> = {}) {
  const asked: Call[] = []
  const provider: Provider = {
    name: 'scripted',
    async open(call): Promise<Reply> {
      const next = script[asked.length]
      asked.push(call)
      assert.ok(next, 'asked more often than the script has answers')
      const head = { by: { endpoint: 'e', vendor: 'v', model: 'm' }, attempts: [], notes: ['note'] }
      if (next instanceof Failure) {
        const failing = Promise.reject<ReplyEnd>(next)
        failing.catch(() => undefined)
        return {
          ...head,
          type: 'events',
          end: failing,
          events: (async function* () {
            yield { type: 'text-delta' as const, text: 'half' }
            throw next
          })(),
        }
      }
      return {
        ...head,
        type: 'events',
        end: Promise.resolve({ stop: next.stop, usage, model: 'm-1', ...end }),
        events: (async function* () {
          yield* spell(next)
        })(),
      }
    },
  }
  return { provider, asked }
}

const tool = (name: string, readOnly: boolean, run: Tool['run']): [string, Tool] => [
  name,
  { spec: { name, description: name, input: { type: 'object' } }, readOnly, run },
]

async function take(provider: Provider, tools: readonly [string, Tool][] = [], maxSteps = 5) {
  const events: TurnEvent[] = []
  let id = 0
  const turn: Turn = {
    id: 't',
    provider,
    tools: new Map(tools),
    request: { messages: [userText('hi')] },
    context: {
      session: 's',
      turn: 't',
      agent: 'main',
      cause: 'chat',
      origin: { channel: 'c', chat: '1' },
      sender: { id: 'p', name: 'P' },
      role: 'owner',
      call: '',
      tainted: false,
      depth: 0,
      signal: new AbortController().signal,
    },
    cause: 'chat',
    agent: 'main',
    maxSteps,
    stream: true,
    newId: () => `id${(id += 1)}`,
  }
  return { result: await runTurn(turn, (event) => events.push(event)), events, turn }
}

test('an answer without calls ends the turn', async () => {
  const { provider, asked } = scripted([says('hello')])
  const { result, turn } = await take(provider)
  assert.equal(result.text, 'hello')
  assert.equal(result.stop, 'end')
  assert.equal(result.model, 'm-1')
  assert.deepEqual(result.messages, [{ role: 'assistant', parts: [{ type: 'text', text: 'hello' }], by: 'v/m' }])
  assert.equal(asked[0]?.turn, turn, 'calls of one turn share a token')
})

test('tools are run and their results go back to the model; tokens and notes add up', async () => {
  const { provider, asked } = scripted([calls('add'), says('3')])
  const { result, events } = await take(provider, [
    tool('add', true, async () => ({ content: [{ type: 'text', text: '3' }] })),
  ])
  assert.equal(result.text, '3')
  assert.deepEqual(result.usage, { input: 6, output: 4, cacheRead: 2, cacheWrite: 0 })
  assert.deepEqual(result.notes, ['note'])
  assert.deepEqual(
    asked[1]?.request().messages.map((message) => message.role),
    ['user', 'assistant', 'tool'],
  )
  assert.deepEqual(
    events.filter((event) => event.type === 'tool-result').map((event) => event.result.isError),
    [false],
  )
})

test('cost is known only when the price of every call is', async () => {
  const priced = scripted([calls('x'), says('a')], { costMicros: 7 })
  assert.equal((await take(priced.provider)).result.costMicros, 14)
  const unpriced = scripted([says('a')])
  assert.equal('costMicros' in (await take(unpriced.provider)).result, false)
})

test('a tool that does not exist is told to the model', async () => {
  const { provider } = scripted([calls('nope'), says('ok')])
  const { result } = await take(provider)
  const told = result.messages[1]
  assert.equal(told?.role === 'tool' && told.parts[0]?.isError, true)
})

test('read-only calls run side by side, the others alone and in order; answers keep the order of the calls', async () => {
  const log: string[] = []
  const record = (name: string, readOnly: boolean) =>
    tool(name, readOnly, async () => {
      log.push(`+${name}`)
      await new Promise(setImmediate)
      log.push(`-${name}`)
      return { content: [{ type: 'text', text: name }] }
    })
  const { provider } = scripted([calls('look', 'read', 'write', 'look'), says('ok')])
  const { result } = await take(provider, [record('look', true), record('read', true), record('write', false)])
  assert.deepEqual(log, ['+look', '+read', '-look', '-read', '+write', '-write', '+look', '-look'])
  const told = result.messages[1]
  assert.deepEqual(told?.role === 'tool' && told.parts.map((part) => part.name), ['look', 'read', 'write', 'look'])
})

test('the step limit ends a turn that never stops calling', async () => {
  const { provider, asked } = scripted([calls('x'), calls('x'), calls('x')])
  const { result } = await take(provider, [], 2)
  assert.equal(result.stop, 'step-limit')
  assert.equal(asked.length, 2)
})

test('an answer that breaks off is asked for once more, and the reader is told', async () => {
  const { provider } = scripted([new Failure('cut', 'The connection broke.'), says('whole')])
  const { result, events } = await take(provider)
  assert.equal(result.text, 'whole')
  assert.deepEqual(
    events.filter((event) => event.type === 'restart'),
    [{ type: 'restart', why: 'The connection broke.' }],
  )
})

test('a second break is the end', async () => {
  const { provider } = scripted([new Failure('cut', 'one'), new Failure('cut', 'two'), says('never')])
  await assert.rejects(take(provider), { kind: 'cut', message: 'two' })
})

test('a refusal in the middle is not asked again', async () => {
  const { provider, asked } = scripted([new Failure('refused', 'no'), says('never')])
  await assert.rejects(take(provider), { kind: 'refused' })
  assert.equal(asked.length, 1)
})

test('an answer without words is a failure that says why', async () => {
  for (const [given, kind, words] of [
    [answer({ type: 'thinking', text: 'hm' }), 'empty', /thought about it/],
    [{ ...answer({ type: 'thinking', text: 'hm' }), stop: 'length' as const }, 'empty', /max_tokens/],
    [{ ...answer(), stop: 'refusal' as const }, 'refused', /refused/],
  ] as const)
    await assert.rejects(
      take(scripted([given]).provider),
      (error: Failure) => error.kind === kind && words.test(error.message),
    )
})
