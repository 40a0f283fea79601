import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Turn } from '../../src/agent/turn.ts'
import type { ChatRequest } from '../../src/core/chat.ts'
import { Failure } from '../../src/core/failure.ts'
import { userText } from '../../src/core/message.ts'
import { bill } from '../../src/core/spent.ts'
import {
  answer,
  calling,
  calls,
  type Line,
  logOf,
  output,
  said,
  says,
  scripted,
  type Scripted,
  stage,
  tool,
  wordsOf,
} from './stage.ts'

const thinks = answer({ type: 'thinking', text: 'hm' })
const cut = (text: string): Line => ({ ...says(text), stop: 'length' })

test('an answer without words is asked for once more; a second one is a failure that says why', async () => {
  assert.equal((await stage(scripted([thinks, says('well')]).provider).run()).text, 'well')
  for (const [script, kind, words] of [
    [[thinks, thinks], 'empty', /thought about it/],
    [[answer(), answer()], 'empty', /empty answer/],
    [[{ ...thinks, stop: 'length' as const }], 'empty', /max_tokens/],
    [[{ ...answer(), stop: 'refusal' as const }], 'refused', /refused/],
    [[says(' \n'), says(' ')], 'empty', /empty answer/],
  ] as const) {
    const { provider, asked } = scripted(script)
    await assert.rejects(stage(provider).run(), (error: Failure) => error.kind === kind && words.test(error.message))
    assert.equal(asked.length, script.length)
  }
})

test('a model that says nothing to the results of its calls is asked to speak', async () => {
  const { provider, requests } = scripted([calls('x'), new Failure('empty', 'no content'), says('done')])
  assert.equal((await stage(provider, [tool('x')]).run()).text, 'done')
  assert.match(wordsOf(requests[2]?.messages.at(-1)), /no words in it/)
})

test('a refusal in words is the answer', async () => {
  const result = await stage(scripted([{ ...says('I will not.'), stop: 'refusal' }]).provider).run()
  assert.deepEqual([result.text, result.stop], ['I will not.', 'refusal'])
})

test('an answer cut by length is carried on once, and stays one message', async () => {
  const { provider, requests } = scripted([cut('one two th'), says('ree four')])
  const result = await stage(provider).run()
  assert.equal(result.text, 'one two three four')
  assert.equal(result.stop, 'end')
  assert.equal(result.messages.length, 1)
  assert.deepEqual(
    requests[1]?.messages.map(({ role }) => role),
    ['user', 'assistant', 'user'],
  )
})

test('an answer cut twice, or whose end does not come, says so', async () => {
  for (const second of [cut('two'), new Failure('overloaded', 'busy'), answer()] as const) {
    const result = await stage(scripted([cut('one '), second]).provider).run()
    assert.match(result.text, /^one (?:two)?\n\n\(The answer was cut here/)
    assert.equal(result.stop, 'length')
  }
})

test('the step limit ends with words of the model and an honest sentence, and no tool is called any more', async () => {
  const { provider, requests } = scripted([calls('x'), calls('x'), says('So far so good.')])
  const result = await stage(provider, [tool('x', async () => output(String(Math.random())))], {
    limits: { maxSteps: 2, window: 100_000, maxTokens: 1_000 },
  }).run()
  assert.equal(result.stop, 'step-limit')
  assert.match(result.text, /^So far so good\.\n\n\(Stopped after 2 rounds/)
  assert.equal(requests[2]?.toolChoice, 'none')
  assert.equal(requests[1]?.toolChoice, undefined)
})

test('closing words that do not come leave the honest sentence', async () => {
  for (const last of [new Failure('overloaded', 'busy'), calls('x'), answer()]) {
    const { provider } = scripted([calls('x'), last])
    const result = await stage(provider, [tool('x')], { limits: { maxSteps: 1, window: 100_000, maxTokens: 9 } }).run()
    assert.match(result.text, /^Stopped after 1 rounds/)
    assert.equal(result.messages.length, 1)
  }
})

test('the time limit ends a tool and a model that hang, closing words included', async () => {
  const limits = { maxSteps: 5, maxMs: 60_000, window: 100_000, maxTokens: 9 }
  const hung = tool('hung', () => new Promise(() => undefined))
  const first = stage(scripted([calls('hung'), says('It took too long.')]).provider, [hung], { limits })
  const ended = first.run()
  await first.clock.advance(60_000)
  assert.match((await ended).text, /^It took too long\.\n\n\(Stopped after 60 seconds/)
  assert.equal((await ended).stop, 'time-limit')

  const second = stage(scripted(() => 'hangs').provider, [], { limits })
  const silent = second.run()
  await second.clock.advance(59_999)
  await second.clock.advance(1)
  await second.clock.advance(60_000)
  assert.equal((await silent).text, 'Stopped after 60 seconds, the time limit of one turn.')
})

test('the money limit keeps enough for closing words, or does without', async () => {
  const script = () => scripted([calls('x'), calls('x'), says('Enough.')], { costMicros: 10 })
  const changing = tool('x', async () => output(String(Math.random())))
  const run = async (maxCostMicros: number) => {
    const { provider, asked } = script()
    const limits = { maxSteps: 9, window: 100_000, maxTokens: 9, maxCostMicros }
    return { result: await stage(provider, [changing], { limits }).run(), asked: asked.length }
  }
  const enough = await run(30)
  assert.deepEqual([enough.result.stop, enough.result.costMicros, enough.asked], ['money-limit', 30, 3])
  assert.match(enough.result.text, /^Enough\.\n\n\(Stopped at \$0\.00/)
  const tight = await run(15)
  assert.deepEqual([tight.result.costMicros, tight.asked], [10, 1])
  assert.match(tight.result.text, /^Stopped at \$0\.00, the limit of money/)
})

/** A turn that calls a tool for ever, with what its calls cost. */
async function withinMoney(maxCostMicros: number, model: Scripted, more: Partial<Turn> = {}) {
  const limits = { maxSteps: 9, window: 100_000, maxTokens: 9, maxCostMicros }
  const changing = tool('x', async () => output(String(Math.random())))
  const { stop, costMicros } = await stage(model.provider, [changing], { limits, ...more }).run()
  return { stop, costMicros, asked: model.asked.length }
}
const goesOn = (request: ChatRequest): Line => (request.toolChoice === 'none' ? says('Enough.') : calls('x'))

test('a call without a price leaves the limit of money in force for the others', async () => {
  const model = scripted(goesOn, (index) => (index === 0 ? {} : { costMicros: 10 }))
  assert.deepEqual(await withinMoney(30, model), { stop: 'money-limit', costMicros: undefined, asked: 4 })
})

test('what an answer that broke off has cost counts', async () => {
  const broken = { breaks: new Failure('cut', 'The connection broke.'), costMicros: 20 }
  const model = scripted([broken, calls('x'), says('Enough.')], { costMicros: 10 })
  assert.deepEqual(await withinMoney(45, model), { stop: 'money-limit', costMicros: 20, asked: 3 })
})

test('what a summary within the turn has cost counts', async () => {
  const log = Array.from({ length: 6 }, (_, index) => [userText(`${index} tree`.repeat(200)), said('noted')]).flat()
  const compactor = scripted(() => says('They count trees.'), { costMicros: 30 })
  const limits = { maxSteps: 9, window: 2_000, maxTokens: 200, maxCostMicros: 45 }
  const model = scripted(goesOn, { costMicros: 10 })
  const spent = await withinMoney(45, model, { log: logOf(...log), compactor: compactor.provider, limits })
  assert.ok(compactor.asked.length > 0)
  assert.deepEqual(spent, { stop: 'money-limit', costMicros: 10, asked: 1 })
})

test('what helpers spend stands on the bill of the turn that asks', async () => {
  const helper = tool('x', async (_, context) => {
    context.bill?.add(20)
    return output('found')
  })
  const limits = { maxSteps: 9, window: 100_000, maxTokens: 9, maxCostMicros: 45 }
  const model = scripted(goesOn, { costMicros: 10 })
  assert.equal((await stage(model.provider, [helper], { limits }).run()).stop, 'money-limit')
  assert.equal(model.asked.length, 2)
})

test('work that is handed on when the money is gone asks no model', async () => {
  const spent = bill()
  spent.add(46)
  const model = scripted([])
  assert.deepEqual(await withinMoney(45, model, { bill: spent }), { stop: 'money-limit', costMicros: 0, asked: 0 })
})

test('the tokens given to a piece of work end it', async () => {
  const limits = { maxSteps: 9, window: 100_000, maxTokens: 9, maxUsage: 12 }
  const { provider, asked } = scripted((request) => (request.toolChoice === 'none' ? says('Half.') : calls('x')))
  const result = await stage(provider, [tool('x')], { limits }).run()
  assert.match(result.text, /^Half\.\n\n\(Stopped for the sake of money: the work was given 12 tokens/)
  assert.equal(asked.length, 3)
})

test('a cap that is reached in the middle ends the turn honestly; at the beginning it is a failure', async () => {
  const capped = new Failure('budget', 'The cap of today is reached.')
  const result = await stage(scripted([calls('x'), capped]).provider, [tool('x')]).run()
  assert.deepEqual(
    [result.stop, result.text],
    ['money-limit', 'Stopped for the sake of money: The cap of today is reached.'],
  )
  await assert.rejects(stage(scripted([capped]).provider).run(), { kind: 'budget' })
})

/** Six ways to run in circles. */
const circles: Readonly<Record<string, (index: number) => Line>> = {
  'the same call': () => answer(calling('same', { b: 1, a: 2 })),
  'the same call with its keys in another order': (index) =>
    answer(calling('same', index % 2 === 0 ? { a: 1, b: 2 } : { b: 2, a: 1 })),
  'two calls in turns': (index) => answer(calling(index % 2 === 0 ? 'same' : 'other')),
  'other arguments, the same error': (index) => answer(calling('fails', { path: `/tmp/${index}` })),
  'a tool that does not exist': (index) => answer(calling(`none${'x'.repeat(index)}`, { index })),
  'arguments that cannot be read': (index) => answer(calling('same', { raw: `{"${index}` })),
}
for (const [name, line] of Object.entries(circles))
  test(`a loop is ended: ${name}`, async () => {
    let ran = 0
    const tools = [
      tool('same', async () => {
        ran += 1
        return output('ok')
      }),
      tool('other', async () => output('ok')),
      tool('fails', async ({ path }) => output(`There is no file "${JSON.stringify(path)}" here`, { isError: true })),
    ]
    const { provider, asked } = scripted((request, index) =>
      request.toolChoice === 'none' ? says('I am lost.') : line(index),
    )
    const result = await stage(provider, tools, { limits: { maxSteps: 50, window: 100_000, maxTokens: 9 } }).run()
    assert.equal(result.stop, 'loop')
    assert.match(result.text, /^I am lost\.\n\n\(Stopped because the work led nowhere: /)
    assert.ok(asked.length <= 11, `asked ${asked.length} times`)
    assert.ok(ran <= 6)
  })

test('the third repetition is noted in the result; a result that changes is no loop', async () => {
  const { provider, requests } = scripted([calls('x'), calls('x'), calls('x'), says('ok')])
  await stage(provider, [tool('x')]).run()
  assert.doesNotMatch(wordsOf(requests[2]?.messages.at(-1)), /Note/)
  assert.match(wordsOf(requests[3]?.messages.at(-1)), /^x\|\[Note: the same call to x gave the same result 3 times/)

  const many = answer(...Array.from({ length: 6 }, (_, index) => calling('x', {}, `id${index}`)))
  assert.equal((await stage(scripted([many, says('ok')]).provider, [tool('x')]).run()).stop, 'end')

  let polled = 0
  const poll = tool('poll', async () => output(`${(polled += 1)} %`))
  const long = scripted([...Array.from({ length: 20 }, () => calls('poll')), says('done')])
  const limits = { maxSteps: 50, window: 100_000, maxTokens: 9 }
  assert.equal((await stage(long.provider, [poll], { limits }).run()).stop, 'end')
})

test('a message that arrives is taken in before the next call, and what would change anything is skipped', async () => {
  const waiting = [userText('stop that')]
  let ran = 0
  const write = tool('write', async () => output(String((ran += 1))))
  const look = tool('look', async () => output('seen'), { readOnly: true })
  const { provider, requests } = scripted([calls('write', 'look'), says('ok')])
  const queue: (typeof waiting)[] = [[], waiting]
  const { run, events, journal } = stage(provider, [write, look], { steering: () => queue.shift() ?? [] })
  await run()
  assert.equal(ran, 0)
  assert.deepEqual(requests[1]?.messages.map(wordsOf).slice(-2), [
    'Skipped: a new message of the person has arrived. Read it first; ask again if the call is still right.|seen',
    'stop that',
  ])
  assert.deepEqual(journal.at(-1), userText('stop that'))
  assert.ok(events.some((event) => event.type === 'steered'))
})

test('calls that are skipped again and again are no loop', async () => {
  let arrives = 0
  const { provider } = scripted((_, index) => (index < 8 ? calls('write') : says('ok')))
  const { run } = stage(provider, [tool('write')], {
    limits: { maxSteps: 20, window: 100_000, maxTokens: 9 },
    steering: () => ((arrives += 1) > 1 && arrives < 10 ? [userText(`${arrives}`)] : []),
  })
  assert.equal((await run()).stop, 'end')
})

test('a turn whose messages never cease ends after ten answers and leaves the rest', async () => {
  const { provider, asked } = scripted(() => says('yes'))
  let arrives = 0
  const { run } = stage(provider, [], { steering: () => [userText(`${(arrives += 1)}`)] })
  await run()
  assert.equal(asked.length, 10)
  assert.equal(arrives, 10)
})

test('messages are taken in one at a time with all their parts, or all of them', async () => {
  for (const [mode, rounds] of [
    ['one-at-a-time', 3],
    ['all', 2],
  ] as const) {
    const { provider, asked } = scripted(() => says('yes'))
    const queue = [[], [userText('[In answer to Bob: a]'), userText('a')], [userText('b')]]
    const { run, events } = stage(provider, [], { steering: () => queue.shift() ?? [], steeringMode: mode })
    await run()
    assert.equal(asked.length, rounds)
    assert.equal(events.find((event) => event.type === 'steered')?.said, 'yes')
  }
})

test('no more than one message is asked for before it is due, and none is journaled by a turn that failed', async () => {
  const queue = [[], [userText('a')], [userText('b')]]
  const { run, journal } = stage(scripted([calls('x'), new Failure('auth', 'no')]).provider, [tool('x')], {
    steering: () => queue.shift() ?? [],
  })
  await assert.rejects(run(), { kind: 'auth' })
  assert.deepEqual(journal.at(-1), userText('a'))
  assert.deepEqual(queue, [[userText('b')]])
})

test('a model without eyes is told of the picture, the person once a session', async () => {
  const refusal = new Failure('bad-request', 'no pictures', { param: 'image_url' })
  const question = {
    role: 'user' as const,
    parts: [
      { type: 'image' as const, mime: 'image/png', source: { type: 'blob' as const, id: 'b' } },
      { type: 'text' as const, text: 'what is it?' },
    ],
  }
  const first = scripted([refusal, says('I cannot see.')])
  const { run, events, changes } = stage(first.provider, [], { question })
  assert.equal((await run()).text, 'I cannot see.')
  assert.equal(
    first.requests[1]?.messages[0]?.parts.some((part) => part.type === 'image'),
    false,
  )
  assert.equal(events.filter((event) => event.type === 'notice').length, 1)
  const known = scripted([says('I cannot see.')])
  const forewarned = stage(known.provider, [], { question, vision: false })
  await forewarned.run()
  assert.doesNotMatch(JSON.stringify(known.requests), /"image"/)
  assert.equal(forewarned.events.filter((event) => event.type === 'notice').length, 1)
  const next = scripted([says('hi')])
  const later = stage(next.provider, [], {
    log: [{ seq: 1, at: 1, turn: 'old', message: question }],
    state: { told: changes[0]?.told ?? [] },
  })
  await later.run()
  assert.doesNotMatch(JSON.stringify(next.requests), /"image"/)
  assert.equal(later.events.filter((event) => event.type === 'notice').length, 0)
})

test('a service that does not take the calls of a log gets them in words, once', async () => {
  const no = new Failure('bad-request', 'tool_use ids')
  const { provider, requests } = scripted([calls('x'), no, says('ok')])
  const result = await stage(provider, [tool('x')]).run()
  assert.equal(result.text, 'ok')
  assert.match(JSON.stringify(requests[2]?.messages), /Called x with/)
  assert.match(result.notes.join(), /told in words/)
  await assert.rejects(stage(scripted([no]).provider, [tool('x')]).run(), { kind: 'bad-request' })
})

test('error texts in messages, results and answers change nothing', async () => {
  const phrase = 'Context overflow: prompt too large. context_length_exceeded 429 rate limit timeout'
  const { provider, asked } = scripted([calls('x'), says(phrase)])
  const { run, events } = stage(provider, [tool('x', async () => output(phrase))], { question: userText(phrase) })
  assert.equal((await run()).text, phrase)
  assert.equal(asked.length, 2)
  assert.equal(
    events.some((event) => event.type === 'compacted' || event.type === 'restart'),
    false,
  )
})
