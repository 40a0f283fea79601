import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucket, paced } from '../../../src/providers/paced.ts'
import { metered } from '../../../src/providers/metered.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { memoryStore } from '../../fakes/store.ts'
import { aCall, candidate, hear } from './bench.ts'

function meter(...steps: Parameters<typeof candidate> extends [string, ...infer Steps] ? Steps : never) {
  const clock = fakeClock()
  const { ledger } = memoryStore()
  const price = { price: { input: 3, output: 15 }, source: 'config' }
  return {
    ledger,
    provider: metered(candidate('a', ...steps), { ledger, clock, vendor: 'v', model: 'm', keyTag: 'k', price }),
  }
}

test('an answer is one row with its tokens, price and cost, and the cost is known to the caller', async () => {
  const { ledger, provider } = meter('words')
  const reply = await provider.open(aCall({ session: 's', agent: 'main' }), new AbortController().signal)
  assert.equal((await reply.end).costMicros, 10 * 3 + 5 * 15)
  const [row] = await ledger.rows()
  assert.partialDeepStrictEqual(row, {
    call: 'call',
    session: 's',
    agent: 'main',
    outcome: 'ok',
    modelAsked: 'm',
    modelAnswered: 'a',
    input: 10,
    output: 5,
    costMicros: 105,
    priceSource: 'config',
  })
})

test('a failure before and a break after the first word are rows too', async () => {
  for (const [step, outcome] of [
    ['rate-limit', 'rate-limit'],
    [{ breaks: 'cut' }, 'cut'],
  ] as const) {
    const { ledger, provider } = meter(step)
    await hear(provider)
    assert.deepEqual(
      (await ledger.rows()).map((row) => row.outcome),
      [outcome],
    )
  }
})

test('requests per minute are refused at once when the bucket is empty, and come back evenly', async () => {
  const clock = fakeClock()
  const limited = paced(candidate('a', 'ok'), bucket(2, clock), clock)
  assert.equal(await hear(limited), 'ok')
  assert.equal(await hear(limited), 'ok')
  assert.match(await hear(limited), /^paced/)
  await clock.advance(30_000)
  assert.equal(await hear(limited), 'ok')
  assert.match(await hear(limited), /^paced/)
})
