import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runTurn } from '../../src/agent/turn.ts'
import { interrupted } from '../../src/agent/pairing.ts'
import { Failure } from '../../src/core/failure.ts'
import { userText } from '../../src/core/message.ts'
import { answer, calling, calls, logOf, output, said, says, scripted, stage, tool, wordsOf } from './stage.ts'

test('an answer without calls ends the turn', async () => {
  const { provider, asked } = scripted([says('hello')])
  const { run, turn, journal } = stage(provider)
  const result = await run()
  assert.equal(result.text, 'hello')
  assert.equal(result.stop, 'end')
  assert.equal(result.model, 'm-1')
  assert.deepEqual(result.messages, [{ role: 'assistant', parts: [{ type: 'text', text: 'hello' }], by: 'v/m' }])
  assert.deepEqual(journal, [])
  assert.equal(asked[0]?.turn, turn, 'calls of one turn share a token')
  assert.equal(asked[0]?.turnId, 't')
})

test('tools are run and their results go back to the model; tokens and notes add up', async () => {
  const { provider, requests } = scripted([calls('add'), says('3')])
  const { run, events } = stage(provider, [tool('add', async () => output('3'))])
  const result = await run()
  assert.equal(result.text, '3')
  assert.deepEqual(result.usage, { input: 6, output: 4, cacheRead: 2, cacheWrite: 0 })
  assert.deepEqual(result.notes, ['note'])
  assert.deepEqual(result.tools, [{ name: 'add', isError: false, ms: 0 }])
  assert.deepEqual(
    requests[1]?.messages.map((message) => message.role),
    ['user', 'assistant', 'tool'],
  )
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'tool-start' || event.type === 'tool-end' ? [event.type] : [])),
    ['tool-start', 'tool-end'],
  )
})

test('cost is known only when the price of every call is', async () => {
  const priced = scripted([calls('x'), says('a')], { costMicros: 7 })
  assert.equal((await stage(priced.provider).run()).costMicros, 14)
  assert.equal('costMicros' in (await stage(scripted([says('a')]).provider).run()), false)
})

test('calls are journaled before they run, results right after, the last answer is left to the caller', async () => {
  const order: string[] = []
  const write = tool('write', async () => {
    order.push('run')
    return output('ok')
  })
  const { provider } = scripted([calls('write', 'write'), says('done')])
  const { run } = stage(provider, [write], {
    journal: { append: async (messages) => void order.push(...messages.map(({ role }) => role)) },
  })
  const result = await run()
  assert.deepEqual(order, ['assistant', 'run', 'tool', 'run', 'tool'])
  assert.deepEqual(result.messages.map(wordsOf), ['done'])
})

test('a turn that was interrupted goes on with the question of its log, and the call without a result is told so', async () => {
  const { provider, requests } = scripted([says('ok')])
  const log = logOf(userText('do it'), { role: 'assistant', parts: [calling('write')] })
  const { question: _, ...turn } = stage(provider, [tool('write')], { log }).turn
  await runTurn(turn, () => undefined)
  assert.deepEqual(requests[0]?.messages.map(wordsOf), ['do it', '<tool-call>', interrupted])
})

test('read-only calls run side by side, the others alone and in order; answers keep the order of the calls', async () => {
  const log: string[] = []
  const record = (name: string, readOnly: boolean) =>
    tool(
      name,
      async () => {
        log.push(`+${name}`)
        await new Promise(setImmediate)
        log.push(`-${name}`)
        return output(name)
      },
      { readOnly },
    )
  const { provider, requests } = scripted([calls('look', 'read', 'write', 'look'), says('ok')])
  await stage(provider, [record('look', true), record('read', true), record('write', false)]).run()
  assert.deepEqual(log, ['+look', '+read', '-look', '-read', '+write', '-write', '+look', '-look'])
  assert.equal(wordsOf(requests[1]?.messages.at(-1)), 'look|read|write|look')
})

test('calls that cannot be run are answered, never thrown', async () => {
  let ran = 0
  const count = tool('count', async () => output(String((ran += 1))))
  const broken = tool('broken', async () => Promise.reject(new Error('boom s3cr3t-key')))
  const { provider, requests } = scripted([
    answer(
      calling('cuont', {}, '1'),
      calling('', {}, '2'),
      calling('count', { raw: '{"a":' }, '3'),
      calling('count', { n: 1 }, '4'),
      calling('count', { n: 1 }, '4'),
      calling('broken', {}, '5'),
    ),
    says('ok'),
  ])
  await stage(provider, [count, broken]).run()
  const told = requests[1]?.messages.at(-1)
  assert.ok(told?.role === 'tool')
  const words = told.parts.map((part) => wordsOf({ role: 'tool', parts: [part] }))
  assert.match(words[0] ?? '', /no tool named cuont.*Did you mean count/)
  assert.match(words[1] ?? '', /no tool named unnamed/)
  assert.match(words[2] ?? '', /not a JSON object/)
  assert.equal(words[3], '1')
  assert.match(words[4] ?? '', /run once/)
  assert.match(words[5] ?? '', /broken broke down: boom \[REDACTED\]/)
  assert.deepEqual(
    told.parts.map((part) => part.isError),
    [true, true, true, false, true, true],
  )
  assert.equal(ran, 1)
})

test('the last call of a reply that was cut is not run', async () => {
  let ran = 0
  const count = tool('count', async () => output(String((ran += 1))))
  const cut = { ...answer(calling('count', {}, '1'), calling('count', { a: 'x' }, '2')), stop: 'length' as const }
  const { provider, requests } = scripted([cut, says('ok')])
  await stage(provider, [count]).run()
  assert.equal(ran, 1)
  assert.match(wordsOf(requests[1]?.messages.at(-1)), /1\|Not run: the reply reached its token limit/)
})

test('a reply may hold 32 calls', async () => {
  let ran = 0
  const count = tool('count', async () => output(String((ran += 1))))
  const many = answer(...Array.from({ length: 300 }, (_, index) => calling('count', { index }, `c${index}`)))
  const { provider } = scripted([many, says('ok')])
  await stage(provider, [count]).run()
  assert.equal(ran, 32)
})

test('secrets do not leave a tool, and a result of any length leaves room', async () => {
  const { provider, requests } = scripted([calls('leak'), says('ok')])
  const leak = tool('leak', async () => output(`s3cr3t-key ${'x'.repeat(1_000_000)}`))
  const { run, journal } = stage(provider, [leak])
  await run()
  const told = wordsOf(requests[1]?.messages.at(-1))
  assert.match(told, /^\[REDACTED\] x+\n\[… \d+ characters left out/)
  assert.ok(told.length < 100_000)
  assert.doesNotMatch(JSON.stringify(journal), /s3cr3t-key/)
})

test('the guard’s answer stands for the call; one that fails is no permission', async () => {
  const ran: string[] = []
  const both = ['ask', 'break', 'free'].map((name) =>
    tool(name, async () => {
      ran.push(name)
      return output(name)
    }),
  )
  const { provider, requests } = scripted([calls('ask', 'break', 'free'), says('ok')])
  await stage(provider, both, {
    async guard(call) {
      if (call.name === 'break') throw new Error('nobody there')
      return call.name === 'ask' ? output('not allowed', { isError: true }) : undefined
    },
  }).run()
  assert.deepEqual(ran, ['free'])
  assert.match(wordsOf(requests[1]?.messages.at(-1)), /^not allowed\|Not run: .*nobody there\|free$/)
})

test('once text from outside has entered, tools and the guard are told, and so is the caller', async () => {
  const seen: boolean[] = []
  const look = tool('look', async (_, { tainted }) => {
    seen.push(tainted)
    return output('page', { outside: 'web' })
  })
  const guarded: boolean[] = []
  const { provider, requests } = scripted([calls('look'), calls('look'), says('ok')])
  const result = await stage(provider, [look], {
    async guard(_call, _tool, { tainted }) {
      guarded.push(tainted)
      return undefined
    },
  }).run()
  assert.deepEqual(
    [seen, guarded],
    [
      [false, true],
      [false, true],
    ],
  )
  assert.equal(result.tainted, true)
  assert.match(wordsOf(requests[1]?.messages.at(-1)), /^<outside-text from="web">/)
})

test('a log, a summary or a message from outside taints from the start', async () => {
  const seen: boolean[] = []
  const look = tool('look', async (_, { tainted }) => {
    seen.push(tainted)
    return output('x')
  })
  const script = () => scripted([calls('look'), says('ok')]).provider
  const outside = { ...userText('psst'), outside: 'person:9' }
  await stage(script(), [look], { question: outside }).run()
  await stage(script(), [look], { log: logOf(outside, said('hm')) }).run()
  await stage(script(), [look], { state: { summary: 'x', outside: true } }).run()
  await stage(script(), [look]).run()
  assert.deepEqual(seen, [true, true, true, false])
})

test('an answer that breaks off is asked for once more, and the reader is told', async () => {
  const { provider } = scripted([{ breaks: new Failure('cut', 'The connection broke.') }, says('whole')])
  const { run, events } = stage(provider)
  assert.equal((await run()).text, 'whole')
  assert.deepEqual(
    events.filter((event) => event.type === 'restart'),
    [{ type: 'restart', why: 'The connection broke.' }],
  )
})

test('a second break is the end', async () => {
  const { provider } = scripted([{ breaks: new Failure('cut', 'one') }, { breaks: new Failure('cut', 'two') }])
  await assert.rejects(stage(provider).run(), { kind: 'cut', message: 'two' })
})

test('a refusal in the middle is not asked again', async () => {
  const { provider, asked } = scripted([{ breaks: new Failure('refused', 'no') }])
  await assert.rejects(stage(provider).run(), { kind: 'refused' })
  assert.equal(asked.length, 1)
})

test('stop ends a tool that does not listen', async () => {
  const abort = new AbortController()
  const deaf = tool('deaf', () => new Promise(() => abort.abort(new Failure('aborted', 'stop'))))
  const { provider } = scripted([calls('deaf')])
  await assert.rejects(stage(provider, [deaf], { signal: abort.signal }).run(), { kind: 'aborted' })
})

test('stop ends a model that does not listen', async () => {
  const abort = new AbortController()
  const provider = {
    name: 'deaf',
    open: () => new Promise<never>(() => abort.abort(new Failure('aborted', 'stop'))),
  }
  await assert.rejects(stage(provider, [], { signal: abort.signal }).run(), { kind: 'aborted' })
})
