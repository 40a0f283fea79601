import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../../src/core/failure.ts'
import { silent } from '../../../src/core/log.ts'
import type { LedgerStore } from '../../../src/core/store.ts'
import { metered, type Metered } from '../../../src/providers/metered.ts'
import type { Leave, Spent } from '../../../src/core/spent.ts'
import type { Purse } from '../../../src/providers/ports.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { ask, fakeCall, fakeProvider, hear, usage, type Step } from '../../fakes/provider.ts'
import { memoryStore } from '../../fakes/store.ts'

const about = { endpoint: 'fake/a', vendor: 'fake', model: 'a', keyTag: 'k1' }
const price = { price: { input: 2, output: 10, cacheRead: 0.5 }, source: 'config' }

const settle = () => new Promise((resolve) => setImmediate(resolve))

function setUp(steps: readonly Step[], more: { readonly takesMs?: number } = {}) {
  const clock = fakeClock()
  const { ledger } = memoryStore()
  const inner = fakeProvider('a', steps, { clock, ...more })
  const rows = async () => (await settle(), ledger.rows())
  return { clock, ledger, inner, rows, provider: metered(inner, { ...about, price }, ledger, clock, silent) }
}

test('an answer is one row with tokens, cost and both times', async () => {
  const { clock, provider, rows } = setUp([{ answer: 'hi', usage: usage(1_000, 100) }], { takesMs: 300 })
  const call = fakeCall({ session: 's', turnId: 't', agent: 'main', cause: 'chat' })
  const open = provider.open(call, new AbortController().signal)
  await clock.advance(300)
  const reply = await open
  await clock.advance(200)
  if (reply.type === 'events') for await (const _ of reply.events);
  assert.equal((await reply.end).costMicros, 3_000)
  const [row, ...others] = await rows()
  assert.deepEqual(others, [])
  assert.deepEqual(row, {
    call: call.id,
    at: clock.now() - 500,
    cause: 'chat',
    session: 's',
    turn: 't',
    agent: 'main',
    endpoint: 'fake/a',
    vendor: 'fake',
    modelAsked: 'a',
    modelAnswered: 'a-1',
    keyTag: 'k1',
    outcome: 'ok',
    input: 1_000,
    output: 100,
    cacheRead: 0,
    cacheWrite: 0,
    costMicros: 3_000,
    priceSource: 'config',
    firstTokenMs: 300,
    totalMs: 500,
  })
})

test('a failed call is a row with its kind and status and no cost', async () => {
  const { provider, rows } = setUp([{ fail: 'rate-limit', detail: { status: 429 } }])
  await ask(provider)
  const [row] = await rows()
  assert.deepEqual(
    [row?.outcome, row?.status, row?.costMicros, row?.firstTokenMs],
    ['rate-limit', 429, undefined, undefined],
  )
})

test('a cut answer costs what the vendor had told of', async () => {
  const { provider, rows } = setUp([{ cut: 'cut', answer: 'half', usage: usage(500, 80) }])
  await ask(provider)
  const [row] = await rows()
  assert.deepEqual([row?.outcome, row?.input, row?.output, row?.costMicros], ['cut', 500, 0, 1_000])
})

test('a reader who leaves in the middle leaves a row behind', async () => {
  const { provider, rows } = setUp([{ answer: 'hi', usage: usage(500, 80) }])
  const reply = await provider.open(fakeCall(), new AbortController().signal)
  if (reply.type === 'events') for await (const event of reply.events) if (event.type === 'text-delta') break
  const all = await rows()
  assert.deepEqual(
    all.map(({ outcome, input, modelAnswered }) => [outcome, input, modelAnswered]),
    [['aborted', 500, 'a-1']],
  )
})

test('a call that is stopped without a reader leaves a row behind', async () => {
  const { provider, rows } = setUp([{ open: true }])
  const stop = new AbortController()
  await provider.open(fakeCall(), stop.signal)
  stop.abort()
  assert.deepEqual(
    (await rows()).map(({ outcome }) => outcome),
    ['aborted'],
  )
})

test('the attempts of one call share its id', async () => {
  const { provider, rows } = setUp([{ fail: 'overloaded' }, { answer: 'hi' }])
  const call = fakeCall()
  await ask(provider, call)
  await ask(provider, call)
  assert.deepEqual(
    (await rows()).map((row) => row.call),
    [call.id, call.id],
  )
})

test('an answer in one piece has no first-token time; an unknown price means no cost', async () => {
  const clock = fakeClock()
  const { ledger } = memoryStore()
  const provider = metered(fakeProvider('a', { answer: 'hi' }), about, ledger, clock, silent)
  await ask(provider, fakeCall({ stream: false }))
  const [row] = await ledger.rows()
  assert.deepEqual(
    [row?.outcome, row?.firstTokenMs, row?.costMicros, row?.priceSource],
    ['ok', undefined, undefined, undefined],
  )
})

test('a broken ledger is logged and never felt', async () => {
  const errors: string[] = []
  const ledger: LedgerStore = {
    add() {
      throw new Error('disk full')
    },
    flush: async () => {},
    rows: async () => [],
    sums: async () => [],
  }
  const log = { ...silent, error: (message: string) => void errors.push(message) }
  const provider = metered(fakeProvider('a', [{ answer: 'hi' }, { fail: 'auth' }]), about, ledger, fakeClock(), log)
  assert.equal(await ask(provider), 'hi')
  assert.equal(((await ask(provider)) as { kind?: string }).kind, 'auth')
  assert.equal(errors.length, 2)
})

/** Leave to spend that remembers what it was told. */
function leaving(fields: Partial<Leave> = {}) {
  const spent: Spent[] = []
  const purse: Purse = async () => ({
    notes: ['mind the money'],
    settle: async (item) => void spent.push(item),
    ...fields,
  })
  return { spent, purse }
}

function withPurse(steps: readonly Step[], purse: Purse) {
  const { ledger } = memoryStore()
  const inner = fakeProvider('a', steps)
  return { ledger, inner, provider: metered(inner, { ...about, price }, ledger, fakeClock(), silent, purse) }
}

test('a call that the budget refuses reaches no wire and is no row', async () => {
  const { ledger, inner, provider } = withPurse([], () =>
    Promise.reject(new Failure('budget', 'a: the cap is reached.')),
  )
  assert.equal(await hear(provider), 'budget: a: the cap is reached.')
  assert.deepEqual([inner.calls, await ledger.rows()], [[], []])
})

test('the leave lowers what is asked for, and its notes come with the reply', async () => {
  const { purse } = leaving({ maxTokens: 300 })
  const { inner, provider } = withPurse([{ answer: 'hi' }], purse)
  const reply = await provider.open(
    fakeCall({ request: () => ({ messages: [], maxTokens: 900 }) }),
    new AbortController().signal,
  )
  assert.deepEqual(reply.notes, ['mind the money'])
  assert.equal(inner.calls[0]?.request().maxTokens, 300)
})

test('what was reserved is settled however the call ends', async () => {
  const { purse, spent } = leaving()
  const steps: readonly Step[] = [
    { answer: 'hi', usage: usage(500, 80) },
    { fail: 'auth' },
    { cut: 'cut', answer: 'four', usage: usage(500, 80) },
  ]
  const { provider } = withPurse(steps, purse)
  for (const _ of steps) await ask(provider)
  const gone = new AbortController()
  gone.abort()
  await ask(provider, fakeCall(), gone.signal)
  await settle()
  assert.deepEqual(spent, [
    { outcome: 'ok', usage: usage(500, 80), heard: 2 },
    { outcome: 'auth', reached: 'vendor', usage: undefined, heard: 0 },
    { outcome: 'cut', reached: 'answer', usage: usage(500, 0), heard: 4 },
    { outcome: 'aborted', reached: 'nothing', usage: undefined, heard: 0 },
  ])
})

test('a row names its turn', async () => {
  const { provider, rows } = setUp([{ answer: 'hi' }])
  await ask(provider, fakeCall({ turnId: 'turn-1' }))
  assert.deepEqual(
    (await rows()).map(({ turn }) => turn),
    ['turn-1'],
  )
})

test('an answer without figures has no known cost, unless it is free', async () => {
  const costOf = async (price: Metered['price']) => {
    const { ledger } = memoryStore()
    const provider = metered(
      fakeProvider('a', [{ answer: 'hi', usage: usage(0, 0) }]),
      { ...about, ...(price && { price }) },
      ledger,
      fakeClock(),
      silent,
    )
    await ask(provider)
    await settle()
    return (await ledger.rows())[0]?.costMicros
  }
  assert.equal(await costOf(price), undefined)
  assert.equal(await costOf({ price: { input: 0, output: 0 }, source: 'local' }), 0)
})
