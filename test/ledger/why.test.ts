import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Message, userText } from '../../src/core/message.ts'
import { Problem } from '../../src/core/problem.ts'
import type { TurnReport } from '../../src/core/report.ts'
import type { LedgerRow, TurnRecord } from '../../src/core/store.ts'
import { zoneOf } from '../../src/kit/zone.ts'
import type { WhyStore } from '../../src/ledger/ports.ts'
import { whyFacts } from '../../src/ledger/why.ts'
import { whyText } from '../../src/ledger/why-text.ts'
import { memoryStore } from '../fakes/store.ts'

const zone = zoneOf('UTC')
const at = Date.parse('2026-11-30T12:00:00Z')

const turn = (id: string, fields: Partial<TurnRecord> = {}): TurnRecord => ({
  id,
  session: 'agent:main:main',
  agent: 'main',
  cause: 'chat',
  at,
  state: 'done',
  endedAt: at + 4_200,
  ...fields,
})

const ledgerRow = (fields: Partial<LedgerRow>): LedgerRow => ({
  call: 'c',
  at,
  cause: 'chat',
  turn: 'turn-1',
  endpoint: 'openai/gpt',
  vendor: 'openai',
  modelAsked: 'gpt',
  keyTag: 'k',
  outcome: 'ok',
  input: 1_000,
  output: 50,
  cacheRead: 0,
  cacheWrite: 0,
  totalMs: 1_300,
  ...fields,
})

const report: TurnReport = {
  turn: 'turn-1',
  session: 'agent:main:main',
  agent: 'main',
  by: { endpoint: 'groq/llama', vendor: 'groq', model: 'llama-3.3' },
  attempts: [
    { endpoint: 'zai/glm', kind: 'resting', message: 'zai/glm: rests until noon', ms: 0, skipped: true },
    {
      endpoint: 'openai/gpt',
      kind: 'rate-limit',
      message: 'openai/gpt: too many requests',
      status: 429,
      ms: 80,
      skipped: false,
    },
  ],
  notes: ['The endpoint does not take temperature; it was left out.'],
  usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 },
  ms: 4_200,
  stop: 'end',
  tools: [{ name: 'read_file', isError: false, ms: 12 }],
}

const messages: readonly Message[] = [
  userText('What does\nmain.ts do?'),
  { role: 'assistant', parts: [{ type: 'tool-call', id: 't1', name: 'read_file', input: { path: 'main.ts' } }] },
  {
    role: 'tool',
    parts: [
      {
        type: 'tool-result',
        id: 't1',
        name: 'read_file',
        content: [{ type: 'text', text: 'x'.repeat(5_000) }],
        isError: false,
        outside: 'file',
      },
    ],
  },
  { role: 'assistant', parts: [{ type: 'text', text: 'It starts the program.' }] },
]

/** What is stored, refusing what a real store would refuse. */
function stored(turns: readonly TurnRecord[], rows: readonly LedgerRow[] = []): WhyStore {
  return {
    turns: {
      get: async (id) => turns.find((turn) => turn.id === id),
      list: async ({ limit = 100, session } = {}) =>
        turns.filter((turn) => session === undefined || turn.session === session).slice(0, limit),
    },
    sessions: {
      ofTurn: async (id) => messages.map((message, index) => ({ seq: index + 1, at, turn: id, message })),
      state: async () => ({ summary: 'They talk about a program.', after: 12, outside: true, model: 'secret-model' }),
    },
    ledger: { rows: async ({ turn } = {}) => rows.filter((row) => row.turn === turn) },
    grants: {
      find: async () => [
        {
          id: 'g1',
          subject: 'approval:agent:main:main',
          payload: JSON.stringify({ code: '4711', hash: 'h', turn: 'turn-1', tool: 'exec', what: 'make\ntest' }),
          state: 'used',
          createdAt: at + 5,
        },
        {
          id: 'g3',
          subject: 'approval:agent:main:main',
          payload: JSON.stringify({ turn: 'turn-2', tool: 'exec', what: 'other turn' }),
          state: 'used',
          createdAt: at + 5,
        },
        {
          id: 'g2',
          subject: 'approval:agent:main:main',
          payload: 'run: another day',
          state: 'used',
          createdAt: at - 5,
        },
      ],
    },
  }
}

test('the account names models, tools, cost, memory and approvals', async () => {
  const rows = [
    ledgerRow({
      endpoint: 'groq/llama',
      modelAsked: 'llama',
      modelAnswered: 'llama-3.3',
      costMicros: 3_000,
      priceSource: 'list, 2026-11-30',
    }),
    ledgerRow({ outcome: 'rate-limit', status: 429, input: 0, output: 0, totalMs: 80 }),
  ]
  const facts = await whyFacts(stored([turn('turn-1', { report: JSON.stringify(report) })], rows))
  // What an approval could be given with is nobody's to see.
  assert.doesNotMatch(JSON.stringify(facts), /4711/)
  assert.equal(
    whyText(facts, zone),
    `Turn turn-1 was answered after 4.2 s.
  2026-11-30 12:00, chat, agent main, session agent:main:main
Asked:
  What does main.ts do?
Models:
  zai/glm: not asked, resting: rests until noon
  openai/gpt: rate-limit (HTTP 429) after 80 ms: too many requests
  groq/llama: answered as llama-3.3 in 1.3 s, 1,000 in, 50 out
  Answered by groq/llama-3.3 (groq/llama).
Tools:
  read_file {"path":"main.ts"} (12 ms)
    → ${'x'.repeat(199)}… [from file]
Cost:
  $0.0030
  1,000 in, 50 out
  Prices from: list, 2026-11-30
Memory:
  A summary of messages 1 to 12 stands for the older conversation, made of text that came from outside:
  They talk about a program.
Approvals:
  allowed and used: exec make test
Notes:
  The endpoint does not take temperature; it was left out.`,
  )
})

test('a turn that failed tells what the person was told, and a price that nobody knows is not zero', async () => {
  const store = stored(
    [turn('turn-1', { state: 'failed', trouble: 'No model answered.', report: 'not JSON' })],
    [ledgerRow({})],
  )
  const text = whyText(await whyFacts(store, 'turn-1'), zone)
  assert.match(text, /^Turn turn-1 failed after 4\.2 s\.\n.*\n  Told instead of an answer: No model answered\./)
  assert.match(text, /Cost:\n  unknown: no price is known/)
  const mixed = stored([turn('turn-1')], [ledgerRow({}), ledgerRow({ costMicros: 2_000 })])
  assert.match(whyText(await whyFacts(mixed), zone), /at least \$0\.0020: the price of 1 of 2 answers is not known/)
})

test('the last turn, the last of a session, or one by the beginning of its id', async () => {
  const store = stored([turn('bbb-2'), turn('abc-1', { session: 'other' }), turn('abd-0')])
  const id = async (...args: readonly (string | undefined)[]) => (await whyFacts(store, args[0], args[1])).turn.id
  assert.equal(await id(), 'bbb-2')
  assert.equal(await id(undefined, 'other'), 'abc-1')
  assert.equal(await id('abc'), 'abc-1')
  assert.equal(await id('abd-0'), 'abd-0')
  assert.equal(await id('ab', 'other'), 'abc-1')
  assert.equal(await id('bbb', 'other'), 'bbb-2')
  const failed = (text: string) =>
    id(text).then(
      () => '',
      (error: unknown) => (error instanceof Problem ? `${error.message} ${error.detail.mend}` : String(error)),
    )
  assert.equal(await failed('ab'), '2 turns begin with "ab". Give more of it: abc-1, abd-0')
  assert.match(await failed('zzz'), /^There is no turn "zzz"\./)
  await assert.rejects(whyFacts(stored([])), /There is no turn yet/)
})

test('what the store keeps of a turn is enough for its account', async () => {
  const store = memoryStore()
  const id = '0b5c-turn'
  await store.turns.begin({
    id,
    session: 's',
    agent: 'main',
    cause: 'chat',
    at,
    inbox: [],
    messages: [userText('Hi?')],
  })
  store.ledger.add(ledgerRow({ turn: id, session: 's', costMicros: 5_000, priceSource: 'config' }))
  store.ledger.add(ledgerRow({ turn: 'another', endpoint: 'never/shown' }))
  assert.match(whyText(await whyFacts(store, '0b'), zone), /^Turn 0b5c-turn is still running\.\n/)
  await store.turns.finish({
    id,
    at: at + 900,
    state: 'done',
    report: JSON.stringify({ ...report, turn: id, attempts: [], notes: [], tools: [] }),
    messages: [{ role: 'assistant', parts: [{ type: 'text', text: 'Hello.' }] }],
    outbox: [],
  })
  const text = whyText(await whyFacts(store), zone)
  assert.match(
    text,
    /^Turn 0b5c-turn was answered after 900 ms\.\n[^]*Asked:\n {2}Hi\?\nModels:\n {2}openai\/gpt: answered/,
  )
  assert.match(text, /Cost:\n {2}\$0\.0050\n[^]*Prices from: config/)
  assert.doesNotMatch(text, /never\/shown|Tools:|Memory:|Approvals:|Notes:/)
})
