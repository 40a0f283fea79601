import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../../src/core/failure.ts'
import { silent } from '../../../src/core/log.ts'
import { Problem } from '../../../src/core/problem.ts'
import type { ModelEntry } from '../../../src/models/entry.ts'
import type { Pool } from '../../../src/models/pool.ts'
import { candidatesOf } from '../../../src/providers/candidates.ts'
import type { Endpoint } from '../../../src/providers/endpoint.ts'
import { fleet, type FleetParts } from '../../../src/providers/fleet.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { fakeEntry } from '../../fakes/endpoint.ts'
import { ask, fakeCall, fakeProvider, hear, type Step } from '../../fakes/provider.ts'
import { memoryStore } from '../../fakes/store.ts'

const tag = (key: string) => `#${key.slice(-1)}`
const entry = (fields: Partial<ModelEntry> = {}): ModelEntry =>
  fakeEntry({ vendor: 'openai', model: 'gpt', apiBase: 'https://one.example/v1', keys: ['key-1'], ...fields })
const pool = (...entries: readonly ModelEntry[]): Pool => ({ name: entries[0]?.name ?? 'main', entries })

const names = (...entries: readonly ModelEntry[]) => candidatesOf(pool(...entries), tag).map(({ name }) => name)

/** A fleet whose protocol answers with the candidate's name unless scripted by that name. */
function setUp(scripts: Readonly<Record<string, readonly Step[]>> = {}, more: Partial<FleetParts> = {}) {
  const clock = fakeClock()
  const store = memoryStore()
  const made: Endpoint[] = []
  const left = new Map(Object.entries(scripts).map(([name, steps]) => [name, [...steps]]))
  const parts: FleetParts = {
    retries: () => ({ rounds: 2, waitMs: 1_000 }),
    clock,
    log: silent,
    ...store,
    keyTag: tag,
    protocol: async () => (endpoint) => {
      made.push(endpoint)
      return {
        name: endpoint.name,
        async open(call, signal) {
          await endpoint.token()
          return fakeProvider(endpoint.name, [left.get(endpoint.name)?.shift() ?? { answer: endpoint.name }]).open(
            call,
            signal,
          )
        },
      }
    },
    fetchFor: () => fetch,
    blob: async () => new Uint8Array(),
    redact: (text) => text.replaceAll('key-1', '[secret]'),
    credential: async () => 'token',
    ...more,
  }
  return { clock, store, made, fleet: fleet(parts), again: () => fleet(parts) }
}

test('candidates have names that people can tell apart, unique in their pool', () => {
  assert.deepEqual(names(entry()), ['openai/gpt'])
  assert.deepEqual(names(entry({ keys: ['key-1', 'key-2'] }), entry({ keys: ['key-3'] })), [
    'openai/gpt',
    'openai/gpt (key 2)',
    'openai/gpt (key 3)',
  ])
  assert.deepEqual(
    names(entry(), entry({ apiBase: 'https://two.example/v1', keys: ['key-2'] }), entry({ model: 'o5' })),
    ['openai/gpt at one.example', 'openai/gpt at two.example', 'openai/o5'],
  )
  assert.deepEqual(names(entry({ apiBase: 'http://127.0.0.1:1/v1' }), entry({ apiBase: 'http://127.0.0.1:2/v1' })), [
    'openai/gpt at 127.0.0.1:1/v1',
    'openai/gpt at 127.0.0.1:2/v1',
  ])
  assert.deepEqual(names(entry(), entry({ rpm: 3 })), ['openai/gpt', 'openai/gpt (row 2)'])
})

test('what rests are kept by holds neither key nor login', () => {
  const secret = entry({ keys: ['sk-very-secret-1'], apiBase: 'https://user:hidden@one.example/v1?token=also' })
  const text = JSON.stringify(candidatesOf(pool(secret), tag).map(({ rest, identity }) => ({ rest, identity })))
  for (const word of ['very-secret', 'hidden', 'also']) assert.ok(!text.includes(word), text)
})

test('keys take turns, stand in for each other, and the fallback comes last', async () => {
  const { fleet } = setUp({ 'openai/gpt': [{ fail: 'auth' }], 'openai/gpt (key 2)': [{ fail: 'rate-limit' }] })
  const chain = fleet.chain([
    pool(entry({ keys: ['key-1', 'key-2'] })),
    pool(entry({ name: 'backup', vendor: 'groq', model: 'llama', keys: ['key-3'] })),
  ])
  const reply = await chain.open(fakeCall(), new AbortController().signal)
  assert.equal(reply.by.endpoint, 'groq/llama')
  assert.deepEqual(
    reply.attempts.map(({ endpoint, kind }) => [endpoint, kind]),
    [
      ['openai/gpt', 'auth'],
      ['openai/gpt (key 2)', 'rate-limit'],
    ],
  )
  assert.equal(chain.name, 'main')
})

test('protocols are made when first asked, once per candidate', async () => {
  const { fleet, made } = setUp()
  const shared = pool(entry())
  const [one, other] = [fleet.chain([shared]), fleet.chain([shared, pool(entry({ model: 'never' }))])]
  assert.equal(made.length, 0)
  await ask(one)
  await ask(other)
  assert.deepEqual(
    made.map(({ name, keyTag }) => [name, keyTag]),
    [['openai/gpt', '#1']],
  )
})

test('a turn stays on its key though the chain is made anew for every call', async () => {
  const { fleet } = setUp()
  const row = entry({ keys: ['key-1', 'key-2'] })
  const turn = {}
  const chain = () => fleet.chain([pool(row)])
  assert.deepEqual([await ask(chain()), await ask(chain(), fakeCall({ turn }))], ['openai/gpt', 'openai/gpt (key 2)'])
  assert.equal(await ask(chain(), fakeCall({ turn })), 'openai/gpt (key 2)')
})

test('pacing and refused parameters are shared by all chains and survive a reload', async () => {
  const { fleet, made } = setUp()
  const before = fleet.chain([pool(entry({ rpm: 2 }))])
  await ask(before)
  made[0]?.refusedParams.add('temperature')
  const after = [entry({ rpm: 2, headers: { 'x-new': '1' } })]
  fleet.prune(after)
  const chain = fleet.chain([pool(...after)])
  assert.equal(await ask(chain), 'openai/gpt')
  assert.deepEqual([...(made[1]?.refusedParams ?? [])], ['temperature'])
  assert.equal(made[1]?.entry.headers['x-new'], '1')
  assert.match(await hear(chain), /^paced: openai\/gpt: its limit of 2 requests per minute/)
})

test('a reload forgets the pacing of what is gone', async () => {
  const { fleet } = setUp()
  await ask(fleet.chain([pool(entry({ rpm: 1 }))]))
  fleet.prune([])
  assert.equal(await ask(fleet.chain([pool(entry({ rpm: 1 }))])), 'openai/gpt')
})

test('a rest is found again by the next process; a changed key or base never rested', async () => {
  const backup = pool(entry({ name: 'backup', vendor: 'groq', model: 'llama', keys: ['key-9'] }))
  const { fleet, again } = setUp({ 'openai/gpt': [{ fail: 'billing' }] })
  assert.equal(await ask(fleet.chain([pool(entry()), backup])), 'groq/llama')
  const next = again()
  assert.equal(await ask(next.chain([pool(entry()), backup])), 'groq/llama')
  assert.equal(await ask(next.chain([pool(entry({ keys: ['key-2'] })), backup])), 'openai/gpt')
  assert.equal(await ask(next.chain([pool(entry({ apiBase: 'https://two.example/v1' })), backup])), 'openai/gpt')
})

test('rests are listed, and cleared for a pool', async () => {
  const { fleet, clock } = setUp({ 'openai/gpt': [{ fail: 'billing' }] })
  const main = pool(entry())
  await ask(fleet.chain([main]))
  assert.deepEqual(
    (await fleet.rests(main)).map(({ candidate, until, reason }) => [candidate, until - clock.now(), reason.kind]),
    [['openai/gpt', 18_000_000, 'billing']],
  )
  await fleet.clearRests(main)
  assert.deepEqual(await fleet.rests(main), [])
})

test('a protocol that cannot be loaded, or a login that is missing, is one failed candidate and no ledger row', async () => {
  const broken = setUp(
    {},
    { protocol: async () => Promise.reject(new Problem('Vertex is not built yet.', { mend: 'Choose another.' })) },
  )
  const heard = await hear(broken.fleet.chain([pool(entry())]))
  assert.equal(heard, 'unknown: openai/gpt: Vertex is not built yet. Choose another.')
  assert.deepEqual(await broken.store.ledger.rows(), [])
  const signedOut = setUp(
    {},
    { credential: async () => Promise.reject(new Problem('Nobody is signed in with key-1.')) },
  )
  const failure = await ask(signedOut.fleet.chain([pool(entry({ auth: 'oauth', keys: [] }))]))
  assert.ok(failure instanceof Failure)
  assert.deepEqual([failure.kind, failure.message], ['auth', 'openai/gpt: Nobody is signed in with [secret].'])
})

test('the ledger has a row per attempt, priced by the entry, free on this machine', async () => {
  const { fleet, store } = setUp({ 'openai/gpt': [{ fail: 'overloaded', detail: { status: 503 } }] })
  const call = fakeCall()
  await ask(
    fleet.chain([pool(entry({ price: { input: 1, output: 2 } })), pool(entry({ vendor: 'ollama', model: 'llama3' }))]),
    call,
  )
  await new Promise((resolve) => setImmediate(resolve))
  const rows = await store.ledger.rows({ call: call.id })
  assert.deepEqual(
    rows
      .map(({ endpoint, keyTag, outcome, status, costMicros, priceSource }) => [
        endpoint,
        keyTag,
        outcome,
        status,
        costMicros,
        priceSource,
      ])
      .reverse(),
    [
      ['openai/gpt', '#1', 'overloaded', 503, undefined, undefined],
      ['ollama/llama3', '#1', 'ok', undefined, 0, 'local'],
    ],
  )
})

test('a sole candidate is asked while it rests, and tried three times', async () => {
  const { fleet, clock, store } = setUp({
    'openai/gpt': [{ fail: 'overloaded' }, { fail: 'overloaded' }, { answer: 'at last' }],
  })
  const outcome = ask(fleet.chain([pool(entry())]))
  await clock.advance(1_000)
  await clock.advance(2_000)
  assert.equal(await outcome, 'at last')
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(await store.rests.all(), [])
})

test('a price comes from the row, from the table by whose base it is, or from nowhere; what runs here costs nothing', async () => {
  const { fleet, store } = setUp()
  const rows = [
    entry({ model: 'gpt-5.4', price: { input: 1, output: 1 } }),
    entry({ model: 'gpt-5.4', apiBase: 'https://api.openai.com/v1' }),
    entry({ model: 'anthropic/claude-sonnet-4.6', apiBase: 'https://openrouter.ai/api/v1' }),
    entry({ vendor: 'ollama', model: 'llama', apiBase: 'http://localhost:11434/v1', keys: [] }),
    entry({ model: 'nobody-knows', apiBase: 'https://api.openai.com/v1' }),
  ]
  for (const row of rows) await ask(fleet.chain([pool(row)]))
  const found = (await store.ledger.rows()).map(({ priceSource = '-' }) => priceSource.replace(/ .*/, '')).reverse()
  assert.deepEqual(found, ['config', '@pydantic/genai-prices', '@pydantic/genai-prices', 'local', '-'])
})

test('a call over the budget leaves its candidate unrested, and the next candidate answers', async () => {
  const purse: NonNullable<FleetParts['purse']> = async ({ endpoint, price }) => {
    if (price && price.input > 0)
      throw new Failure('budget', `${endpoint}: the cap is reached.`, { endpoint, until: 5e12 })
    return undefined
  }
  const { fleet } = setUp({}, { purse })
  const dear = entry({ price: { input: 1, output: 1 } })
  const free = entry({ vendor: 'ollama', model: 'llama', apiBase: 'http://localhost:11434/v1', keys: [] })
  const reply = await fleet.chain([pool(dear), pool(free)]).open(fakeCall(), new AbortController().signal)
  assert.deepEqual(
    [reply.by.endpoint, reply.attempts.map(({ kind, skipped }) => [kind, skipped])],
    ['ollama/llama', [['budget', true]]],
  )
  assert.deepEqual(await fleet.rests(pool(dear)), [])
  const other = entry({ model: 'gpt-2', price: { input: 1, output: 1 } })
  assert.match(
    await hear(fleet.chain([pool(dear), pool(other)])),
    /^budget: No model of main may be asked now: the money for them is spent\. Add a free/,
  )
})
