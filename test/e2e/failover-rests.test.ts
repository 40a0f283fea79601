import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool } from '../../src/models/pool.ts'
import { answer, type Bench, bench, callOf, hear, matrixClock, openIn, realFleet } from './matrix/bench.ts'
import { type Fault, laterPatience, patience } from './matrix/fault.ts'
import { faults } from './matrix/faults.ts'

const { signal } = new AbortController()
/** Asked in one piece: there is no first word from which on time is short. */
const whole = (fault: Fault): Fault => (fault.entry === laterPatience ? { ...fault, entry: patience } : fault)
const resting = faults.filter(({ rest, again }) => rest && !again).map(whole)
const byName = (name: string): Fault => {
  const fault = faults.find((one) => one.name === name)
  assert.ok(fault, name)
  return fault
}
/** A pool like this one, with the entry changed. */
const changed = (pool: Pool | undefined, change: object): Pool => {
  assert.ok(pool)
  return { name: `${pool.name}, changed`, entries: pool.entries.map((entry) => ({ ...entry, ...change })) }
}
const modelsAsked = ({ asked }: Bench) => asked.splice(0).map(({ model }) => model)

for (const fault of resting)
  test(`${fault.name}: the rest survives a restart, is told, and ends`, async () => {
    await using made = await bench(fault, 2, false)
    const clock = matrixClock(signal)
    const store = openIn(made.folder)
    await hear(realFleet(store, clock).chain(made.pools), callOf('first', false), signal)
    await store.close()
    made.asked.length = 0

    const reopened = openIn(made.folder)
    await using _ = { [Symbol.asyncDispose]: () => reopened.close() }
    const chain = realFleet(reopened, clock).chain(made.pools)
    const heard = await hear(chain, callOf('second', true), signal)
    assert.equal(heard.text, answer)
    assert.deepEqual(modelsAsked(made), ['m2'])
    const [passed] = heard.attempts ?? []
    assert.deepEqual([passed?.endpoint, passed?.kind, passed?.skipped], [made.seats[0]?.[0]?.name, 'resting', true])
    assert.match(passed?.message ?? '', fault.says)

    clock.advance((fault.rest?.seconds[0] ?? 0) * 1_000)
    await hear(chain, callOf('third', false), signal)
    assert.deepEqual(modelsAsked(made), fault.serve ? ['m1', 'm2'] : ['m2'])
    const rows = await reopened.ledger.rows({ call: 'third' })
    assert.deepEqual(rows.map(({ outcome }) => outcome).toReversed(), [fault.kind, 'ok'])
  })

for (const fault of resting.filter(({ serve }) => serve))
  test(`${fault.name}: ${fault.rest?.scope === 'key' ? 'every model under the key rests, another key does not' : 'only the model rests'}`, async () => {
    await using made = await bench(fault, 2, false)
    const store = openIn(made.folder)
    await using _ = { [Symbol.asyncDispose]: () => store.close() }
    const all = realFleet(store, matrixClock(signal))
    const [first, last] = made.pools
    assert.ok(last)
    const ask = async (change: object) => {
      await hear(all.chain([changed(first, change), last]), callOf('wide', false), signal)
      return modelsAsked(made)
    }
    assert.deepEqual(await ask({}), ['m1', 'm2'])
    assert.deepEqual(await ask({}), ['m2'])
    assert.deepEqual(await ask({ model: 'other' }), fault.rest?.scope === 'key' ? ['m2'] : ['other', 'm2'])
    assert.deepEqual(await ask({ keys: ['sk-another-key'] }), ['m1', 'm2'])
  })

for (const name of ['nobody listens', 'a web page', 'a stream cut before its first word'])
  test(`${name} on two hosts points to our own network: nobody rests`, async () => {
    const fault = byName(name === 'a web page' ? '404, a web page' : name)
    await using made = await bench(fault, 2, true)
    const store = openIn(made.folder)
    await using _ = { [Symbol.asyncDispose]: () => store.close() }
    const all = realFleet(store, matrixClock(signal))
    const [first, second] = made.pools
    assert.ok(first)
    const elsewhere = (second?.entries[0]?.apiBase ?? '').replace('127.0.0.1', 'localhost')
    const heard = await hear(all.chain([first, changed(second, { apiBase: elsewhere })]), callOf('out', false), signal)
    assert.equal(heard.failure?.kind, fault.kind)
    const longest = Math.max(0, ...(await store.rests.all()).map(({ until, lastFailureAt }) => until - lastFailureAt))
    assert.equal(longest, 0)
  })

test('an answer ends the rest of its candidate', async () => {
  let calls = 0
  const busyOnce = byName('503')
  const words = { id: 'c', model: 'm', choices: [{ index: 0, message: { content: 'Back.' }, finish_reason: 'stop' }] }
  const fault: Fault = {
    ...busyOnce,
    serve(response, stream) {
      if (calls++ === 0) return busyOnce.serve?.(response, stream)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(words))
    },
  }
  await using made = await bench(fault, 2, false)
  const clock = matrixClock(signal)
  const store = openIn(made.folder)
  await using _ = { [Symbol.asyncDispose]: () => store.close() }
  const chain = realFleet(store, clock).chain(made.pools)
  assert.equal((await hear(chain, callOf('one', false), signal)).text, answer)
  assert.equal((await store.rests.all()).length, 1)
  clock.advance(60_000)
  assert.equal((await hear(chain, callOf('two', false), signal)).text, 'Back.')
  assert.deepEqual(await store.rests.all(), [])
})
