import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure, type FailureKind } from '../../../src/core/failure.ts'
import { silent } from '../../../src/core/log.ts'
import type { RestStore } from '../../../src/core/store.ts'
import { restBook, type RestBook, type RestKeys } from '../../../src/providers/rest-book.ts'
import { resting } from '../../../src/providers/resting.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { ask, fakeCall, fakeProvider, type Step } from '../../fakes/provider.ts'
import { memoryStore } from '../../fakes/store.ts'

const keysOf = (model: string, key = 'k1', host = 'one.example'): RestKeys => ({
  model: `${host} ${key} ${model}`,
  key: `${host} ${key}`,
  host,
})

const broken = async () => {
  throw new Error('locked')
}
const settle = () => new Promise((resolve) => setImmediate(resolve))

function setUp() {
  const clock = fakeClock()
  const { rests } = memoryStore()
  const book = restBook(rests, clock, silent)
  const make = (name: string, steps: readonly Step[] | Step, keys = keysOf(name), own: RestBook = book) => {
    const inner = fakeProvider(name, steps)
    return { inner, provider: resting(inner, keys, own, clock) }
  }
  return { clock, rests, book, make }
}
const many = () => fakeCall({ standing: 'one-of-many' })
const kind = (outcome: string | Failure) => (typeof outcome === 'string' ? outcome : outcome.kind)

test('a failed candidate rests, refuses with its last real reason, and is free again on time', async () => {
  const { clock, make } = setUp()
  const { inner, provider } = make('a', [
    { fail: 'rate-limit', message: 'a: slow down.', detail: { status: 429 } },
    { answer: 'hi' },
  ])
  await ask(provider, many())
  const refused = await ask(provider, many())
  assert.ok(refused instanceof Failure)
  assert.equal(refused.kind, 'resting')
  assert.equal(refused.detail.until, clock.now() + 60_000)
  assert.match(refused.message, /^a: rests until \d\d:\d\d:\d\d after this: slow down\.$/)
  assert.deepEqual(refused.detail.attempts, [
    {
      endpoint: 'a',
      kind: 'resting',
      message: 'a: slow down.',
      status: 429,
      ms: 0,
      skipped: true,
      until: clock.now() + 60_000,
    },
  ])
  assert.equal((await provider.resting?.())?.until, clock.now() + 60_000)
  await clock.advance(59_999)
  assert.equal(kind(await ask(provider, many())), 'resting')
  await clock.advance(1)
  assert.equal(await ask(provider, many()), 'hi')
  assert.equal(inner.calls.length, 2)
  assert.equal(await provider.resting?.(), undefined)
})

test('a sole candidate is asked even while it rests', async () => {
  const { make } = setUp()
  const { provider } = make('a', [{ fail: 'billing' }, { fail: 'billing' }, { answer: 'one' }])
  assert.equal(kind(await ask(provider)), 'billing')
  assert.equal(kind(await ask(provider, fakeCall({ standing: 'sole' }))), 'billing')
  assert.equal(await ask(provider), 'one')
})

test('failures in a row lengthen the rest; a success, or a day, makes it short again', async () => {
  const { clock, make, rests } = setUp()
  const fail: Step = { fail: 'overloaded' }
  const { provider } = make('a', [fail, fail, fail, { answer: 'hi' }, fail, fail])
  const seconds = async () => (((await rests.all())[0]?.until ?? clock.now()) - clock.now()) / 1_000
  const found: number[] = []
  for (let n = 0; n < 5; n++) {
    await ask(provider)
    await settle()
    found.push(await seconds())
    await clock.advance(3_600_000)
  }
  await clock.advance(25 * 3_600_000)
  await ask(provider)
  found.push(await seconds())
  assert.deepEqual(found, [60, 300, 1_500, 0, 60, 60])
})

test('auth and billing rest the whole key, everything else one model', async () => {
  for (const [failed, wide] of [
    ['auth', true],
    ['billing', true],
    ['rate-limit', false],
    ['not-found', false],
  ] as const) {
    const { make } = setUp()
    await ask(make('a', { fail: failed }).provider)
    assert.equal(Boolean(await make('b', { answer: 'hi' }).provider.resting?.()), wide, failed)
    assert.equal(await make('a', { answer: 'hi' }, keysOf('a', 'k2')).provider.resting?.(), undefined)
  }
})

test('what is the fault of the request, of the user or of our own limits starts no rest', async () => {
  for (const failed of [
    'bad-request',
    'too-long',
    'refused',
    'aborted',
    'empty',
    'budget',
    'paced',
  ] satisfies FailureKind[]) {
    const { make } = setUp()
    const { provider } = make('a', { fail: failed })
    await ask(provider)
    assert.equal(await provider.resting?.(), undefined, failed)
  }
})

test('a longer Retry-After extends the rest, up to a day', async () => {
  for (const [asked, seconds] of [
    [600_000, 600],
    [90 * 86_400_000, 86_400],
  ] as const) {
    const { clock, make } = setUp()
    const { provider } = make('a', { fail: 'rate-limit', detail: { retryAfterMs: asked } })
    await ask(provider)
    assert.equal((await provider.resting?.())?.until, clock.now() + seconds * 1_000)
  }
})

test('a shorter Retry-After is believed once; what a person must mend is not believed to pass earlier', async () => {
  const { clock, make } = setUp()
  const soon: Step = { fail: 'rate-limit', detail: { retryAfterMs: 2_000 } }
  const { provider } = make('a', [soon, soon])
  await ask(provider)
  assert.equal((await provider.resting?.())?.until, clock.now() + 2_000)
  await clock.advance(2_000)
  await ask(provider)
  assert.equal((await provider.resting?.())?.until, clock.now() + 300_000)
  const broke = make('b', { fail: 'auth', detail: { retryAfterMs: 2_000 } }, keysOf('b', 'k2')).provider
  await ask(broke)
  assert.equal((await broke.resting?.())?.until, clock.now() + 60_000)
})

test('a network failure rests briefly, never more than 30 s, and counts for nothing else', async () => {
  const { clock, make } = setUp()
  const { provider } = make('a', [
    ...Array.from({ length: 6 }, (): Step => ({ fail: 'network' })),
    { fail: 'overloaded' },
  ])
  const found: number[] = []
  for (let n = 0; n < 7; n++) {
    await ask(provider)
    found.push((((await provider.resting?.())?.until ?? 0) - clock.now()) / 1_000)
    await clock.advance(61_000)
  }
  assert.deepEqual(found, [5, 10, 20, 30, 30, 30, 60])
})

test('nobody rests when two hosts fail within 10 s: it is our own network', async () => {
  const { clock, make, rests } = setUp()
  const one = make('a', { fail: 'network' }).provider
  const other = make('b', { fail: 'network' }, keysOf('b', 'k', 'two.example')).provider
  await ask(one)
  assert.ok(await one.resting?.())
  await clock.advance(4_000)
  await ask(other)
  assert.equal(await one.resting?.(), undefined)
  assert.equal(await other.resting?.(), undefined)
  assert.deepEqual(await rests.all(), [])
  await clock.advance(10_001)
  await ask(other)
  assert.ok(await other.resting?.())
})

test('two candidates on one host are no proof of an outage', async () => {
  const { make } = setUp()
  const one = make('a', { fail: 'network' }).provider
  const other = make('b', { fail: 'network' }).provider
  await ask(one)
  await ask(other)
  assert.ok(await one.resting?.())
  assert.ok(await other.resting?.())
})

test('an outage ends only the rests it began itself', async () => {
  const { make } = setUp()
  const one = make('a', [{ fail: 'overloaded' }, { fail: 'network' }]).provider
  const other = make('b', { fail: 'network' }, keysOf('b', 'k', 'two.example')).provider
  await ask(one)
  await ask(one)
  await ask(other)
  assert.equal((await one.resting?.())?.reason.kind, 'overloaded')
})

test('when a rest is over one caller tries, the others are refused until the first word', async () => {
  const { clock, book } = setUp()
  const inner = fakeProvider('a', [{ fail: 'overloaded' }, { answer: 'hi' }, { answer: 'hi' }], { clock, takesMs: 500 })
  const provider = resting(inner, keysOf('a'), book, clock)
  const first = ask(provider)
  await clock.advance(500)
  await first
  await clock.advance(60_000)
  const trial = ask(provider, many())
  await clock.advance(10)
  const refused = await ask(provider, many())
  assert.equal(kind(refused), 'resting')
  assert.ok(await provider.resting?.())
  await clock.advance(490)
  assert.equal(await trial, 'hi')
  const after = ask(provider, many())
  await clock.advance(500)
  assert.equal(await after, 'hi')
})

test('a trial that has begun to answer lets several others in at once, until it fails after all', async () => {
  const { clock, book } = setUp()
  const steps: readonly Step[] = [{ fail: 'overloaded' }, { open: true }, { answer: 'x' }, { answer: 'y' }]
  const inner = fakeProvider('a', steps, { clock, takesMs: 100 })
  const provider = resting(inner, keysOf('a'), book, clock)
  const first = ask(provider)
  await clock.advance(100)
  await first
  await clock.advance(60_000)
  const stop = new AbortController()
  const trial = provider.open(many(), stop.signal)
  await clock.advance(100)
  await trial
  const others = [ask(provider, many()), ask(provider, many())]
  await clock.advance(100)
  assert.deepEqual(await Promise.all(others), ['x', 'y'])
  stop.abort()
})

test('a rest that the store did not take holds even when the store can be read', async () => {
  const clock = fakeClock()
  const { rests } = memoryStore()
  const book = restBook({ ...rests, put: broken }, clock, silent)
  const provider = resting(fakeProvider('a', [{ fail: 'overloaded' }]), keysOf('a'), book, clock)
  await ask(provider)
  assert.equal(kind(await ask(provider, many())), 'resting')
})

test('a trial that fails lengthens the rest; one that is only stopped decides nothing', async () => {
  const { clock, make } = setUp()
  const { inner, provider } = make('a', [{ fail: 'overloaded' }, { fail: 'aborted' }, { fail: 'overloaded' }])
  await ask(provider)
  await clock.advance(60_000)
  assert.equal(kind(await ask(provider, many())), 'aborted')
  assert.equal(kind(await ask(provider, many())), 'overloaded')
  assert.equal((await provider.resting?.())?.until, clock.now() + 300_000)
  assert.equal(inner.calls.length, 3)
})

test('others may ask once the first word of the trial has come, even before its end', async () => {
  const { clock, make } = setUp()
  const { provider } = make('a', [{ fail: 'overloaded' }, { open: true }, { answer: 'hi' }])
  await ask(provider)
  await clock.advance(60_000)
  const stop = new AbortController()
  await provider.open(many(), stop.signal)
  assert.equal(await ask(provider, many()), 'hi')
  stop.abort()
})

test('a failure in the middle of an answer counts too', async () => {
  const { make } = setUp()
  const { provider } = make('a', { cut: 'cut', answer: 'half' })
  assert.equal(kind(await ask(provider)), 'cut')
  await settle()
  assert.equal((await provider.resting?.())?.reason.kind, 'cut')
})

test('calls that were under way together count as one failure', async () => {
  const { clock, rests } = setUp()
  const book = restBook(rests, clock, silent)
  const inner = fakeProvider('a', { fail: 'rate-limit' }, { clock, takesMs: 200 })
  const provider = resting(inner, keysOf('a'), book, clock)
  const asked = Array.from({ length: 50 }, () => ask(provider, many()))
  await clock.advance(200)
  await Promise.all(asked)
  const [rest] = await rests.all()
  assert.deepEqual([rest?.failures, rest?.until], [1, clock.now() + 60_000])
})

test('an answer to a call begun before the failure does not end the rest', async () => {
  const { clock, make } = setUp()
  const { provider } = make('a', [{ answer: 'long' }, { fail: 'rate-limit' }])
  const reply = await provider.open(many(), new AbortController().signal)
  await clock.advance(100)
  await ask(provider, many())
  if (reply.type === 'events') for await (const _ of reply.events);
  await settle()
  assert.ok(await provider.resting?.())
})

test('rests survive a restart, old ones are thrown away', async () => {
  const { clock, rests, make } = setUp()
  await ask(make('a', { fail: 'billing' }).provider)
  await ask(make('b', { fail: 'overloaded' }, keysOf('b', 'k2')).provider)
  const next = restBook(rests, clock, silent)
  assert.ok(await make('a', { answer: 'hi' }, keysOf('a'), next).provider.resting?.())
  await clock.advance(25 * 3_600_000)
  await restBook(rests, clock, silent).find(keysOf('a'))
  assert.deepEqual(await rests.all(), [])
})

test('a rest that another process has cleared no longer counts', async () => {
  const { make, rests } = setUp()
  const { provider } = make('a', [{ fail: 'billing' }, { answer: 'hi' }])
  await ask(provider)
  for (const { key } of await rests.all()) await rests.clear(key)
  assert.equal(await ask(provider, many()), 'hi')
})

test('a store that fails costs only the memory across restarts', async () => {
  const store: RestStore = { get: broken, put: broken, clear: broken, all: broken }
  const warnings: string[] = []
  const clock = fakeClock()
  const book = restBook(store, clock, { ...silent, warn: (message) => void warnings.push(message) })
  const provider = resting(fakeProvider('a', [{ fail: 'overloaded' }, { answer: 'hi' }]), keysOf('a'), book, clock)
  await ask(provider)
  assert.equal(kind(await ask(provider, many())), 'resting')
  await clock.advance(60_000)
  assert.equal(await ask(provider, many()), 'hi')
  assert.ok(warnings.length > 0)
})
