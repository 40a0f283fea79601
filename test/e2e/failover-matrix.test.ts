import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureKinds } from '../../src/core/failure.ts'
import {
  answer,
  type Bench,
  bench,
  callOf,
  hear,
  type Heard,
  type Length,
  matrixClock,
  openIn,
  realFleet,
  type Seat,
  tagOf,
} from './matrix/bench.ts'
import { type Fault, laterPatience, type Outcome, patience } from './matrix/fault.ts'
import { faults, offTheWire } from './matrix/faults.ts'

test('at least sixteen faults produce every kind of failure that a wire can', () => {
  const produced = new Set(faults.flatMap(({ kind, alone }) => [kind, alone?.kind ?? kind]))
  const named = Object.keys(offTheWire)
  assert.ok(faults.length >= 16)
  assert.deepEqual([...produced, ...named].sort(), [...failureKinds].sort())
})

interface Cell {
  readonly fault: Fault
  readonly length: Length
  readonly stream: boolean
  readonly allFail: boolean
}

/** Who is tried, in order: the rounds one after the other; a further round is the same request, so nobody's turn has come. */
function tried({ fault, length, stream, allFail }: Cell, { seats }: Bench, rounds: number): readonly Seat[] {
  const order = Array.from({ length: rounds }, () => seats.flat()).flat()
  const final = fault.final === true || (fault.afterFirstWord === true && stream)
  assert.equal(seats.flat().length, length)
  return final && (order[0]?.faulty ?? allFail) ? order.slice(0, 1) : order
}

/** What is to happen in a cell. */
function expected(cell: Cell, made: Bench) {
  const { fault, length, stream, allFail } = cell
  const outcome: Outcome = length === 1 ? { ...fault, ...fault.alone } : fault
  const skipped = length > 1 ? fault.skipped === true : fault.kind === 'paced'
  const begun = fault.afterFirstWord === true && stream
  const { alone, together } = outcome.rounds
  // After the first word nobody is asked again here: whoever shows the answer decides that.
  const rounds = !allFail || begun ? 1 : length === 1 ? alone : together
  const order = tried(cell, made, rounds)
  const asked = order.filter(({ faulty }) => !faulty || !skipped)
  return { outcome, skipped, begun, order, asked, answered: order.at(-1)?.faulty === false }
}
type Expected = ReturnType<typeof expected>

async function run(cell: Cell): Promise<void> {
  const { fault, length, stream, allFail } = cell
  await using made = await bench(fault, length, allFail)
  const caller = new AbortController()
  const clock = matrixClock(caller.signal)
  const store = openIn(made.folder)
  await using _ = { [Symbol.asyncDispose]: () => store.close() }
  const all = realFleet(store, clock)
  const wanted = expected(cell, made)
  if (fault.again) await askEachOnce(made, all, caller.signal)
  if (fault.stopped) made.onAsked = () => caller.abort()
  const before = made.asked.length
  const heard = await hear(all.chain(made.pools), callOf('the call', stream), caller.signal)

  const seen = made.asked.slice(before)
  const listening = wanted.asked.filter(({ faulty }) => !faulty || fault.serve)
  assert.deepEqual(
    seen,
    listening.map(({ key, model }) => ({ key, model })),
    'who was asked, in what order, with which key',
  )
  checkHeard(heard, wanted, cell)
  await checkRests(store, clock.now(), wanted)
  await checkLedger(store, wanted)
}

async function askEachOnce({ pools }: Bench, all: ReturnType<typeof realFleet>, signal: AbortSignal) {
  for (const entry of pools.flatMap(({ entries }) => entries).filter(({ price }) => !price))
    for (const key of entry.keys) {
      const pool = { name: `warm ${key}`, entries: [{ ...entry, keys: [key] }] }
      await hear(all.chain([pool]), callOf('before', false), signal)
    }
}

function checkHeard(heard: Heard, { outcome, skipped, begun, order, answered }: Expected, { allFail }: Cell): void {
  const failed = order.filter(({ faulty }) => faulty)
  const lines = failed.map(({ name }) => ({ endpoint: name, kind: outcome.kind, skipped }))
  const told = (heard.failure?.detail.attempts ?? heard.attempts ?? []).map(({ endpoint, kind, skipped: passed }) => ({
    endpoint,
    kind,
    skipped: passed,
  }))
  if (answered) {
    assert.equal(heard.failure, undefined)
    assert.equal(heard.text, answer)
    assert.equal(heard.by, order.at(-1)?.name)
    return assert.deepEqual(told, lines, 'what the answer says was tried before it')
  }
  const { failure } = heard
  assert.ok(failure, 'the person hears of the failure')
  assert.equal(failure.kind, outcome.kind)
  assert.match(failure.message, outcome.says)
  assert.ok(!failure.message.includes('sk-'), 'no key is told')
  assert.equal(failure.detail.status, failed.length > 0 && !skipped ? outcome.status : undefined)
  if (begun) {
    assert.match(heard.text, /^half/)
    return assert.deepEqual(told, [])
  }
  assert.equal(heard.text, '')
  if (allFail && lines.length > 1) for (const { endpoint } of lines) assert.ok(failure.message.includes(endpoint))
  if (lines.length > 1) assert.deepEqual(told, lines, 'the failure lists everything that was tried')
}

async function checkRests(store: ReturnType<typeof openIn>, now: number, { outcome, order }: Expected): Promise<void> {
  const rests = await store.rests.all()
  const failed = order.filter(({ faulty }) => faulty)
  if (!outcome.rest) return assert.deepEqual(rests, [], 'nobody rests')
  const { scope, seconds } = outcome.rest
  const wanted = [...new Set(failed)].map(({ vendor, base, key, model }) => {
    const times = failed.filter((seat) => seat.key === key).length
    const owner = `${vendor} ${base} ${tagOf(key)}`
    return { key: scope === 'key' ? owner : `${owner} ${model}`, seconds: seconds[times - 1] }
  })
  assert.deepEqual(
    rests.map(({ key, until, lastFailureAt }) => ({ key, seconds: (until - lastFailureAt) / 1_000 })),
    wanted.sort((left, right) => (left.key < right.key ? -1 : 1)),
    'who rests, how widely and for how long',
  )
  for (const { until } of rests) assert.ok(until > now)
}

async function checkLedger(store: ReturnType<typeof openIn>, { outcome, asked }: Expected): Promise<void> {
  await store.ledger.flush()
  const rows = await store.ledger.rows({ call: 'the call' })
  const facts = rows
    .toReversed()
    .map(({ endpoint, vendor, modelAsked, keyTag, outcome: result, status, output, costMicros }) => ({
      endpoint,
      vendor,
      modelAsked,
      keyTag,
      result,
      status,
      output,
      costMicros,
    }))
  assert.deepEqual(
    facts,
    asked.map(({ name, vendor, model, key, faulty }) => ({
      endpoint: name,
      vendor,
      modelAsked: model,
      keyTag: tagOf(key),
      result: faulty ? outcome.kind : 'ok',
      status: faulty ? outcome.status : undefined,
      output: faulty ? 0 : 7,
      costMicros: faulty ? undefined : 11 + 2 * 7,
    })),
    'what the ledger says',
  )
}

/** An answer in one piece has one limit for all of it. */
const inOnePiece = (fault: Fault): Fault => (fault.entry === laterPatience ? { ...fault, entry: patience } : fault)

for (const fault of faults)
  for (const length of [1, 2, 5] as const)
    for (const allFail of length === 1 ? [true] : [false, true])
      for (const stream of [true, false])
        test(`${fault.name}: ${length === 1 ? 'alone' : `${allFail ? 'all' : 'all but the last'} of ${length}`}, ${stream ? 'streaming' : 'in one piece'}`, () =>
          run({ fault: stream ? fault : inOnePiece(fault), length, stream, allFail }))
