import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutAt } from '../../src/agent/compact.ts'
import type { Turn } from '../../src/agent/turn.ts'
import { Failure } from '../../src/core/failure.ts'
import { userText, type Message } from '../../src/core/message.ts'
import type { LogEntry, SessionState } from '../../src/core/store.ts'
import type { Tool } from '../../src/core/tool.ts'
import { counters, countingModel, countTokens, type Counter } from '../fakes/counting-model.ts'
import { refusals } from './refusals.ts'
import { answer, calling, calls, logOf, output, said, says, scripted, stage, tool, wordsOf } from './stage.ts'

const text = fc.oneof(
  fc.string({ maxLength: 400 }),
  fc.string({ unit: fc.constantFrom('你', '好', '世', '界'), maxLength: 1_500 }),
  fc.nat(20_000).map((length) => 'lorem ipsum '.repeat(length / 12)),
  fc.nat(3_000).map((length) => '{"a":[1,2]},'.repeat(length / 12)),
)
const message: fc.Arbitrary<readonly Message[]> = fc.oneof(
  text.map((words) => [userText(words)]),
  text.map((words) => [said(words)]),
  fc.tuple(text, fc.integer({ min: 1, max: 4 })).map(([words, count]): readonly Message[] => {
    const each = Array.from({ length: count }, (_, index) =>
      calling('look', { words: words.slice(0, 300) }, `c${index}`),
    )
    return [
      { role: 'assistant', parts: each },
      {
        role: 'tool',
        parts: each.map(({ id, name }) => ({
          type: 'tool-result',
          id,
          name,
          content: [{ type: 'text', text: words }],
          isError: false,
        })),
      },
    ]
  }),
  fc.constant([
    { role: 'user', parts: [{ type: 'image', mime: 'image/png', source: { type: 'blob', id: 'b' } }] } as const,
  ]),
)
const anyCounter = fc.constantFrom(...(Object.values(counters) as Counter[]))

test('no request is over the window or refused for its form, whatever the log and however the model counts', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(message, { maxLength: 30 }),
      fc.constantFrom(2_000, 8_000, 32_000),
      anyCounter,
      text,
      async (log, window, count, words) => {
        const said: readonly string[] = [words, words, 'done']
        const model = countingModel(window, count, (request, index) =>
          request.messages.length === 1 || index > 2
            ? says('done')
            : answer(calling('look', { words: said[index]?.slice(0, 500) ?? '' })),
        )
        const { run } = stage(model.provider, [tool('look', async () => output(words))], {
          log: logOf(...log.flat()),
          limits: { maxSteps: 3, window, maxTokens: window / 4 },
          request: { maxTokens: window / 4 },
          question: userText(words.slice(0, 1_000) || 'hi'),
        })
        await run()
        assert.equal(model.refused(), 0)
        for (const { messages } of model.requests) assert.deepEqual(await refusals(messages), [])
      },
    ),
    { numRuns: 250 },
  ))

test('what the vendor counted is believed: a log that fits only by its count is not shortened', async () => {
  const count = (words: string) => Math.ceil(words.length / 6)
  const model = countingModel(10_000, count, (_, index) => (index <= 12 ? calls('look') : says('done')))
  let asked = 0
  const look = tool('look', async () => output(`${(asked += 1)}${' words'.repeat(400)}`))
  const { run, events } = stage(model.provider, [look], { limits: { maxSteps: 20, window: 10_000, maxTokens: 1_000 } })
  await run()
  const last = model.requests.at(-1)
  assert.ok(last && countTokens(last, count) < 9_000)
  assert.equal(
    events.some((event) => event.type === 'compacted'),
    false,
  )
  assert.equal(wordsOf(last.messages[2]).length, 2_401)
})

test('tools that are found within the turn count, whatever the vendor counted before', async () => {
  const model = countingModel(10_000, counters['three characters a token'], (_, index) =>
    index === 1 ? calls('find') : says('done'),
  )
  const tools = new Map<string, Tool>()
  const found = {
    ...tool('found'),
    spec: { name: 'found', description: 'f'.repeat(12_000), input: { type: 'object' } },
  }
  const find = tool('find', async () => {
    tools.set('found', found)
    return output('It can be called now.')
  })
  tools.set('find', find)
  const log = Array.from({ length: 10 }, (_, index) => [userText(`${index}${' tree'.repeat(400)}`), said('noted')])
  const { run } = stage(model.provider, [], {
    tools,
    log: logOf(...log.flat()),
    limits: { maxSteps: 3, window: 10_000, maxTokens: 1_000 },
  })
  assert.equal((await run()).text, 'done')
  assert.equal(model.refused(), 0)
  assert.ok(model.requests.at(-1)?.tools?.some(({ name }) => name === 'found'))
})

test('the oldest tool results are shortened before anything is summed up, many at a time', async () => {
  const model = countingModel(8_000, counters['three characters a token'], (_, index) =>
    index <= 16 ? calls('look') : says('done'),
  )
  let asked = 0
  const look = tool('look', async () => output(`${(asked += 1)}${' words'.repeat(300)}`))
  const { run, events } = stage(model.provider, [look], { limits: { maxSteps: 30, window: 8_000, maxTokens: 1_000 } })
  await run()
  assert.equal(
    events.some((event) => event.type === 'compacted'),
    false,
  )
  const last = model.requests.at(-1)?.messages ?? []
  assert.match(wordsOf(last[2]), /^1 words.*characters left out to save room/s)
  assert.equal(wordsOf(last.at(-1)).length, 1_802)
  const changed = model.requests.filter(({ messages }, index) => {
    const former = model.requests[index - 1]?.messages ?? []
    return JSON.stringify(messages.slice(0, former.length)) !== JSON.stringify(former)
  })
  assert.ok(changed.length >= 1 && changed.length <= 6, `the prefix changed ${changed.length} times in 17 calls`)
})

test('a turn of 200 rounds in an 8k window goes on, and does not forget what it was asked', async () => {
  const summing = (words: string) => words.startsWith('Sum up')
  const model = countingModel(8_000, counters['three characters a token'], ({ messages }, index) => {
    if (summing(wordsOf(messages[0]))) return says('They count trees.')
    return index <= 230 ? calls('look') : says('done')
  })
  let asked = 0
  const look = tool('look', async () => output(`${(asked += 1)}${' tree'.repeat(asked % 7 === 0 ? 3_000 : 200)}`))
  const { run, events, changes } = stage(model.provider, [look], {
    limits: { maxSteps: 300, window: 8_000, maxTokens: 1_000 },
    question: userText('Count all the trees of the forest.'),
    moment: 'It is noon.',
  })
  assert.equal((await run()).text, 'done')
  assert.ok(asked >= 200)
  assert.equal(model.refused(), 0)
  const compactions = events.filter((event) => event.type === 'compacted').length
  assert.ok(compactions > 0 && compactions < 30, `${compactions} compactions`)
  assert.ok((changes.at(-1)?.after ?? 0) > 300)
  for (const { system = [], messages } of model.requests) {
    const words = [...system, ...messages.map(wordsOf)].join(' ')
    assert.match(words, /trees/)
    if (!words.includes('Sum up')) assert.match(words, /Count all the trees of the forest\.[^]*|It is noon/)
  }
  const end = model.requests.at(-1)
  assert.match((end?.system ?? []).join(' '), /Still being worked on[^]*Count all the trees of the forest\./)
})

test('a model that finds a request too long is asked once more with a smaller one', async () => {
  const log = logOf(
    ...Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? userText(`q${index}`) : said(`a${index}`))),
  )
  const no = new Failure('too-long', 'too long')
  const { provider, requests } = scripted([no, says('a summary'), says('ok')])
  const { run, events, changes } = stage(provider, [], { log })
  assert.equal((await run()).text, 'ok')
  assert.equal(events.find((event) => event.type === 'compacted')?.mechanical, false)
  assert.ok((requests[2]?.messages.length ?? 99) < 21)
  assert.ok(changes[0]?.after !== undefined && changes[0].after <= 17)
  const twice = scripted([no, says('a summary'), no])
  await assert.rejects(stage(twice.provider, [], { log }).run(), { kind: 'too-long' })
})

test('a window that is smaller than the configuration says is learnt once a turn', async () => {
  const model = countingModel(4_000, counters['three characters a token'], ({ messages }, index) => {
    if (wordsOf(messages[0]).startsWith('Sum up')) return says('They look.')
    return index <= 40 ? calls('look') : says('done')
  })
  let asked = 0
  const look = tool('look', async () => output(`${(asked += 1)}${' words'.repeat(100)}`))
  const { run } = stage(model.provider, [look], { limits: { maxSteps: 50, window: 8_000, maxTokens: 1_000 } })
  assert.equal((await run()).text, 'done')
  assert.equal(model.refused(), 1)
})

test('a prompt that cannot fit is told with what to do, and not sent', async () => {
  const { provider, asked } = scripted([])
  await assert.rejects(
    stage(provider, [], {
      system: ['x'.repeat(40_000)],
      limits: { maxSteps: 1, window: 8_000, maxTokens: 2_000 },
    }).run(),
    {
      kind: 'too-long',
      message: /window has 8000.*context_window/,
    },
  )
  assert.equal(asked.length, 0)
})

test('the cut keeps four messages and parts no call from its result', () => {
  const round = (id: string): readonly Message[] => [
    { role: 'assistant', parts: [calling('look', {}, id)] },
    { role: 'tool', parts: [{ type: 'tool-result', id, name: 'look', content: [], isError: false }] },
  ]
  assert.equal(cutAt([userText('a'), said('b'), userText('c'), said('d')], 0), 0)
  assert.equal(cutAt([userText('a'), said('b'), userText('c'), said('d'), userText('e'), said('f')], 1_000), 2)
  const long = [userText('a'), ...round('1'), ...round('2'), ...round('3')]
  assert.equal(cutAt(long, 0), 3)
  fc.assert(
    fc.property(fc.array(message, { maxLength: 20 }), fc.nat(5_000), (log, tokens) => {
      const all = log.flat()
      const cut = cutAt(all, tokens)
      assert.ok(cut === 0 || cut <= all.length - 4)
      assert.notEqual(cut > 0 && all[cut]?.role, 'tool')
    }),
    { numRuns: 200 },
  )
})

/** A conversation over many turns: the log grows, the state changes, as a store would keep them. */
async function converse(
  turns: number,
  { window, count, question }: { window: number; count: Counter; question: (turn: number) => string },
) {
  const log: LogEntry[] = []
  let state: SessionState = {}
  const add = (turn: string, messages: readonly Message[]) => {
    for (const message of messages) log.push({ seq: log.length + 1, at: 0, turn, message })
  }
  const model = countingModel(window, count, (request, index) => {
    const summing = request.messages.length === 1 && wordsOf(request.messages[0]).startsWith('Sum up')
    return summing
      ? says(`Summary ${index}. ${'They talked. '.repeat(40)}`)
      : says(`Answer ${index}. ${'Well well. '.repeat(20)}`)
  })
  let compactions = 0
  for (let turn = 1; turn <= turns; turn += 1) {
    const id = `turn-${turn}`
    const asked = userText(question(turn))
    const more: Partial<Turn> = {
      id,
      log: log.filter((entry) => entry.seq > (state.after ?? 0)),
      state,
      question: asked,
      limits: { maxSteps: 5, window, maxTokens: window / 4 },
      change: async (change) => void (state = { ...state, ...(change as SessionState) }),
    }
    const { run, events } = stage(model.provider, [], more)
    const result = await run()
    compactions += events.filter((event) => event.type === 'compacted').length
    add(id, [asked, ...result.messages])
  }
  return { model, compactions, state, log }
}

test('an 8k window and 500 turns: no overflow, and a rule of the first turn is in every request word for word', async () => {
  const rule = 'Always answer with the word "kumquat" in it, whatever I ask; ’tis §1.'
  const { model, compactions, state, log } = await converse(500, {
    window: 8_000,
    count: counters['three characters a token'],
    question: (turn) =>
      turn === 1 ? `Hello there.\n${rule}\nThank you.` : `Question ${turn}: ${'what about this? '.repeat(10)}`,
  })
  assert.equal(model.refused(), 0)
  assert.ok(compactions >= 5, `${compactions} compactions`)
  assert.equal(log.length, 1_000)
  assert.deepEqual(state.pinned, [rule])
  for (const request of model.requests) {
    const words = [...(request.system ?? []), ...request.messages.map(wordsOf)].join('\n')
    assert.ok(words.includes(rule) || words.startsWith('Sum up this part'))
  }
  assert.ok((model.requests.at(-1)?.system ?? []).join('\n').includes(rule))
  assert.match((model.requests.at(-1)?.system ?? []).join('\n'), /CONTEXT_SUMMARY:[^]*Summary \d+\./)
})
