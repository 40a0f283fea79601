import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../src/core/failure.ts'
import { silent } from '../../src/core/log.ts'
import { userText } from '../../src/core/message.ts'
import type { Call } from '../../src/core/provider.ts'
import { bill } from '../../src/core/spent.ts'
import { zoneOf } from '../../src/kit/zone.ts'
import { raiseCap, setSessionBudget } from '../../src/ledger/caps.ts'
import type { BudgetSettings, Spending } from '../../src/ledger/ports.ts'
import { purse } from '../../src/ledger/purse.ts'
import { fakeClock } from '../fakes/clock.ts'
import { memoryNotes } from '../fakes/store/facts.ts'
import { memoryBudget } from './money-store.ts'

const price = { input: 2, output: 10 }
const usage = (input: number, output: number) => ({ input, output, cacheRead: 0, cacheWrite: 0 })
const zone = zoneOf('Europe/Berlin')
/** 30 November 2026, 13:00 in Berlin. */
const noon = Date.parse('2026-11-30T12:00:00Z')

function setUp(settings: BudgetSettings) {
  const clock = fakeClock(noon)
  const budget = memoryBudget()
  const notes = memoryNotes()
  let id = 0
  const ask = purse({
    settings: () => settings,
    budget,
    notes,
    clock,
    log: silent,
    zone,
    newId: () => `reservation-${(id += 1)}`,
  })
  return { clock, budget, notes, ask, spent: (scope = 'all') => budget.spent(scope, 0, clock.now()) }
}

/** A call of `bytes` bytes of prompt (less a little) that wants `maxTokens`. */
function spending(
  maxTokens: number | undefined,
  more: Partial<Spending> & { readonly about?: Partial<Call> } = {},
): Spending {
  const { about, ...fields } = more
  const call: Call = {
    id: 'call',
    request: () => ({ messages: [userText('hello')], ...(maxTokens !== undefined && { maxTokens }) }),
    stream: true,
    cause: 'chat',
    agent: 'main',
    session: 's',
    ...about,
  }
  return { call, endpoint: 'openai/gpt', price, ...fields }
}

async function refusal(work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.then(
    () => assert.fail('it was allowed'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof Failure)
  assert.equal(error.kind, 'budget')
  return error
}

test('without a cap nothing is reserved and nothing is written', async () => {
  const { ask, budget, notes } = setUp({
    budget: { per_agent: { other: { day: 1 } }, per_cause: { cron: { day: 1 } } },
  })
  assert.equal(await ask(spending(1_000)), undefined)
  assert.deepEqual([budget.writes, await notes.list('')], [0, []])
})

test('the worst case is reserved before, the real cost is booked after, in every scope', async () => {
  const { ask, spent } = setUp({
    budget: { day: 1, month: 10, per_agent: { main: { day: 1 } }, per_cause: { chat: { month: 1 } } },
    keys: { laptop: { day: 1 } },
  })
  const leave = await ask(spending(1_000, { about: { client: 'laptop' } }))
  assert.equal(leave?.maxTokens, undefined)
  const { reserved } = await spent()
  assert.ok(reserved >= 10_000 && reserved < 10_500, String(reserved))
  await leave?.settle({ outcome: 'ok', usage: usage(20, 100), heard: 400 })
  for (const scope of ['all', 'agent:main', 'cause:chat', 'key:laptop'])
    assert.deepEqual(await spent(scope), { spent: 1_040, reserved: 0 }, scope)
})

test('what a call has cost goes on its bill, with a cap and without, also when it breaks off', async () => {
  for (const settings of [{ budget: {} }, { budget: { day: 1 } }]) {
    const own = bill()
    const { ask } = setUp(settings)
    const leave = () => ask(spending(1_000, { about: { bill: own } }))
    await (await leave())?.settle({ outcome: 'ok', usage: usage(20, 100), heard: 400 })
    assert.equal(own.micros, 1_040)
    await (await leave())?.settle({ outcome: 'cut', reached: 'answer', usage: usage(20, 0), heard: 40 })
    assert.equal(own.micros, 1_040 + 140)
    assert.equal(await ask(spending(1_000, { about: { bill: own }, price: { input: 0, output: 0 } })), undefined)
  }
})

test('what does not fit is lowered to what does, and the reader is told', async () => {
  const { ask, spent } = setUp({ budget: { day: 0.01 } })
  const leave = await ask(spending(8_000))
  assert.ok(leave?.maxTokens && leave.maxTokens > 900 && leave.maxTokens < 1_000, String(leave?.maxTokens))
  assert.match(
    leave.notes[0] ?? '',
    /^The answer may have \d+ tokens instead of 8000: more does not fit the cap of \$0\.0100 a day\.$/,
  )
  const { reserved } = await spent()
  assert.ok(reserved <= 10_000 && reserved > 9_900, String(reserved))
})

test('a call without a limit gets one, so that its worst case is one', async () => {
  const { ask } = setUp({ budget: { day: 100 } })
  const leave = await ask(spending(undefined))
  assert.equal(leave?.maxTokens, 16_384)
  assert.deepEqual(leave.notes, [])
})

test('when no sensible answer fits, the refusal names cap, spent, held, cost and the time', async () => {
  const { ask } = setUp({ budget: { day: 0.003, per_agent: { main: { month: 5 } } } })
  const first = await ask(spending(256))
  await first?.settle({ outcome: 'ok', usage: usage(5, 100), heard: 0 })
  const failure = await refusal(ask(spending(1_000)))
  assert.match(
    failure.message,
    /^openai\/gpt: the cap of \$0\.0030 a day leaves too little for this call: \$0\.0010 spent, and it may cost \$0\.0\d+\. It begins anew at 2026-12-01 00:00 \(Europe\/Berlin\)\.$/,
  )
  assert.equal(failure.detail.until, Date.parse('2026-11-30T23:00:00Z'))
})

test('the request of a client is never changed: it fits or is refused with the figure', async () => {
  const { ask } = setUp({ budget: { day: 0.01 } })
  const native = (fields: object) => ({
    about: {
      native: {
        dialect: 'openai-chat',
        headers: {},
        body: Buffer.from(JSON.stringify({ model: 'x', messages: [], ...fields })),
      },
    },
  })
  assert.equal((await ask(spending(undefined, native({ max_tokens: 100 }))))?.maxTokens, undefined)
  assert.match((await refusal(ask(spending(undefined, native({ max_tokens: 2_000 }))))).message, /may cost \$0\.02/)
  assert.match((await refusal(ask(spending(undefined, native({}))))).message, /may cost \$0\.33/)
})

test('the request of a client in another dialect is bounded, but not lowered', async () => {
  const client = { about: { cause: 'client', client: 'laptop' } as const }
  assert.equal((await setUp({ budget: { day: 1 } }).ask(spending(undefined, client)))?.maxTokens, 16_384)
  assert.match(
    (await refusal(setUp({ budget: { day: 0.01 } }).ask(spending(8_000, client)))).message,
    /may cost \$0\.08/,
  )
})

test('a free model passes at any cap; an unknown price is refused, unless allowed', async () => {
  const { ask, budget } = setUp({ budget: { day: 0 } })
  assert.equal(await ask(spending(1_000, { price: { input: 0, output: 0 } })), undefined)
  const failure = await refusal(ask(spending(1_000, { price: undefined })))
  assert.match(
    failure.message,
    /nobody knows what it costs, and the cap of \$0 a day is set\. Give its row a price, or set budget\.unpriced/,
  )
  assert.equal(failure.detail.until, undefined)
  const allowing = setUp({ budget: { day: 0, unpriced: 'allow' } })
  assert.equal(await allowing.ask(spending(1_000, { price: undefined })), undefined)
  await refusal(allowing.ask(spending(1_000)))
  assert.equal(budget.writes, 0)
})

test('a new day is a new cap, as the zone has its days', async () => {
  const { ask, clock } = setUp({ budget: { day: 0.004 } })
  const leave = await ask(spending(300))
  await leave?.settle({ outcome: 'ok', usage: usage(5, 300), heard: 0 })
  await refusal(ask(spending(300)))
  await clock.advance(11 * 3_600_000 - 1)
  await refusal(ask(spending(300)))
  await clock.advance(1)
  assert.ok(await ask(spending(300)))
})

test('an owner raises the cap for today only; a conversation has a budget of its own', async () => {
  const { ask, notes, clock } = setUp({ budget: { day: 0 } })
  await refusal(ask(spending(300)))
  await raiseCap(notes, 'day', 10_000, clock.now(), zone)
  assert.ok(await ask(spending(300)))
  await setSessionBudget(notes, 's', 100, clock.now())
  assert.match(
    (await refusal(ask(spending(300)))).message,
    /the budget of \$0\.0001 for this conversation .* Raise it with \/budget\.$/,
  )
  assert.ok(await ask(spending(300, { about: { session: 'another' } })))
  await clock.advance(24 * 3_600_000)
  await refusal(ask(spending(300, { about: { session: 'another' } })))
})

test('an unlimited house still keeps the budget of a conversation', async () => {
  const { ask, notes, clock } = setUp({ budget: {} })
  await setSessionBudget(notes, 's', 1_000, clock.now())
  await refusal(ask(spending(300)))
  assert.equal(await ask(spending(300, { about: { session: 'another' } })), undefined)
})

test('at 80 per cent a cap is told of, once', async () => {
  const { ask } = setUp({ budget: { day: 0.05 } })
  const first = await ask(spending(4_000))
  assert.deepEqual(first?.notes, [])
  await first?.settle({ outcome: 'ok', usage: usage(0, 4_100), heard: 0 })
  const second = await ask(spending(300))
  assert.deepEqual(second?.notes, ['$0.0410 of the cap of $0.0500 a day is spent. It begins anew at 2026-12-01 00:00.'])
  assert.deepEqual((await ask(spending(300)))?.notes, [])
})

test('what is booked when a call does not end well', async () => {
  const text = 'x'.repeat(4_000)
  const about = { request: () => ({ messages: [userText(text)], maxTokens: 1_000 }) }
  const booked = async (
    spent: Parameters<NonNullable<Awaited<ReturnType<ReturnType<typeof setUp>['ask']>>>['settle']>[0],
  ) => {
    const house = setUp({ budget: { day: 1 } })
    const leave = await house.ask(spending(undefined, { about }))
    await leave?.settle(spent)
    const { spent: micros, reserved } = await house.spent()
    assert.equal(reserved, 0)
    return micros
  }
  const nothing = { usage: undefined, heard: 0 } as const
  assert.equal(await booked({ outcome: 'network', reached: 'vendor', ...nothing }), 0)
  assert.equal(await booked({ outcome: 'auth', reached: 'vendor', ...nothing }), 0)
  assert.equal(await booked({ outcome: 'aborted', reached: 'nothing', ...nothing }), 0)
  const prompt = await booked({ outcome: 'timeout', reached: 'vendor', ...nothing })
  assert.ok(prompt > 2_000 && prompt < 2_200, String(prompt))
  assert.equal(await booked({ outcome: 'cut', reached: 'answer', usage: usage(900, 0), heard: 400 }), 1_800 + 1_000)
  assert.equal(await booked({ outcome: 'cut', reached: 'answer', usage: undefined, heard: 400 }), prompt + 1_000)
  // A vendor that tells no figures is not free.
  assert.equal(await booked({ outcome: 'ok', usage: usage(0, 0), heard: 400 }), prompt + 1_000)
})

test('a reservation that never came back is free again after half an hour', async () => {
  const { ask, clock } = setUp({ budget: { day: 0.004 } })
  await ask(spending(300))
  await refusal(ask(spending(300)))
  await clock.advance(30 * 60_000)
  assert.ok(await ask(spending(300)))
})
